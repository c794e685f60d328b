package dev.epoch.cli.command.replay;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.RefusedException;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.merge.MergeOutcome;
import dev.epoch.client.transport.Json;
import java.util.List;
import picocli.CommandLine.Option;

/** What {@code epoch revert}, {@code cherry-pick} and {@code rebase} have in common. */
abstract class ReplayCommand extends EpochSubcommand {
  @Option(names = "--continue", description = "Go on after conflicts are resolved.")
  private boolean goOn;

  @Option(names = "--abort", description = "Give it up: the branch is what it was before.")
  private boolean abort;

  @Option(names = "--skip", description = "Leave out the commit that it stopped at, and go on.")
  private boolean skip;

  ReplayCommand(Session session) {
    super(session);
  }

  /** Name of the command. */
  abstract String verb();

  /** Refs that were given. */
  abstract List<String> given();

  /** Whether live tables may lose something by it. */
  boolean allowDestructive() {
    return false;
  }

  /** Begins. */
  abstract MergeOutcome start(String branch);

  /** What is said when all went well. */
  abstract String done(String branch);

  @Override
  protected final ExitCode run() {
    long ways = List.of(goOn, abort, skip, !given().isEmpty()).stream().filter(way -> way).count();
    if (ways != 1) {
      throw CommandFailure.usage(
          "give what to " + verb() + ", or one of --continue, --skip and --abort");
    }
    if ((abort || skip) && allowDestructive()) {
      throw CommandFailure.usage("--allow-destructive is not for --abort and --skip");
    }
    if (!abort) {
      session().requireAuthor();
    }
    String branch = session().branch();
    try {
      return run(branch);
    } catch (RefusedException refused) {
      if (given().isEmpty() && refused.error().equals("NoMergeInProgressError")) {
        throw new CommandFailure(
            ExitCode.CONFLICT,
            "no " + verb() + " is in progress on '" + branch + "'",
            "'epoch " + verb() + " <commit>' begins one");
      }
      throw refused;
    }
  }

  private ExitCode run(String branch) {
    if (abort) {
      client().merges().abort(branch);
      if (output().json()) {
        output().json(Json.object().put("status", "aborted"));
      } else {
        output().confirm(verb() + " aborted.");
      }
      return ExitCode.OK;
    }
    MergeOutcome outcome =
        goOn
            ? client().replays().goOn(branch, null, allowDestructive())
            : skip ? client().replays().skip(branch) : start(branch);
    return report(outcome, branch);
  }

  /** The conflicts, and the commit whose they are. */
  private String stoppedAt(String branch) {
    String next = client().workingSet().status(branch).nextToReplay();
    if (next == null) {
      return "conflicts";
    }
    Commit commit = client().commits().get(next);
    String title = commit.message().lines().findFirst().orElse("");
    return "conflicts of " + output().palette().yellow(commit.shortId()) + " (" + title + ")";
  }

  private ExitCode report(MergeOutcome outcome, String branch) {
    if (output().json()) {
      output().json(outcome);
    } else if (outcome.hasConflicts()) {
      outcome.conflictTables().forEach(table -> output().line("CONFLICT: " + table));
      output()
          .line(
              "%s stopped at %s. Resolve them (epoch conflicts show), then 'epoch %s --continue', or --skip, or --abort."
                  .formatted(verb(), stoppedAt(branch), verb()));
    } else if (outcome.upToDate()) {
      output().confirm("Current branch " + branch + " is up to date.");
    } else if (outcome.commitId() == null) {
      output().confirm("Stopped before committing as requested; 'epoch commit' makes the commit");
    } else {
      output()
          .confirm(
              done(branch)
                  + " (commit: "
                  + output().palette().yellow(Commit.shortId(outcome.commitId()))
                  + ")");
    }
    return outcome.hasConflicts() ? ExitCode.NEGATIVE : ExitCode.OK;
  }
}
