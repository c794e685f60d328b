package dev.epoch.cli.command.admin;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.admin.Maintenance;
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

  @Option(
      names = "--merged",
      description = "First delete branches that the default branch has all commits of.")
  private boolean merged;

  @Option(
      names = "--older-than",
      paramLabel = "<time>",
      description = "With --merged: whose last commit is so old, such as 12h (default: 7d).")
  private String olderThan;

  @Option(names = "--force", description = "As --merged, however young they are.")
  private boolean force;

  /** The command in a session. */
  public GcCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (olderThan != null && (force || !merged)) {
      throw CommandFailure.usage("--older-than goes with --merged, and not with --force");
    }
    Maintenance.Cleaned cleaned =
        merged || force
            ? client()
                .maintenance()
                .cleanupMerged(dryRun, force ? "0d" : olderThan == null ? "7d" : olderThan)
            : client().maintenance().cleanup(dryRun);
    if (output().json()) {
      output().json(cleaned);
      return cleaned.unreached().isEmpty() ? ExitCode.OK : ExitCode.NEGATIVE;
    }
    cleaned
        .deleted()
        .forEach(branch ->
            output().confirm((dryRun ? "Would delete" : "Deleted") + " merged branch " + branch));
    cleaned.kept().forEach((branch, why) -> output().line("Kept " + branch + ": " + why));
    if (cleaned.branches().isEmpty() && cleaned.tables().isEmpty()) {
      if (cleaned.deleted().isEmpty()) {
        output().confirm("Nothing to clean up");
      }
    } else {
      tell("deleted branch", "es", cleaned.branches());
      tell("removed table", "s", cleaned.tables());
    }
    cleaned
        .unreached()
        .forEach(
            storage -> output().line("Not reached: storage " + storage + "; try it again later"));
    return cleaned.unreached().isEmpty() ? ExitCode.OK : ExitCode.NEGATIVE;
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
