package dev.epoch.cli.command.merge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.command.diff.SchemaChanges;
import dev.epoch.cli.text.ConflictText;
import dev.epoch.cli.text.Counts;
import dev.epoch.cli.text.DiffText;
import dev.epoch.client.RefusedException;
import dev.epoch.client.branch.Branch;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.commit.RepositoryStatus;
import dev.epoch.client.commit.TableChange;
import dev.epoch.client.merge.Conflict;
import dev.epoch.client.merge.MergeOutcome;
import dev.epoch.client.merge.Merges;
import dev.epoch.client.record.Diff;
import dev.epoch.client.record.Diffs;
import dev.epoch.client.transport.Json;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch merge}. */
@Command(name = "merge", description = "Merge a branch into the current one.")
public final class MergeCommand extends EpochSubcommand {

  @Parameters(arity = "0..1", paramLabel = "<branch>", description = "Branch to merge.")
  private String source;

  @Option(
      names = {"-s", "--strategy"},
      paramLabel = "<strategy>",
      description =
          "default (ask about conflicts), ours, theirs or fast-forward; else what the target is set to.")
  private String strategy;

  @Option(names = "--no-commit", description = "Leave the result uncommitted.")
  private boolean noCommit;

  @Option(names = "--dry-run", description = "Show what would happen and change nothing.")
  private boolean dryRun;

  @Option(
      names = {"-m", "--message"},
      paramLabel = "<message>",
      description = "Message of the merge commit.")
  private String message;

  @Option(names = "--fail-on-conflict", description = "Do not leave the merge open on conflicts.")
  private boolean failOnConflict;

  @Option(names = "--allow-unrelated", description = "Merge branches without common history.")
  private boolean allowUnrelated;

  @Option(
      names = "--no-live-commit",
      description =
          "Refuse to merge where live changes that are not committed would be written over.")
  private boolean noLiveCommit;

  @Mixin private ConflictRuleOptions rules = new ConflictRuleOptions();

  @Option(
      names = "--allow-destructive",
      description = "Also where live tables lose something by it, such as a column.")
  private boolean allowDestructive;

  @Option(
      names = "--learnt",
      description = "Decide conflicts as the same ones were decided before.")
  private boolean learnt;

  @Option(names = "--continue", description = "Conclude the merge after conflicts are resolved.")
  private boolean proceed;

  @Option(names = "--abort", description = "Give the open merge up.")
  private boolean abort;

  @Option(
      names = "--auto",
      description =
          "Let the server merge it as soon as reviews and protections allow; without a branch, list what waits.")
  private boolean auto;

  @Option(names = "--cancel-auto", description = "Ask for that no more.")
  private boolean cancelAuto;

  /** The command in a session. */
  public MergeCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (auto || cancelAuto) {
      return automatic();
    }
    if (List.of(proceed, abort, source != null).stream().filter(given -> given).count() != 1) {
      throw CommandFailure.usage("give a branch to merge, or --continue, or --abort");
    }
    if (learnt && (proceed || abort)) {
      throw CommandFailure.usage(
          "--learnt begins a merge; of an open one: epoch conflicts resolve --learnt");
    }
    if (abort && allowDestructive) {
      throw CommandFailure.usage("--allow-destructive is for merging, not for --abort");
    }
    if (!abort && !dryRun) {
      session().requireAuthor();
    }
    if (proceed) {
      return continueMerge();
    }
    return abort ? abort() : merge();
  }

  private ExitCode automatic() {
    if (auto && cancelAuto
        || proceed
        || abort
        || strategy != null
        || noCommit
        || dryRun
        || failOnConflict
        || allowUnrelated
        || noLiveCommit
        || learnt
        || rules.rules() != null
        || cancelAuto && (message != null || source == null)) {
      throw CommandFailure.usage(
          "--auto goes with a branch and --message alone, --cancel-auto with a branch");
    }
    return new AutoMerge(client(), output()).run(source, session().branch(), message, cancelAuto);
  }

  private ExitCode continueMerge() {
    String branch = session().branch();
    RepositoryStatus status = merging(branch, "--continue");
    Commit commit;
    try {
      commit = client().merges().continueMerge(branch, message, allowDestructive);
    } catch (RefusedException refusal) {
      if (!refusal.error().equals("MergeConflictError")) {
        throw refusal;
      }
      return newConflicts(MergeOutcome.conflicting(status.mergeSource(), branch, refusal), branch);
    }
    if (output().json()) {
      output().json(commit);
    } else {
      confirmMerge(status.mergeSource(), branch, commit.id());
    }
    return ExitCode.OK;
  }

  /** The rows have changed since the merge began; it stays open. */
  private ExitCode newConflicts(MergeOutcome outcome, String branch) {
    if (output().json()) {
      output().json(outcome);
    } else {
      conflicts(outcome, outcome.source(), branch, true);
    }
    return ExitCode.NEGATIVE;
  }

  /** A revert, cherry-pick or rebase that waits is not a merge, as in git. */
  private RepositoryStatus merging(String branch, String option) {
    RepositoryStatus status = client().workingSet().status(branch);
    String verb = status.mergeSource() == null ? status.replaying() : status.verb();
    if (verb != null && !verb.equals("merge")) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "no merge is in progress on '" + branch + "', but a " + verb,
          "'epoch " + verb + " " + option + "'");
    }
    return status;
  }

  private ExitCode abort() {
    String branch = session().branch();
    merging(branch, "--abort");
    client().merges().abort(branch);
    if (output().json()) {
      output().json(Json.object().put("status", "aborted"));
    } else {
      output().confirm("Merge aborted.");
    }
    return ExitCode.OK;
  }

  private ExitCode merge() {
    String target = session().branch();
    if (allowUnrelated) {
      output()
          .problem(
              "note: all branches of a repository begin at one commit; --allow-unrelated allows nothing more");
    }
    MergeOutcome outcome =
        client()
            .merges()
            .merge(
                new Merges.Request(
                    session().ref(source),
                    target,
                    strategy(),
                    message,
                    noCommit,
                    dryRun,
                    failOnConflict,
                    allowUnrelated,
                    noLiveCommit ? "refuse" : null,
                    rules.rules(),
                    allowDestructive,
                    learnt || session().settings().mergesAsLearnt() && !dryRun && !failOnConflict));
    if (output().json()) {
      output().json(outcome);
    } else if (outcome.hasConflicts()) {
      boolean open =
          outcome.json().path("details").path("open").asBoolean(!dryRun && !failOnConflict);
      conflicts(outcome, source, target, open);
    } else if (outcome.upToDate()) {
      output().confirm("Already up to date.");
    } else if (dryRun) {
      preview(outcome, target);
    } else if (noCommit) {
      output().confirm("Automatic merge went well; stopped before committing as requested");
    } else if (outcome.fastForward()) {
      output().confirm("Fast-forward merge: " + target + " -> " + shown(outcome.commitId()));
    } else {
      if (outcome.liveCommit() != null) {
        output()
            .confirm("Committed live changes of " + target + ": " + shown(outcome.liveCommit()));
      }
      confirmMerge(source, target, outcome.commitId());
      if (outcome.ruledCount() > 0) {
        output().confirm("Conflict rules settled " + Counts.of(outcome.ruledCount(), "field"));
      }
    }
    String takenBack = Json.text(outcome.json(), "taken_back");
    if (takenBack != null && !output().json()) {
      String revert = Commit.shortId(takenBack);
      output()
          .remark(
              "hint: %s took back what %s had brought before, and no merge brings it again; 'epoch revert %s' does"
                  .formatted(revert, source, revert));
    }
    return outcome.hasConflicts() ? ExitCode.NEGATIVE : ExitCode.OK;
  }

  private void confirmMerge(String from, String into, String commitId) {
    output()
        .confirm(
            "Merged "
                + (from == null ? "" : from + " ")
                + "into "
                + into
                + " (commit: "
                + shown(commitId)
                + ")");
  }

  private String shown(String commitId) {
    return output().palette().yellow(Commit.shortId(commitId));
  }

  /** While the merge is open, the conflicts say which of them are about constraints. */
  private void conflicts(MergeOutcome outcome, String from, String target, boolean open) {
    List<Conflict> all = open ? client().conflicts().all(target, null) : List.of();
    List<Conflict> constraints = all.stream().filter(Conflict::aboutDefinition).toList();
    List<String> tables =
        constraints.isEmpty()
            ? outcome.conflictTables()
            : outcome.conflictTables().stream().filter(table -> hasRecords(all, table)).toList();
    List<String> lines =
        new ConflictText(output().palette()).merge(tables, constraints, from, target);
    if (open) {
      output().lines(lines);
      return;
    }
    output().lines(lines.subList(0, lines.size() - 1));
    ruled(outcome);
    output()
        .line(
            dryRun
                ? "Automatic merge would fail; nothing was changed."
                : "Merge refused because of conflicts; nothing was changed.");
    if (!dryRun && !failOnConflict) {
      output()
          .remark(
              "hint: %s is set to refuse them; '--strategy default' leaves the merge open"
                  .formatted(target));
    }
  }

  private static boolean hasRecords(List<Conflict> conflicts, String table) {
    return conflicts.stream()
        .anyMatch(conflict -> !conflict.aboutDefinition() && conflict.table().equals(table));
  }

  /** Which rule settles which field, before it does. */
  private void ruled(MergeOutcome outcome) {
    for (JsonNode ruled : outcome.ruled()) {
      String key =
          ruled.path("key").properties().stream()
              .map(part -> part.getValue().asText())
              .collect(Collectors.joining(","));
      String field = ruled.path("field").asText("");
      String what =
          ruled.path("field").isNull()
              ? " takes " + ruled.path("taken").asText()
              : "." + field + " = " + Json.compact(ruled.path("value")) + " (" + sides(ruled) + ")";
      output()
          .line(
              "%s %s: %s[%s]%s"
                  .formatted(
                      output().palette().yellow("rule"),
                      ruled.path("rule").asText(),
                      ruled.path("table").asText(),
                      key,
                      what));
    }
    if (outcome.ruledCount() > outcome.ruled().size()) {
      output().line("... and %d more".formatted(outcome.ruledCount() - outcome.ruled().size()));
    }
  }

  private static String sides(JsonNode ruled) {
    return "base %s, ours %s, theirs %s"
        .formatted(
            Json.compact(ruled.path("base")),
            Json.compact(ruled.path("ours")),
            Json.compact(ruled.path("theirs")));
  }

  /** What the merge would bring: the changes of the source since the two parted. */
  private void preview(MergeOutcome outcome, String target) {
    output()
        .line(
            outcome.fastForward()
                ? "Would fast-forward " + target + " to " + source
                : "Would merge " + source + " into " + target);
    ruled(outcome);
    outcome.labels().forEach(sql -> output().line("Before the merge: " + sql));
    String from = session().ref(source);
    Branch.Comparison comparison = client().branches().compare(from, target);
    if (comparison.mergeBase() == null) {
      return;
    }
    Diffs.Range range = new Diffs.Range(comparison.mergeBase(), from, false);
    SchemaChanges schema = new SchemaChanges(client(), range);
    DiffText text = new DiffText(output().palette());
    for (TableChange change : client().diffs().tables(range).tables()) {
      output().line("");
      output().lines(text.table(change, schema.of(change)));
    }
    List<Diff.SchemaChange> objects = schema.ofObjects();
    if (!objects.isEmpty()) {
      output().line("");
      output().lines(text.objects(objects));
    }
  }

  private Merges.Strategy strategy() {
    if (strategy == null) {
      return null;
    }
    return switch (strategy.toLowerCase(Locale.ROOT).replace('_', '-')) {
      case "default", "three-way" -> Merges.Strategy.THREE_WAY;
      case "ours" -> Merges.Strategy.OURS;
      case "theirs" -> Merges.Strategy.THEIRS;
      case "fast-forward", "ff-only" -> Merges.Strategy.FAST_FORWARD;
      case String unknown ->
          throw CommandFailure.usage(
              "unknown strategy '" + unknown + "'; known: default, ours, theirs, fast-forward");
    };
  }
}
