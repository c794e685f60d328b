package dev.epoch.cli.command.catalog;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.Columns;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.catalog.Catalog;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch catalog validate}. */
@Command(
    name = "validate",
    description = {
      "Compare the instances of a branch with their classes, with what is staged.",
      "Ends with 1 if an instance is not as its class says; warnings do not count."
    })
public final class CatalogValidateCommand extends CatalogSubcommand {

  @Parameters(paramLabel = "<database>", description = "Id of the database.")
  private String database;

  /** The command in a session. */
  public CatalogValidateCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Catalog.Report report = catalogs().validate(database, branchNamed());
    if (output().json()) {
      output().json(report);
    } else {
      if (!report.errors().isEmpty()) {
        output()
            .lines(
                Columns.aligned(
                    List.of("INSTANCE", "ERROR", "MESSAGE"),
                    report.errors().stream()
                        .map(each -> List.of(each.instance(), each.kind(), each.message()))
                        .toList()));
      }
      report
          .warnings()
          .forEach(each -> output().remark("warning: " + each.instance() + ": " + each.message()));
      if (report.valid()) {
        output().confirm("Valid: " + Counts.of(report.instances(), "instance"));
      }
    }
    return report.valid() ? ExitCode.OK : ExitCode.NEGATIVE;
  }
}
