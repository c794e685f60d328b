package dev.epoch.cli.command.branch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.branch.Branch;
import dev.epoch.client.transport.Json;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch branch protect}. */
@Command(
    name = "protect",
    description =
        "Protect branches: without options they take merges only, and are not reset, renamed or deleted.")
public final class BranchProtectCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<pattern>", description = "Name of branches, * for any characters.")
  private String pattern;

  @Option(
      names = "--require-review",
      description = "Only merges of commits that somebody else has approved.")
  private boolean requireReview;

  @Option(
      names = "--approvals",
      paramLabel = "<n>",
      description = "So many approvals (default: 1).")
  private Integer approvals;

  @Option(
      names = "--keep-approvals",
      description = "Approvals also count when the reviewed branch has moved on since.")
  private boolean keepApprovals;

  @Option(
      names = "--no-force-push",
      description = "Refuse resets, rebases, renames and deletions, also with --force.")
  private boolean noForcePush;

  @Option(names = "--no-commits", description = "Refuse direct commits: merges only.")
  private boolean noCommits;

  @Option(
      names = "--merger",
      paramLabel = "<who>",
      description = "Who may merge into it, by id, name or address; others may not.")
  private List<String> mergers = List.of();

  @Option(
      names = "--committer",
      paramLabel = "<who>",
      description = "Who may commit to it directly, by id, name or address; others may not.")
  private List<String> committers = List.of();

  @Option(
      names = "--conflict-strategy",
      paramLabel = "<strategy>",
      description = "What merges do with conflicts unless they say it: manual, fail, ours, theirs.")
  private String conflictStrategy;

  /** The command in a session. */
  public BranchProtectCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (noCommits && !committers.isEmpty()) {
      throw CommandFailure.usage("--no-commits and --committer contradict each other");
    }
    if (keepApprovals && !requireReview && approvals == null) {
      throw CommandFailure.usage("--keep-approvals goes with --require-review");
    }
    Branch branch = client().branches().protect(pattern, protection());
    if (output().json()) {
      output().json(branch);
    } else {
      output().confirm("Protected '" + pattern + "'");
    }
    return ExitCode.OK;
  }

  private ObjectNode protection() {
    boolean plain =
        !requireReview
            && approvals == null
            && !noForcePush
            && !noCommits
            && mergers.isEmpty()
            && committers.isEmpty()
            && conflictStrategy == null;
    ObjectNode protection =
        Json.object()
            .put("require_review", requireReview || approvals != null)
            .put("no_force_push", noForcePush || plain)
            .put("dismiss_stale", !keepApprovals);
    if (approvals != null) {
      protection.put("approvals", approvals);
    }
    if (noCommits || plain || !committers.isEmpty()) {
      committers.forEach(protection.putArray("committers")::add);
    }
    if (!mergers.isEmpty()) {
      mergers.forEach(protection.putArray("mergers")::add);
    }
    if (conflictStrategy != null) {
      protection.put("conflict_strategy", conflictStrategy);
    }
    return protection;
  }
}
