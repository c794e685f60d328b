package dev.epoch.gateway.branch;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.Commits;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.BranchExpiry;
import dev.epoch.events.BranchProtection;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.CheckoutBranchV1;
import dev.epoch.events.command.CreateBranchV1;
import dev.epoch.events.command.DeleteBranchV1;
import dev.epoch.events.command.ExpireBranchV1;
import dev.epoch.events.command.ProtectBranchV1;
import dev.epoch.events.command.RenameBranchV1;
import dev.epoch.events.command.ReviewBranchV1;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.events.event.BranchRenamedV1;
import dev.epoch.gateway.commit.WorkingSetService;
import dev.epoch.gateway.hook.HookGate;
import dev.epoch.gateway.hook.PlannedChange;
import dev.epoch.gateway.storage.CleanupService;
import dev.epoch.gateway.stream.BranchTurn;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.CleanupGuard;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.model.commit.Ancestry;
import dev.epoch.model.commit.CommitId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Branches: the log first, then, best effort at once and surely by the projector, the databases.
 */
public final class BranchService {
  private static final String KIND = RecordType.DELETE_BRANCH_V1.wireName();
  private static final Pattern HEAD = Pattern.compile("^HEAD(?=$|[~^])");

  private final HookGate hooks;
  private final BranchRegistrar registrar;
  private final WorkingSetService workingSets;
  private final CleanupService cleanups;

  public BranchService(
      BranchRegistrar registrar,
      WorkingSetService workingSets,
      CleanupService cleanups,
      HookGate hooks) {
    this.registrar = registrar;
    this.workingSets = workingSets;
    this.cleanups = cleanups;
    this.hooks = hooks;
  }

  /**
   * How two branches diverged.
   *
   * @param ahead commits of source that target lacks
   * @param behind commits of target that source lacks
   * @param canFastForward whether target could move to source without a merge
   * @param mergeBase best common ancestor, empty if it is only the hidden root
   */
  public record Comparison(
      CommitState source,
      CommitState target,
      int ahead,
      int behind,
      boolean canFastForward,
      Optional<CommitState> mergeBase) {}

  /**
   * A branch to be made.
   *
   * @param startPoint as the user writes it; null for the current branch
   * @param checkout whether the actor works on it from then on
   * @param expiry null for a branch that stays
   * @param ownSequences whether its columns are fed by sequences of its own; null for as on the
   *     branch that it starts from
   * @param schemaOnly whether it versions schemas and no rows; one that is made from such a branch
   *     does anyway
   */
  public record NewBranch(
      String name,
      String startPoint,
      boolean checkout,
      BranchExpiry expiry,
      Boolean ownSequences,
      boolean schemaOnly) {}

  public StepResult create(
      LiveRepository repository, String name, String startPoint, boolean checkout, Caller caller) {
    return create(repository, new NewBranch(name, startPoint, checkout, null, null, false), caller);
  }

  public StepResult create(LiveRepository repository, NewBranch wanted, Caller caller) {
    return withTurn(
        repository.nameLocks(wanted.name()), () -> createNamed(repository, wanted, caller));
  }

  private StepResult createNamed(LiveRepository repository, NewBranch wanted, Caller caller) {
    RepositoryState state = repository.state();
    Optional<StepResult> former = StepResult.former(state, RecordType.CREATE_BRANCH_V1, caller);
    if (former.isPresent()) {
      // whoever has the answer uses the branch; the process may have ended before it was told of
      state.branch(wanted.name()).ifPresent(branch -> registrar.tell(repository, branch.id()));
      return former.get();
    }
    BranchState current = state.currentBranch(caller.actor().id());
    String from =
        wanted.startPoint() == null
            ? current.name()
            : HEAD.matcher(wanted.startPoint())
                .replaceFirst(Matcher.quoteReplacement(current.name()));
    CommitState commit = new References(state, current).commit(from);
    CreateBranchV1 command =
        new CreateBranchV1(
            wanted.name(),
            commit.id(),
            from,
            wanted.checkout(),
            wanted.expiry(),
            wanted.ownSequences(),
            wanted.schemaOnly() ? true : null);
    try (CleanupGuard.Use _ = cleanups.use(repository, commit)) {
      StepResult result = repository.step(command, caller).orRefuse();
      result
          .event(BranchCreatedV1.class)
          .ifPresent(created -> registrar.tell(repository, created.branchId()));
      return result;
    }
  }

  public StepResult rename(LiveRepository repository, String from, String to, Caller caller) {
    return withTurn(
        repository.nameLocks(from, to),
        () -> {
          StepResult result = repository.step(new RenameBranchV1(from, to), caller).orRefuse();
          result
              .event(BranchRenamedV1.class)
              .ifPresent(renamed -> registrar.tell(repository, renamed.branchId()));
          return result;
        });
  }

  private static StepResult withTurn(List<ReentrantLock> locks, Supplier<StepResult> change) {
    locks.forEach(ReentrantLock::lock);
    try {
      return change.get();
    } finally {
      locks.forEach(ReentrantLock::unlock);
    }
  }

  /**
   * Lets a branch expire, or no more.
   *
   * @param expiry null for never
   */
  public StepResult expire(
      LiveRepository repository, String name, BranchExpiry expiry, Caller caller) {
    return repository.step(new ExpireBranchV1(name, expiry), caller).orRefuse();
  }

  public StepResult delete(LiveRepository repository, String name, boolean force, Caller caller) {
    return delete(repository, name, force, null, caller);
  }

  /**
   * @param expiredBefore only if the branch has expired before this time; null if somebody asks
   */
  public StepResult delete(
      LiveRepository repository, String name, boolean force, Instant expiredBefore, Caller caller) {
    return withTurn(
        repository.nameLocks(name),
        () -> deleteNamed(repository, name, force, expiredBefore, caller));
  }

  private StepResult deleteNamed(
      LiveRepository repository, String name, boolean force, Instant expiredBefore, Caller caller) {
    return new BranchTurn(repository, RecordType.DELETE_BRANCH_V1, caller)
        .on(
            name,
            step -> step,
            (state, branch) -> {
              if (branch.operation() == null) {
                hooks.pass(repository, planned(state, branch, caller), KIND, caller);
              }
              boolean uncommitted =
                  !force
                      && !state.isDefault(branch)
                      && (!workingSets.pending(state, branch).isEmpty()
                          || !workingSets.dropped(state, branch).isEmpty());
              requireNothingOfItsOwn(state, branch, force, uncommitted);
              StepResult result =
                  repository
                      .step(new DeleteBranchV1(name, force, uncommitted, expiredBefore), caller)
                      .orRefuse();
              result
                  .event(BranchDeletedV1.class)
                  .ifPresent(deleted -> registrar.forget(repository, deleted));
              return result;
            });
  }

  /** Tables that were made on the branch and are not versioned go with it. */
  private void requireNothingOfItsOwn(
      RepositoryState state, BranchState branch, boolean force, boolean refused) {
    if (force || refused || state.isDefault(branch)) {
      return;
    }
    List<String> own = workingSets.untracked(state, branch);
    if (!own.isEmpty()) {
      throw new RefusedException(
          Code.BRANCH_NOT_MERGED,
          "Branch '%s' has tables of its own that are not versioned: %s"
              .formatted(branch.name(), String.join(", ", own)),
          Map.of(
              "branch",
              branch.name(),
              "tables",
              own,
              "remedy",
              "Register them (epoch table add %s --branch %s), or delete with --force"
                  .formatted(own.getFirst(), branch.name())));
    }
  }

  private static PlannedChange planned(RepositoryState state, BranchState branch, Caller caller) {
    return new PlannedChange(
        List.of("pre-branch-delete"),
        state.name(),
        state.profile().createdAt(),
        branch.name(),
        caller.actor(),
        branch.head(),
        null,
        null,
        null,
        List::of);
  }

  /**
   * Protects branches whose names match a pattern, also those that are made later.
   *
   * @param protection how, or null for no more
   */
  public StepResult protect(
      LiveRepository repository, String pattern, BranchProtection protection, Caller caller) {
    return repository.step(new ProtectBranchV1(pattern, protection), caller).orRefuse();
  }

  /**
   * Says whether the head of a branch may be merged.
   *
   * @param commit that was looked at, as the user names it; null for the head
   * @param verdict approve or reject
   * @param comment for people, or null
   */
  public StepResult review(
      LiveRepository repository,
      String name,
      String commit,
      String verdict,
      String comment,
      Caller caller) {
    RepositoryState state = repository.state();
    BranchState branch = References.branch(state, name);
    String reviewed =
        commit == null ? branch.head() : new References(state, branch).commit(commit).id();
    return repository.step(new ReviewBranchV1(name, reviewed, verdict, comment), caller).orRefuse();
  }

  public BranchState checkout(LiveRepository repository, String name, Caller caller) {
    StepResult result = repository.step(new CheckoutBranchV1(name), caller).orRefuse();
    return References.branch(result.state(), name);
  }

  public Comparison compare(RepositoryState state, CommitState source, CommitState target) {
    Commits graph = state.commits();
    Ancestry ancestry = new Ancestry(graph);
    CommitId sourceId = new CommitId(source.id());
    CommitId targetId = new CommitId(target.id());
    Ancestry.Divergence divergence = ancestry.divergence(sourceId, targetId);
    List<CommitId> bases = ancestry.mergeBases(sourceId, targetId);
    Optional<CommitState> base =
        bases.stream()
            .findFirst()
            .flatMap(id -> state.commits().of(id.hex()))
            .filter(commit -> !commit.root());
    return new Comparison(
        source,
        target,
        divergence.ahead(),
        divergence.behind(),
        ancestry.isAncestor(targetId, sourceId),
        base);
  }

  static RefusedException validation(String message) {
    return new RefusedException(Code.VALIDATION, message, Map.of());
  }
}
