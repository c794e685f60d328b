package dev.epoch.cli.command.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Counts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch table merge}. */
@Command(
    name = "merge",
    description = "Bring what changed in a table to its copy, or in the copy to the table.")
public final class TableMergeCommand extends EpochSubcommand {

  @Parameters(
      paramLabel = "<name>[@<ref>]",
      description =
          "Table whose changes are brought, up to a commit. Default: the current branch's last.")
  private String source;

  @Option(
      names = "--into",
      required = true,
      paramLabel = "<name>",
      description = "The copy, or the table that this one was copied from.")
  private String into;

  @Option(names = "--ours", description = "In conflicts, keep what the other table has.")
  private boolean ours;

  @Option(names = "--theirs", description = "In conflicts, take what this table has.")
  private boolean theirs;

  @Option(names = "--dry-run", description = "Only tell what would be done.")
  private boolean dryRun;

  /** The command in a session. */
  public TableMergeCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (ours && theirs) {
      throw CommandFailure.usage("give one of --ours and --theirs");
    }
    int at = source.indexOf('@');
    String name = at < 0 ? source : source.substring(0, at);
    String ref = at < 0 ? session().headRef() : source.substring(at + 1);
    JsonNode merged =
        client()
            .tables()
            .merge(
                name,
                ref,
                into,
                session().branch(),
                ours ? "ours" : theirs ? "theirs" : null,
                dryRun);
    if (output().json()) {
      output().json(merged);
      return ExitCode.OK;
    }
    String changes =
        Counts.changes(
            merged.path("inserted").asLong(),
            merged.path("updated").asLong(),
            merged.path("deleted").asLong());
    output()
        .confirm(
            changes.isEmpty()
                ? "Table '%s' has all changes of '%s' already".formatted(into, name)
                : "%s '%s' into '%s': %s, not committed yet"
                    .formatted(dryRun ? "Would merge" : "Merged", name, into, changes));
    return ExitCode.OK;
  }
}
