package dev.epoch.cli.command.history;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.branch.Reflog;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.transport.Json;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch reflog}. */
@Command(
    name = "reflog",
    description = {
      "Show where a branch has been, the latest first.",
      "branch@{n} is a ref: where the branch stood n moves ago."
    })
public final class ReflogCommand extends EpochSubcommand {
  private static final int PAGE = 100;

  @Parameters(
      arity = "0..1",
      paramLabel = "<branch>",
      description = "Branch, also one that was deleted (default: the current one).")
  private String branch;

  @Option(
      names = {"-n", "--max-count"},
      paramLabel = "<n>",
      description = "At most n moves.")
  private Integer maximum;

  @Option(names = "--all", description = "Moves of all branches.")
  private boolean all;

  private int number;

  /** The command in a session. */
  public ReflogCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (all && branch != null) {
      throw CommandFailure.usage("--all and a branch make no sense together");
    }
    if (maximum != null && maximum < 1) {
      throw CommandFailure.usage("--max-count is at least 1");
    }
    if (output().json()) {
      ArrayNode entries = Json.array();
      read(entry -> {
        entries.add(entry.json());
        return true;
      });
      ObjectNode result = Json.object();
      result.set("entries", entries);
      output().json(result);
    } else {
      read(entry -> {
        output().line(line(entry));
        return output().flush();
      });
    }
    return ExitCode.OK;
  }

  /** Reads page by page as long as more is wanted. */
  private void read(Predicate<Reflog.Entry> sink) {
    String name = all ? null : branch == null ? session().branch() : branch;
    int left = maximum == null ? Integer.MAX_VALUE : maximum;
    String after = null;
    do {
      Reflog page = client().branches().reflog(name, Math.min(PAGE, left), after);
      for (Reflog.Entry entry : page.entries()) {
        if (!sink.test(entry)) {
          return;
        }
        left--;
      }
      after = page.next();
    } while (after != null && left > 0);
  }

  private String line(Reflog.Entry entry) {
    String id = entry.to() == null ? "0000000" : Commit.shortId(entry.to());
    String place = all ? entry.branch() : entry.branch() + "@{" + number++ + "}";
    String message = entry.message() == null ? "" : entry.message().lines().findFirst().orElse("");
    String what = message.isEmpty() ? entry.command() : entry.command() + ": " + message;
    return output().palette().yellow(id) + " " + place + ": " + what + " (" + entry.actor() + ")";
  }
}
