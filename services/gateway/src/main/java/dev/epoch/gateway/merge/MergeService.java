package dev.epoch.gateway.merge;

import dev.epoch.engine.processing.ConflictSettingsCheck;
import dev.epoch.engine.processing.Promotions;
import dev.epoch.engine.processing.Protections;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.MergeState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.BranchProtection;
import dev.epoch.events.ConflictSettings;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AbortMergeV1;
import dev.epoch.events.command.ContinueMergeV1;
import dev.epoch.events.command.MergeBranchV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.gateway.merge.conflict.OpenConflicts;
import dev.epoch.gateway.storage.CleanupService;
import dev.epoch.gateway.stream.BranchTurn;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.CleanupGuard;
import dev.epoch.gateway.stream.Lineage;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.log.ChunkStore;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Merges: plan the rows, then let the operation run; or leave the merge open with its conflicts.
 */
public final class MergeService {
  private static final String MERGE = "merge-branch";
  private static final String CONTINUE = "continue-merge";

  private final CleanupService cleanups;
  private final ChunkStore chunks;
  private final MergeExecution execution;
  private final ReplayRunner replays;

  public MergeService(
      CleanupService cleanups, ChunkStore chunks, MergeExecution execution, ReplayRunner replays) {
    this.replays = replays;
    this.cleanups = cleanups;
    this.chunks = chunks;
    this.execution = execution;
  }

  /**
   * What to merge.
   *
   * @param target branch name
   * @param source branch, or commit
   * @param strategy THREE_WAY, FAST_FORWARD, OURS or THEIRS, in any case; null for what the target
   *     is set to
   * @param message of the merge commit, or null
   * @param author of the merge commit
   * @param liveChanges {@code commit}: uncommitted live changes of the default branch are committed
   *     first; {@code refuse}: they refuse the merge where it would write their tables; null for
   *     the repository's setting
   * @param noCommit leave the merge open for its commit
   * @param failOnConflict refuse instead of leaving conflicts open
   * @param dryRun change nothing, only tell what would happen
   * @param expectedHead refuse if the target stands elsewhere, or null
   * @param rules what settles conflicts before the settings of the repository do, or null
   * @param promotion whether hooks and checks of promotions are asked, too; then conflicts refuse
   *     it
   * @param allowDestructive whether it may take away what live tables have, such as a column
   */
  public record Request(
      String target,
      String source,
      String strategy,
      String message,
      Actor author,
      String liveChanges,
      boolean noCommit,
      boolean failOnConflict,
      boolean dryRun,
      String expectedHead,
      ConflictSettings rules,
      boolean promotion,
      boolean allowDestructive) {

    /** By the rules of the repository. */
    public Request(
        String target,
        String source,
        String strategy,
        String message,
        Actor author,
        String liveChanges,
        boolean noCommit,
        boolean failOnConflict,
        boolean dryRun,
        String expectedHead) {
      this(
          target,
          source,
          strategy,
          message,
          author,
          liveChanges,
          noCommit,
          failOnConflict,
          dryRun,
          expectedHead,
          null,
          false,
          false);
    }
  }

  /**
   * How a merge ended.
   *
   * @param target name of the branch
   * @param source as the user named it
   * @param upToDate whether there was nothing to merge
   * @param fastForward whether the head only moved
   * @param conflicts number by table name; then the merge is open (or was a dry run)
   * @param result head of the target afterwards, null while the merge is open or for a dry run
   * @param liveCommit id of the commit of live changes made before it, or null
   * @param ruled what rules settled; none where a former answer is given again
   * @param labels of a dry run: statements that give live types new labels before the merge
   */
  public record Merged(
      String target,
      String source,
      boolean upToDate,
      boolean fastForward,
      Map<String, Long> conflicts,
      CommitState result,
      String liveCommit,
      RepositoryState state,
      long position,
      Ruled ruled,
      List<String> labels) {
    public Merged {
      labels = List.copyOf(labels);
    }

    /** Without anything that a rule settled. */
    Merged(
        String target,
        String source,
        boolean upToDate,
        boolean fastForward,
        Map<String, Long> conflicts,
        CommitState result,
        String liveCommit,
        RepositoryState state,
        long position) {
      this(
          target,
          source,
          upToDate,
          fastForward,
          conflicts,
          result,
          liveCommit,
          state,
          position,
          Ruled.NONE,
          List.of());
    }
  }

  public Merged merge(LiveRepository repository, Request request, Caller caller) {
    String strategy = request.strategy() == null ? null : strategy(request.strategy());
    return new BranchTurn(repository, RecordType.MERGE_BRANCH_V1, caller)
        .on(
            request.target(),
            step -> former(step, request.target(), request.source()),
            (state, target) -> {
              CommitState source = new References(state, target).commit(request.source());
              try (CleanupGuard.Use _ = cleanups.use(repository, source)) {
                return merge(repository, state, target, source, request, strategy, caller);
              }
            });
  }

  private Merged merge(
      LiveRepository repository,
      RepositoryState state,
      BranchState target,
      CommitState source,
      Request request,
      String givenStrategy,
      Caller caller) {
    boolean promotion = Promotions.isTarget(state, target);
    String usual = givenStrategy == null ? conflictStrategy(state, target, promotion) : "manual";
    String strategy =
        givenStrategy != null
            ? givenStrategy
            : usual.equals("ours") || usual.equals("theirs") ? usual : "three_way";
    boolean noCommit = request.noCommit() || promotion && !state.profile().branching().autoMerge();
    boolean failOnConflict =
        request.failOnConflict() || request.promotion() || usual.equals("fail");
    MergeIntent intent =
        new MergeIntent(
            target.id(),
            source.id(),
            request.source(),
            strategy,
            request.message(),
            request.author(),
            liveChanges(state, request.liveChanges()),
            noCommit,
            failOnConflict,
            null,
            List.of(),
            MERGE,
            "merge",
            request.rules(),
            null,
            request.promotion(),
            request.allowDestructive());
    if (request.dryRun()) {
      ConflictSettingsCheck.ofMerge(state, request.rules())
          .ifPresent(problem -> {
            throw new RefusedException(problem);
          });
      return dryRun(state, target, intent);
    }
    MergeBranchV1 command =
        new MergeBranchV1(
            target.name(),
            request.source(),
            source.id(),
            strategy,
            request.message(),
            request.author(),
            noCommit,
            failOnConflict,
            request.expectedHead(),
            intent.liveChanges(),
            request.rules(),
            request.promotion());
    StepResult started = repository.step(command, caller).orRefuse();
    if (started.former().isPresent()) {
      return former(started, target.name(), request.source());
    }
    if (Lineage.isAncestor(state, source.id(), target.head())) {
      return new Merged(
          target.name(),
          request.source(),
          true,
          false,
          Map.of(),
          state.head(target),
          null,
          started.state(),
          started.position());
    }
    return merged(execution.run(repository, intent, caller), intent);
  }

  /** Finishes an open merge: over the rows as they are now, with what was decided about them. */
  public Merged continueMerge(
      LiveRepository repository, String branch, String message, Actor author, Caller caller) {
    return continueMerge(repository, branch, message, author, false, caller);
  }

  /**
   * @param allowDestructive whether it may take away what live tables have, such as a column
   */
  public Merged continueMerge(
      LiveRepository repository,
      String branch,
      String message,
      Actor author,
      boolean allowDestructive,
      Caller caller) {
    return new BranchTurn(repository, RecordType.CONTINUE_MERGE_V1, caller)
        .on(
            branch,
            step -> former(step, branch, branch),
            (_, _) ->
                continueMergeInTurn(repository, branch, message, author, allowDestructive, caller));
  }

  private Merged continueMergeInTurn(
      LiveRepository repository,
      String branch,
      String message,
      Actor author,
      boolean allowDestructive,
      Caller caller) {
    if (ReplayRunner.hasSettled(repository.state(), CONTINUE, caller)) {
      return replays.goOn(
          repository, References.branch(repository.state(), branch).id(), CONTINUE, caller);
    }
    StepResult started =
        repository.step(new ContinueMergeV1(branch, message, author), caller).orRefuse();
    if (started.former().isPresent()) {
      return former(started, branch, branch);
    }
    BranchState target = References.branch(repository.state(), branch);
    MergeState merge = target.merge();
    if (merge == null) {
      return replays.goOn(repository, target.id(), CONTINUE, caller);
    }
    boolean isMerge = merge.verb().equals("merge");
    MergeIntent intent =
        new MergeIntent(
            target.id(),
            merge.sourceCommit(),
            merge.source(),
            merge.strategy(),
            message != null ? message : merge.message(),
            isMerge ? author : replays.author(repository.state(), target, author),
            merge.liveChanges(),
            false,
            false,
            merge.id(),
            OpenConflicts.all(merge, chunks),
            CONTINUE,
            merge.verb(),
            merge.rules(),
            isMerge ? null : merge.bases().getFirst(),
            false,
            allowDestructive);
    return isMerge
        ? merged(execution.run(repository, intent, caller), intent)
        : replays.settled(repository, intent, caller);
  }

  /** Of a replay too: the branch moves back to where it was before. */
  public void abort(LiveRepository repository, String branch, Caller caller) {
    new BranchTurn(repository, RecordType.ABORT_MERGE_V1, caller)
        .on(
            branch,
            step -> step,
            (_, target) -> {
              replays.moveBack(repository, target, caller);
              return repository.step(new AbortMergeV1(branch), caller).orRefuse();
            });
  }

  private Merged dryRun(RepositoryState state, BranchState target, MergeIntent intent) {
    boolean upToDate = Lineage.isAncestor(state, intent.sourceCommit(), target.head());
    Ruled.Tally tally = new Ruled.Tally();
    MergePlan plan = upToDate ? null : execution.plan(state, intent, tally);
    if (plan != null && !plan.destructive().isEmpty() && !intent.allowDestructive()) {
      throw MergeRefusals.destructive(plan.destructive());
    }
    return new Merged(
        target.name(),
        intent.source(),
        upToDate,
        !upToDate && execution.onlyMoves(state, intent, plan),
        upToDate ? Map.of() : plan.conflicts(),
        null,
        null,
        state,
        0,
        tally.ruled(),
        upToDate ? List.of() : plan.labels().values().stream().flatMap(List::stream).toList());
  }

  static Merged merged(MergeExecution.Ended ended, MergeIntent intent) {
    StepResult step = ended.step();
    BranchState target = step.state().branches().byId().get(intent.targetId());
    CommitState result = target.merge() == null ? step.state().head(target) : null;
    return new Merged(
        target.name(),
        intent.source(),
        false,
        ended.fastForward(),
        ended.conflicts(),
        result,
        step.events().stream()
            .filter(CommitCreatedV1.class::isInstance)
            .map(event -> ((CommitCreatedV1) event).liveCommit())
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null),
        step.state(),
        step.position(),
        ended.ruled(),
        List.of());
  }

  /** The answer that the first run gave; the target may be gone by now. */
  static Merged former(StepResult step, String target, String source) {
    Map<String, String> facts = step.formerFacts();
    if (facts.containsKey("merge")) {
      Map<String, Long> conflicts =
          step.state()
              .branch(target)
              .map(BranchState::merge)
              .filter(merge -> merge.id().equals(facts.get("merge")))
              .map(MergeState::conflicts)
              .orElse(Map.of("", Long.parseLong(facts.get("conflicts"))));
      return new Merged(
          target, source, false, false, conflicts, null, null, step.state(), step.position());
    }
    return new Merged(
        target,
        source,
        facts.containsKey("up_to_date"),
        "fast_forward".equals(facts.get("reason")),
        Map.of(),
        step.state().commits().byId().get(facts.get("commit")),
        facts.get("live_commit"),
        step.state(),
        step.position());
  }

  /** What merges into the branch do with conflicts unless they say it. */
  private static String conflictStrategy(
      RepositoryState state, BranchState target, boolean promotion) {
    return Protections.of(state, target.name())
        .map(BranchProtection::conflictStrategy)
        .orElse(promotion ? state.profile().branching().conflictStrategy() : "manual");
  }

  static String liveChanges(RepositoryState state, String asked) {
    String liveChanges = asked == null ? state.profile().liveChanges() : asked;
    if (!liveChanges.equals("commit") && !liveChanges.equals("refuse")) {
      throw new RefusedException(
          Code.VALIDATION,
          "Unknown live_changes '" + liveChanges + "'",
          Map.of("live_changes", liveChanges, "remedy", "commit or refuse"));
    }
    return liveChanges;
  }

  static String strategy(String text) {
    String name = text == null ? "three_way" : text.toLowerCase(Locale.ROOT).replace('-', '_');
    return switch (name) {
      case "default", "three_way" -> "three_way";
      case "fast_forward", "ours", "theirs" -> name;
      default ->
          throw new RefusedException(
              Code.VALIDATION,
              "Unknown merge strategy '" + text + "'",
              Map.of("strategy", text, "remedy", "THREE_WAY, FAST_FORWARD, OURS or THEIRS"));
    };
  }
}
