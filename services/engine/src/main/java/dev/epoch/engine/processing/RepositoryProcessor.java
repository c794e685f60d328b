package dev.epoch.engine.processing;

import dev.epoch.engine.Decision;
import dev.epoch.engine.DecisionContext;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.CreateRepositoryV1;
import dev.epoch.events.command.DeleteRepositoryV1;
import dev.epoch.events.command.OpenRepositoryV1;
import dev.epoch.events.command.UpdateRepositoryV1;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.events.event.RepositoryOpenedV1;
import dev.epoch.events.event.RepositoryUpdatedV1;
import dev.epoch.model.commit.CommitIds;
import dev.epoch.model.ref.BranchName;
import dev.epoch.model.ref.InvalidNameException;
import dev.epoch.model.ref.RepositoryName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Repositories: create, open, delete. */
public final class RepositoryProcessor {
  private RepositoryProcessor() {}

  public static Decision notFound(String name) {
    return Decision.reject(
        new Rejection(
            Code.REPOSITORY_NOT_FOUND,
            "Repository '" + name + "' not found",
            Map.of("repository", name, "remedy", "epoch init " + name)));
  }

  public static Decision create(
      RepositoryState state, CreateRepositoryV1 command, DecisionContext context) {
    String branch = command.defaultBranch() == null ? "main" : command.defaultBranch();
    try {
      new RepositoryName(command.name());
      new BranchName(branch);
    } catch (InvalidNameException e) {
      return Decision.reject(Code.INVALID_NAME, e.getMessage());
    }
    if (state.exists()) {
      return Decision.reject(
          new Rejection(
              Code.REPOSITORY_ALREADY_EXISTS,
              "Repository '" + command.name() + "' already exists",
              Map.of("repository", command.name())));
    }
    String root = CommitIds.compute(List.of(), Map.of(), context.actor(), "", context.time()).hex();
    String description = command.description() == null ? "" : command.description();
    return Decision.accept(new RepositoryCreatedV1(description, branch, context.branchId(), root));
  }

  public static Decision open(OpenRepositoryV1 command) {
    return Decision.accept(new RepositoryOpenedV1(command.name()));
  }

  public static Decision update(RepositoryState state, UpdateRepositoryV1 command) {
    if (command.description() == null
        && command.liveChanges() == null
        && command.liveCommits() == null
        && command.conflict() == null
        && command.branching() == null) {
      return Decision.reject(
          Code.VALIDATION,
          "Nothing to change",
          "Give description, live_changes, live_commits, conflict or branching");
    }
    if (command.liveCommits() != null && !command.liveCommits().saysHowMany()) {
      return Decision.reject(
          Code.VALIDATION,
          "live_commits says '"
              + command.liveCommits().policy()
              + "' every "
              + command.liveCommits().every(),
          "Say every how many minutes (interval) or rows (changes); off has none");
    }
    Optional<Decision> rules =
        command.conflict() == null
            ? Optional.empty()
            : ConflictSettingsCheck.refuse(state, command.conflict());
    if (rules.isPresent()) {
      return rules.get();
    }
    Optional<Decision> branching =
        command.branching() == null
            ? Optional.empty()
            : ProtectionProcessor.refuseBranching(command.branching());
    if (branching.isPresent()) {
      return branching.get();
    }
    return Decision.accept(
        new RepositoryUpdatedV1(
            command.description(),
            command.liveChanges(),
            command.liveCommits(),
            command.conflict(),
            command.branching()));
  }

  /**
   * Refused while tables are registered: their databases hold Epoch's objects, which only their
   * removal takes away.
   */
  public static Decision delete(RepositoryState state, DeleteRepositoryV1 command) {
    for (OperationState operation : state.operations().values()) {
      return Refusals.busy(state.branches().byId().get(operation.branchId()));
    }
    if (!state.tables().idByName().isEmpty()) {
      return Decision.reject(
          new Rejection(
              Code.VALIDATION,
              "Repository '"
                  + command.name()
                  + "' still versions "
                  + state.tables().idByName().size()
                  + " table(s)",
              Map.of(
                  "tables",
                  List.copyOf(state.tables().idByName().keySet()),
                  "remedy",
                  "epoch table remove each of them")));
    }
    if (!state.catalog().commits().isEmpty()) {
      return Decision.reject(
          Code.VALIDATION,
          "Repository '"
              + command.name()
              + "' still has a catalog of "
              + state.catalog().commits().size()
              + " commit(s)",
          "A catalog with history stays");
    }
    return Decision.accept(new RepositoryDeletedV1(command.name()));
  }
}
