package dev.epoch.engine.catalog;

import dev.epoch.engine.Decision;
import dev.epoch.engine.DecisionContext;
import dev.epoch.engine.processing.Protections;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AbandonCatalogChangesV1;
import dev.epoch.events.command.ChangeCatalogBranchV1;
import dev.epoch.events.command.CommitCatalogV1;
import dev.epoch.events.command.CreateCatalogBranchV1;
import dev.epoch.events.command.CreateCatalogV1;
import dev.epoch.events.command.DeleteCatalogBranchV1;
import dev.epoch.events.command.DeleteCatalogV1;
import dev.epoch.events.command.RecordCatalogArtifactV1;
import dev.epoch.events.command.StageCatalogChangesV1;
import dev.epoch.events.event.CatalogArtifactSolvedV1;
import dev.epoch.events.event.CatalogBranchChangedV1;
import dev.epoch.events.event.CatalogBranchCreatedV1;
import dev.epoch.events.event.CatalogBranchDeletedV1;
import dev.epoch.events.event.CatalogCommittedV1;
import dev.epoch.events.event.CatalogCreatedV1;
import dev.epoch.events.event.CatalogDeletedV1;
import dev.epoch.events.event.CatalogWorkingAbandonedV1;
import dev.epoch.events.event.CatalogWorkingChangedV1;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/** Decides about catalogs. What classes and instances say is settled before, by who asks. */
public final class CatalogProcessor {
  public static final String COMMIT = "commit";
  public static final String MERGE = "merge";
  public static final String REBASE = "rebase";

  private static final Pattern BRANCH_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final Set<String> STATUSES =
      Set.of(CatalogBranch.ACTIVE, CatalogBranch.MERGED, CatalogBranch.ARCHIVED);

  private CatalogProcessor() {}

  public static Decision create(RepositoryState state, CreateCatalogV1 command) {
    if (state.catalog().exists()) {
      return Decision.reject(
          new Rejection(
              Code.REPOSITORY_ALREADY_EXISTS,
              "Database '" + state.name() + "' already exists",
              Map.of("database", state.name())));
    }
    String id = command.defaultBranch() + "-branch-id";
    return invalidBranchId(id)
        .orElseGet(() ->
            Decision.accept(
                new CatalogCreatedV1(
                    command.name(),
                    command.description(),
                    command.defaultBranch(),
                    id,
                    command.ownsRepository())));
  }

  /** Only what is truly empty is taken away: nothing is lost by it. */
  public static Decision delete(RepositoryState state, DeleteCatalogV1 command) {
    CatalogState catalog = state.catalog();
    if (!catalog.exists()) {
      return notFound(state);
    }
    if (!catalog.commits().isEmpty()) {
      return cannotDelete(
          "contains commit history. This operation would cause data loss.",
          "Delete the repository with epoch, or archive its branches");
    }
    if (catalog.branches().size() > 1) {
      return cannotDelete(
          "has multiple branches. Delete feature branches first.",
          "POST /databases/" + state.name() + "/branches/BRANCH/delete for each");
    }
    if (!catalog.working().isEmpty()) {
      return cannotDelete(
          "has active working commits. Commit or abandon changes first.",
          "DELETE /databases/" + state.name() + "/branches/BRANCH/working-commit");
    }
    return Decision.accept(new CatalogDeletedV1(command.database()));
  }

  private static Decision cannotDelete(String why, String remedy) {
    return Decision.reject(Code.BRANCH_IN_USE, "Cannot delete database: " + why, remedy);
  }

  public static Decision createBranch(RepositoryState state, CreateCatalogBranchV1 command) {
    CatalogState catalog = state.catalog();
    Optional<Decision> invalid = invalidBranchId(command.branchId());
    if (invalid.isPresent()) {
      return invalid.get();
    }
    for (String given : List.of(command.branchId(), command.name())) {
      if (catalog.branch(given).isPresent()) {
        return Decision.reject(
            new Rejection(
                Code.BRANCH_ALREADY_EXISTS,
                "Branch '" + given + "' already exists",
                Map.of("branch", given)));
      }
    }
    return onBranch(
        state,
        command.parentBranchId(),
        (_, parent) ->
            Decision.accept(
                new CatalogBranchCreatedV1(
                    command.branchId(),
                    command.name(),
                    command.description(),
                    parent.id(),
                    command.author(),
                    parent.head())));
  }

  public static Decision changeBranch(
      RepositoryState state, ChangeCatalogBranchV1 command, DecisionContext context) {
    if (command.status() != null && !STATUSES.contains(command.status())) {
      return Decision.reject(
          Code.VALIDATION,
          "There is no status '" + command.status() + "'",
          "Say active, merged or archived");
    }
    return onBranch(
        state,
        command.branchId(),
        (catalog, branch) -> {
          boolean isTaken =
              command.name() != null
                  && catalog
                      .branch(command.name())
                      .filter(other -> !other.id().equals(branch.id()))
                      .isPresent();
          if (isTaken) {
            return Decision.reject(
                Code.BRANCH_ALREADY_EXISTS, "Branch '" + command.name() + "' already exists");
          }
          if (command.status() != null
              && !command.status().equals(CatalogBranch.ACTIVE)
              && branch.id().equals(catalog.defaultBranchId())) {
            return Decision.reject(
                Code.VALIDATION,
                "Branch '" + branch.name() + "' is the default branch, which stays active");
          }
          Optional<Rejection> isProtected =
              command.name() == null || command.name().equals(branch.name())
                  ? Optional.empty()
                  : Protections.refuseForce(state, branch.name(), context.actor(), "rename");
          if (isProtected.isPresent()) {
            return Decision.reject(isProtected.get());
          }
          return Decision.accept(
              new CatalogBranchChangedV1(
                  branch.id(),
                  Objects.requireNonNullElse(command.name(), branch.name()),
                  command.description() == null ? branch.description() : command.description(),
                  Objects.requireNonNullElse(command.status(), branch.status())));
        });
  }

  public static Decision deleteBranch(
      RepositoryState state, DeleteCatalogBranchV1 command, DecisionContext context) {
    return onBranch(
        state,
        command.branchId(),
        (catalog, branch) -> {
          if (branch.id().equals(catalog.defaultBranchId())) {
            return Decision.reject(
                Code.BRANCH_IN_USE,
                "Cannot delete branch '" + branch.name() + "': it is the default branch");
          }
          Optional<Rejection> isProtected =
              Protections.refuseForce(state, branch.name(), context.actor(), "delete");
          if (isProtected.isPresent()) {
            return Decision.reject(isProtected.get());
          }
          if (catalog.working(branch).isPresent() && !command.force()) {
            return Decision.reject(
                Code.UNCOMMITTED_CHANGES,
                "Cannot delete branch '"
                    + branch.name()
                    + "': it has an active working commit. Commit or abandon changes first.",
                "Or say \"force\": true");
          }
          boolean isElsewhere =
              branch.head() == null
                  || catalog.branches().values().stream()
                      .filter(other -> !other.id().equals(branch.id()))
                      .anyMatch(other -> catalog.history(other.head()).contains(branch.head()));
          if (!isElsewhere && !command.force()) {
            return Decision.reject(
                Code.BRANCH_NOT_MERGED,
                "Cannot delete branch '" + branch.name() + "': its commits are on no other branch",
                "Merge it first, or say \"force\": true");
          }
          return Decision.accept(new CatalogBranchDeletedV1(branch.id(), branch.head()));
        });
  }

  public static Decision stage(
      RepositoryState state, StageCatalogChangesV1 command, DecisionContext context) {
    return onBranch(
        state,
        command.branchId(),
        (catalog, branch) -> {
          Optional<Decision> closed = refuseClosed(branch);
          if (closed.isPresent()) {
            return closed.get();
          }
          WorkingCommit working = catalog.working(branch).orElse(null);
          if (command.starts() && working != null) {
            return Decision.reject(
                Code.BRANCH_IN_USE,
                "Branch already has an active working commit",
                "Commit it, or abandon it first");
          }
          if (command.earlier() != (working == null ? 0 : working.payload().size())) {
            return moved(branch);
          }
          return Decision.accept(
              new CatalogWorkingChangedV1(
                  branch.id(),
                  working == null ? "w" + context.randomId().get() : working.id(),
                  command.author(),
                  working == null,
                  command.count(),
                  command.entities(),
                  command.payload()));
        });
  }

  public static Decision abandon(RepositoryState state, AbandonCatalogChangesV1 command) {
    return onBranch(
        state,
        command.branchId(),
        (catalog, branch) ->
            catalog
                .working(branch)
                .map(working ->
                    Decision.accept(new CatalogWorkingAbandonedV1(branch.id(), working.id())))
                .orElseGet(() ->
                    Decision.reject(
                        Code.COMMIT_NOT_FOUND,
                        "Branch '" + branch.name() + "' has no active working commit")));
  }

  public static Decision commit(
      RepositoryState state, CommitCatalogV1 command, DecisionContext context) {
    return onBranch(
        state,
        command.branchId(),
        (catalog, branch) -> {
          Optional<Decision> closed = refuseClosed(branch);
          if (closed.isPresent()) {
            return closed.get();
          }
          Optional<Rejection> isProtected =
              switch (command.verb()) {
                case MERGE -> Protections.refuseCatalogMerge(state, branch.name(), context.actor());
                case REBASE ->
                    Protections.refuseForce(state, branch.name(), context.actor(), "rebase");
                default ->
                    Protections.refuseCommit(state, branch.name(), context.actor(), "commit to");
              };
          if (isProtected.isPresent()) {
            return Decision.reject(isProtected.get());
          }
          WorkingCommit working = catalog.working(branch).orElse(null);
          boolean isAsPlanned =
              Objects.equals(branch.head(), command.head())
                  && Objects.equals(working == null ? null : working.id(), command.workingId())
                  && command.chunksTaken() == (working == null ? 0 : working.payload().size());
          CatalogBranch source =
              command.sourceBranchId() == null
                  ? null
                  : catalog.branches().get(command.sourceBranchId());
          if (!isAsPlanned
              || (command.sourceBranchId() != null
                  && (source == null || !Objects.equals(source.head(), command.sourceHead())))) {
            return moved(branch);
          }
          List<Digest> parents = parents(command);
          Digest id =
              commitId(
                  parents, command.content(), command.author(), command.message(), context.time());
          return Decision.accept(
              new CatalogCommittedV1(
                  branch.id(),
                  command.verb(),
                  id,
                  parents,
                  command.workingId(),
                  command.sourceBranchId(),
                  command.content(),
                  command.snapshot(),
                  command.dataSize(),
                  command.classes(),
                  command.instances(),
                  command.message(),
                  command.author()));
        });
  }

  /** A rebased branch stands on the head of the other one, what it was before is left behind. */
  private static List<Digest> parents(CommitCatalogV1 command) {
    List<Digest> parents = new ArrayList<>();
    if (command.head() != null && !command.verb().equals(REBASE)) {
      parents.add(command.head());
    }
    if (command.sourceHead() != null) {
      parents.add(command.sourceHead());
    }
    return parents;
  }

  /** SHA-256 over what a commit is, one part a line, texts with their lengths. */
  static Digest commitId(
      List<Digest> parents, Digest content, String author, String message, Instant time) {
    StringBuilder all = new StringBuilder("catalog-commit 1\n");
    parents.forEach(parent -> all.append("parent ").append(parent.hex()).append('\n'));
    all.append("content ").append(content.hex()).append('\n');
    all.append("time ").append(time).append('\n');
    all.append("author ").append(author.length()).append(' ').append(author).append('\n');
    all.append("message ").append(message.length()).append(' ').append(message).append('\n');
    return Digest.of(all.toString().getBytes(StandardCharsets.UTF_8));
  }

  public static Decision recordArtifact(RepositoryState state, RecordCatalogArtifactV1 command) {
    return onBranch(
        state,
        command.branchId(),
        (_, branch) ->
            Decision.accept(
                new CatalogArtifactSolvedV1(
                    command.artifact(), branch.id(), command.commit(), command.payload())));
  }

  private static Decision onBranch(
      RepositoryState state,
      String branch,
      BiFunction<CatalogState, CatalogBranch, Decision> decide) {
    CatalogState catalog = state.catalog();
    if (!catalog.exists()) {
      return notFound(state);
    }
    return catalog
        .branch(branch)
        .map(found -> decide.apply(catalog, found))
        .orElseGet(() ->
            Decision.reject(
                new Rejection(
                    Code.BRANCH_NOT_FOUND,
                    "Branch '" + branch + "' not found",
                    Map.of("branch", String.valueOf(branch)))));
  }

  private static Optional<Decision> refuseClosed(CatalogBranch branch) {
    return branch.status().equals(CatalogBranch.ARCHIVED)
        ? Optional.of(
            Decision.reject(
                Code.BRANCH_PROTECTED,
                "Branch '" + branch.name() + "' is archived",
                "Make it active again, or work on another branch"))
        : Optional.empty();
  }

  private static Decision moved(CatalogBranch branch) {
    return Decision.reject(
        Code.BRANCH_BUSY,
        "Branch '" + branch.name() + "' changed while this was prepared",
        "Try again");
  }

  private static Optional<Decision> invalidBranchId(String id) {
    return id != null && BRANCH_ID.matcher(id).matches()
        ? Optional.empty()
        : Optional.of(
            Decision.reject(
                Code.INVALID_NAME,
                "'" + id + "' is no id of a branch",
                "1 to 100 letters, digits, '.', '_' or '-', a letter or digit first"));
  }

  private static Decision notFound(RepositoryState state) {
    return Decision.reject(
        new Rejection(
            Code.REPOSITORY_NOT_FOUND,
            "Database '" + state.name() + "' not found",
            Map.of("database", state.name())));
  }
}
