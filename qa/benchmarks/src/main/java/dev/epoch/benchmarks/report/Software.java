package dev.epoch.benchmarks.report;

import dev.epoch.qa.process.Checkout;
import dev.epoch.qa.process.Shell;
import java.util.List;
import java.util.Map;

/**
 * What was measured.
 *
 * @param epoch the commit of the checkout, marked when files differ from it
 * @param settings of the user's PostgreSQL
 */
public record Software(String epoch, String java, String postgresql, Map<String, String> settings) {

  /** This checkout and this JVM, with a PostgreSQL of that version. */
  public static Software with(String postgresql, Map<String, String> settings) {
    return new Software(commit(), Runtime.version().toString(), postgresql, settings);
  }

  private static String commit() {
    if (Checkout.program("git").isEmpty()) {
      return "unknown";
    }
    Shell.Result result =
        new Shell(Checkout.ROOT, Map.of())
            .run(List.of("git", "describe", "--always", "--dirty", "--abbrev=12"), "");
    return result.exitCode() == 0 ? result.out().strip() : "unknown";
  }
}
