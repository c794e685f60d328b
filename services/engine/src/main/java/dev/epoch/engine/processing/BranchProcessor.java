package dev.epoch.engine.processing;

import dev.epoch.engine.Decision;
import dev.epoch.engine.DecisionContext;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.BranchTraits;
import dev.epoch.engine.state.Commits;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.CheckoutBranchV1;
import dev.epoch.events.command.CreateBranchV1;
import dev.epoch.events.command.DeleteBranchV1;
import dev.epoch.events.command.RenameBranchV1;
import dev.epoch.events.event.BranchCheckedOutV1;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.events.event.BranchExpirySetV1;
import dev.epoch.events.event.BranchRenamedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.commit.Ancestry;
import dev.epoch.model.commit.CommitId;
import dev.epoch.model.ref.BranchName;
import dev.epoch.model.ref.InvalidNameException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Branches: create, rename, delete, check out. */
public final class BranchProcessor {
  private BranchProcessor() {}

  public static Decision create(
      RepositoryState state, CreateBranchV1 command, DecisionContext context) {
    Optional<Decision> refusal = refuseName(state, command.name());
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (!state.commits().contains(command.commit())) {
      return Refusals.commitNotFound(command.commit());
    }
    if (command.expiry() != null) {
      Optional<Decision> wrong =
          ExpiryProcessor.refuse(state, command.name(), command.expiry(), context);
      if (wrong.isPresent()) {
        return wrong.get();
      }
    }
    Optional<BranchState> origin = state.branches().origin(command.startPoint());
    BranchTraits inherited = origin.map(BranchState::traits).orElse(BranchTraits.NONE);
    if (inherited.ownSequences() && Boolean.FALSE.equals(command.ownSequences())) {
      return Decision.reject(
          new Rejection(
              Code.VALIDATION,
              "Branch '%s' has sequences of its own, and so has a branch that is made from it"
                  .formatted(origin.get().name()),
              Map.of(
                  "branch",
                  origin.get().name(),
                  "remedy",
                  "Leave own_sequences out: values of shared sequences could be keys that it has")));
    }
    String id = context.branchId();
    List<Event> events = new ArrayList<>();
    events.add(
        new BranchCreatedV1(
            id,
            command.name(),
            command.commit(),
            command.startPoint(),
            locations(state, command),
            inherited.ownSequences() || Boolean.TRUE.equals(command.ownSequences()) ? true : null,
            inherited.schemaOnly() || command.asksForSchemaOnly() ? true : null));
    if (command.expiry() != null) {
      events.add(new BranchExpirySetV1(id, command.expiry()));
    }
    if (command.checkout()) {
      events.add(new BranchCheckedOutV1(id));
    }
    return Decision.accept(events);
  }

  /** A branch made from another one's head finds the rows where that one keeps them. */
  private static Map<String, RowsLocation> locations(
      RepositoryState state, CreateBranchV1 command) {
    return state
        .branch(command.startPoint())
        .filter(source -> source.head().equals(command.commit()))
        .map(source -> Map.copyOf(source.locations()))
        .orElse(Map.of());
  }

  public static Decision rename(
      RepositoryState state, RenameBranchV1 command, DecisionContext context) {
    Optional<BranchState> branch = state.branch(command.from());
    if (branch.isEmpty()) {
      return Refusals.branchNotFound(command.from());
    }
    return refuseName(state, command.to())
        .or(() ->
            Protections.refuseForce(state, branch.get(), context.actor(), "rename")
                .map(Decision::reject))
        .orElseGet(() ->
            Decision.accept(new BranchRenamedV1(branch.get().id(), command.from(), command.to())));
  }

  /**
   * As git does: not the default branch, not the current one; unmerged or uncommitted work needs
   * force, and so does a branch that merges wait for or that others were made from and stand on.
   */
  public static Decision delete(
      RepositoryState state, DeleteBranchV1 command, DecisionContext context) {
    Optional<BranchState> found = state.branch(command.name());
    if (found.isEmpty()) {
      return Refusals.branchNotFound(command.name());
    }
    BranchState branch = found.get();
    if (command.expiredBefore() != null) {
      Optional<Rejection> kept = ExpiryProcessor.keep(state, branch, command);
      if (kept.isPresent()) {
        return Decision.reject(kept.get());
      }
    }
    if (state.isDefault(branch)) {
      return inUse(branch, "it is the default branch", "Its rows are the live tables");
    }
    if (branch.id().equals(state.sessions().checkouts().get(context.actor().id()))) {
      return inUse(branch, "it is your current branch", "epoch checkout another branch first");
    }
    Optional<Rejection> protection =
        Protections.refuseForce(state, branch, context.actor(), "delete");
    if (protection.isPresent()) {
      return Decision.reject(protection.get());
    }
    if (branch.operation() != null) {
      return Refusals.busy(branch);
    }
    if (!command.force() && command.uncommitted()) {
      return Decision.reject(
          new Rejection(
              Code.BRANCH_NOT_MERGED,
              "Branch '" + branch.name() + "' has uncommitted changes",
              Map.of("branch", branch.name(), "remedy", "Commit them, or delete with --force")));
    }
    if (!command.force() && (branch.merge() != null || branch.replay() != null)) {
      return Refusals.mergeInProgress(branch);
    }
    Optional<Rejection> needed =
        command.force() ? Optional.empty() : Descendants.refuseDelete(state, branch);
    if (needed.isPresent()) {
      return Decision.reject(needed.get());
    }
    if (!command.force() && !merged(state, branch)) {
      return Decision.reject(
          new Rejection(
              Code.BRANCH_NOT_MERGED,
              "Branch '" + branch.name() + "' is not fully merged",
              Map.of(
                  "branch",
                  branch.name(),
                  "head",
                  branch.head(),
                  "remedy",
                  "Merge it, or delete with --force")));
    }
    return Decision.accept(new BranchDeletedV1(branch.id(), branch.name(), branch.head()));
  }

  public static Decision checkout(RepositoryState state, CheckoutBranchV1 command) {
    return state
        .branch(command.name())
        .map(branch -> Decision.accept(new BranchCheckedOutV1(branch.id())))
        .orElseGet(() -> Refusals.branchNotFound(command.name()));
  }

  /** Whether another branch holds all of its commits. */
  static boolean merged(RepositoryState state, BranchState branch) {
    Commits graph = state.commits();
    List<CommitId> heads =
        state.branches().byId().values().stream()
            .filter(other -> !other.id().equals(branch.id()))
            .map(other -> new CommitId(other.head()))
            .toList();
    return new Ancestry(graph).isAncestorOfAny(new CommitId(branch.head()), heads);
  }

  private static Decision inUse(BranchState branch, String why, String remedy) {
    return Decision.reject(
        new Rejection(
            Code.BRANCH_IN_USE,
            "Cannot delete branch '" + branch.name() + "': " + why,
            Map.of("branch", branch.name(), "remedy", remedy)));
  }

  private static Optional<Decision> refuseName(RepositoryState state, String name) {
    try {
      new BranchName(name);
    } catch (InvalidNameException e) {
      return Optional.of(Decision.reject(Code.INVALID_NAME, e.getMessage()));
    }
    if (state.branch(name).isPresent()) {
      return Optional.of(
          Decision.reject(
              new Rejection(
                  Code.BRANCH_ALREADY_EXISTS,
                  "Branch '" + name + "' already exists",
                  Map.of("branch", name))));
    }
    if (state.tags().named(name).isPresent()) {
      return Optional.of(
          Decision.reject(
              new Rejection(
                  Code.BRANCH_ALREADY_EXISTS,
                  "A tag is called '" + name + "'",
                  Map.of("branch", name, "remedy", "Choose another name, or delete the tag"))));
    }
    return Optional.empty();
  }
}
