package dev.epoch.cli.command;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.Maintenance;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code epoch gc}. */
@Command(
    name = "gc",
    aliases = "cleanup",
    description = {
      "Drop the rows of deleted branches that no branch needs.",
      "Commits that no branch reaches cannot be read afterwards."
    })
public final class GcCommand extends EpochSubcommand {

  @Option(names = "--dry-run", description = "Only tell what would be dropped.")
  private boolean dryRun;

  /** The command in a session. */
  public GcCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    Maintenance.Cleaned cleaned = client().maintenance().cleanup(dryRun);
    if (output().json()) {
      output().json(cleaned);
    } else if (cleaned.branches().isEmpty()) {
      output().confirm("Nothing to clean up");
    } else {
      String rows = "the rows of " + Counts.of(cleaned.branches().size(), "deleted branch", "es");
      if (dryRun) {
        output().confirm("Would drop " + rows + ":");
        cleaned.branches().forEach(id -> output().line("  " + id));
      } else {
        output().confirm("Dropped " + rows);
      }
    }
    return ExitCode.OK;
  }
}
