package dev.epoch.cli.command.catalog;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.Columns;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.catalog.Catalog;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch catalog merge}. */
@Command(
    name = "merge",
    description = {
      "Merge a branch of a catalog into another one.",
      "Ends with 1, and changes nothing, if both changed the same or instances would break."
    })
public final class CatalogMergeCommand extends CatalogSubcommand {

  @Parameters(index = "0", paramLabel = "<database>", description = "Id of the database.")
  private String database;

  @Parameters(index = "1", paramLabel = "<source>", description = "Branch to merge.")
  private String source;

  @Option(
      names = "--into",
      paramLabel = "<target>",
      description = "Branch to merge into (default: the default branch of the database).")
  private String target;

  @Option(
      names = "--force",
      description = "The source wins where both changed the same; instances may break.")
  private boolean force;

  @Option(names = "--dry-run", description = "Say what would happen and change nothing.")
  private boolean dryRun;

  /** The command in a session. */
  public CatalogMergeCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (branchNamed() != null) {
      throw CommandFailure.usage("--into names the branch to merge into, not --branch");
    }
    if (force && dryRun) {
      throw CommandFailure.usage("--dry-run says what a merge without --force would do");
    }
    if (!dryRun) {
      session().requireAuthor();
    }
    Catalog.Merge merge =
        dryRun
            ? catalogs().planMerge(database, source, target)
            : catalogs().merge(database, source, target, force);
    if (output().json()) {
      output().json(merge);
    } else if (merge.possible()) {
      output().confirm(done(merge));
    } else {
      output()
          .lines(
              Columns.aligned(
                  List.of("CONFLICT", "ABOUT", "DESCRIPTION"),
                  merge.conflicts().stream()
                      .map(each -> List.of(each.kind(), each.resource(), each.description()))
                      .toList()));
      output()
          .remark(
              "Nothing was merged. Change one of the branches, or let '"
                  + source
                  + "' win with --force");
    }
    return merge.possible() ? ExitCode.OK : ExitCode.NEGATIVE;
  }

  private String done(Catalog.Merge merge) {
    String instances = Counts.of(merge.affected(), "instance");
    return dryRun
        ? "'" + source + "' can be merged; it affects " + instances
        : merge.message() + ": " + instances;
  }
}
