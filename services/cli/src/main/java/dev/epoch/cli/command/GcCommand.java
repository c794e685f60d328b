package dev.epoch.cli.command;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.Maintenance;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code epoch gc}. */
@Command(
    name = "gc",
    aliases = "cleanup",
    description = {
      "Drop the rows of deleted branches and removed tables that no branch needs.",
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
    } else if (cleaned.branches().isEmpty() && cleaned.tables().isEmpty()) {
      output().confirm("Nothing to clean up");
    } else {
      tell("deleted branch", "es", cleaned.branches());
      tell("removed table", "s", cleaned.tables());
    }
    return ExitCode.OK;
  }

  private void tell(String noun, String plural, List<String> gone) {
    if (gone.isEmpty()) {
      return;
    }
    String rows = "the rows of " + Counts.of(gone.size(), noun, plural);
    if (dryRun) {
      output().confirm("Would drop " + rows + ":");
      gone.forEach(each -> output().line("  " + each));
    } else {
      output().confirm("Dropped " + rows);
    }
  }
}
