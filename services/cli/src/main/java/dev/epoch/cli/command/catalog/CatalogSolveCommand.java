package dev.epoch.cli.command.catalog;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.catalog.Catalog;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch catalog solve}. */
@Command(
    name = "solve",
    description = {
      "Find the best configuration of an instance, as committed, and keep it as an artifact.",
      "Best is the largest sum of weights and values: --weights price=-1 makes it cheap.",
      "Ends with 1 if there is none, and says which constraints cannot hold together."
    })
public final class CatalogSolveCommand extends CatalogSubcommand {

  @Parameters(index = "0", paramLabel = "<database>", description = "Id of the database.")
  private String database;

  @Parameters(index = "1", paramLabel = "<instance>", description = "What is to be configured.")
  private String instance;

  @Option(
      names = "--weights",
      arity = "1..*",
      split = ",",
      paramLabel = "<property>=<weight>",
      description = "Weights of properties; several behind one another, after the instance.")
  private List<String> weights = List.of();

  /** The command in a session. */
  public CatalogSolveCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Catalog.Configuration found =
        catalogs().solve(database, branchNamed(), instance, numbers(weights));
    if (output().json()) {
      output().json(found);
      return ExitCode.OK;
    }
    output()
        .lines(
            Columns.aligned(
                List.of("INSTANCE", "COPIES"),
                found.copies().entrySet().stream()
                    .map(each -> List.of(each.getKey(), each.getValue().toString()))
                    .toList()));
    output().line("");
    output().line(worth(found));
    output().line("Kept as " + found.id());
    found.notes().forEach(note -> output().remark("note: " + note));
    return ExitCode.OK;
  }

  private static String worth(Catalog.Configuration found) {
    String worth = found.objective() == null ? "" : ": " + found.objective().toPlainString();
    if (found.optimal()) {
      return "The best configuration" + worth;
    }
    return "The best that was found in time"
        + worth
        + (found.bound() == null ? "" : "; none exceeds " + found.bound().toPlainString());
  }

  private static Map<String, BigDecimal> numbers(List<String> weights) {
    Map<String, BigDecimal> numbers = new LinkedHashMap<>();
    for (String each : weights) {
      int sign = each.lastIndexOf('=');
      if (sign < 1) {
        throw CommandFailure.usage("'" + each + "' is no weight: --weights takes property=number");
      }
      String property = each.substring(0, sign);
      if (numbers.put(property, number(each.substring(sign + 1), property)) != null) {
        throw CommandFailure.usage("property '" + property + "' has two weights");
      }
    }
    return numbers;
  }

  private static BigDecimal number(String text, String property) {
    try {
      return new BigDecimal(text.strip());
    } catch (NumberFormatException notANumber) {
      throw CommandFailure.usage("the weight of '" + property + "' is no number: '" + text + "'");
    }
  }
}
