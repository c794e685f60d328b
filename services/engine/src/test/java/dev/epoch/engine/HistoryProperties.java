package dev.epoch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.TestRepository.Entry;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.Outcome;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.event.*;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.model.commit.CommitId;
import dev.epoch.model.commit.CommitIds;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What is true of a repository at every moment, and of every record. */
final class HistoryProperties {
  private HistoryProperties() {}

  /** What must be true of the step from one state to the next. */
  static void ofRecord(RepositoryState before, Entry entry, RepositoryState after) {
    assertThat(after.version()).isEqualTo(before.version() + 1).isEqualTo(entry.at().version());
    switch (entry.data()) {
      case Event event -> {
        headsMoveOnlyByEventsThatSaySo(before, event, after);
        outcomesStand(before, after);
        ofEvent(before, event, after);
      }
      case Rejection rejection -> {
        assertSameButOutcomes(before, after);
        outcomesStand(before, after);
      }
      default -> {
        assertSameButOutcomes(before, after);
        assertThat(after.outcomes()).isEqualTo(before.outcomes());
      }
    }
  }

  private static void assertSameButOutcomes(RepositoryState before, RepositoryState after) {
    assertThat(after.profile()).isEqualTo(before.profile());
    assertThat(after.storages()).isEqualTo(before.storages());
    assertThat(after.tables()).isEqualTo(before.tables());
    assertThat(after.branches()).isEqualTo(before.branches());
    assertThat(after.tags()).isEqualTo(before.tags());
    assertThat(after.commits()).isSameAs(before.commits());
    assertThat(after.operations()).isEqualTo(before.operations());
    assertThat(after.sessions()).isEqualTo(before.sessions());
  }

  /** What was done under a key is never refused later. */
  private static void outcomesStand(RepositoryState before, RepositoryState after) {
    before
        .outcomes()
        .byKey()
        .forEach((key, outcome) -> {
          if (outcome instanceof Outcome.Done) {
            assertThat(after.outcomes().of(key)).as("outcome of " + key).get().isEqualTo(outcome);
          }
        });
  }

  private static void headsMoveOnlyByEventsThatSaySo(
      RepositoryState before, Event event, RepositoryState after) {
    Map<String, String> moved = new HashMap<>();
    after
        .branches()
        .byId()
        .forEach((id, branch) -> {
          BranchState was = before.branches().byId().get(id);
          if (was == null || !was.head().equals(branch.head())) {
            moved.put(id, branch.head());
          }
        });
    switch (event) {
      case CommitCreatedV1 e -> {
        assertThat(moved).isEqualTo(Map.of(e.branchId(), e.commit()));
        assertThat(e.parents().getFirst())
            .isEqualTo(before.branches().byId().get(e.branchId()).head());
      }
      case BranchMovedV1 e -> {
        assertThat(moved).isEqualTo(Map.of(e.branchId(), e.to()));
        assertThat(e.from()).isEqualTo(before.branches().byId().get(e.branchId()).head());
        assertThat(
                !e.reason().equals("fast_forward")
                    || RandomHistory.isAncestor(after, e.from(), e.to()))
            .isTrue();
      }
      case BranchCreatedV1 e -> assertThat(moved).isEqualTo(Map.of(e.branchId(), e.head()));
      case RepositoryCreatedV1 e ->
          assertThat(moved).isEqualTo(Map.of(e.defaultBranchId(), e.rootCommit()));
      default -> assertThat(moved).isEmpty();
    }
  }

  private static void ofEvent(RepositoryState before, Event event, RepositoryState after) {
    switch (event) {
      case CommitCreatedV1 e -> {
        CommitState commit = after.commits().byId().get(e.commit());
        assertThat(before.commits().of(e.commit())).as("commit ids are unique").isEmpty();
        assertThat(after.branches().byId().get(e.branchId()).merge()).isNull();
        assertThat(commit.changed()).extracting(TableEntry::name).doesNotHaveDuplicates();
        assertThat(after.branches().byId().get(e.branchId()).staged())
            .noneMatch(
                name -> commit.changed().stream().anyMatch(entry -> entry.name().equals(name)));
        assertThat(before.operations()).containsKey(e.operationId());
        assertThat(after.operations()).doesNotContainKey(e.operationId());
      }
      case BranchMovedV1 e -> {
        assertThat(after.branches().byId().get(e.branchId()).merge()).isNull();
        assertThat(after.commits()).isSameAs(before.commits());
      }
      case OperationPreparedV1 e -> {
        assertThat(before.branches().byId().get(e.branchId()).operation()).isNull();
        assertThat(e.expectedHead()).isEqualTo(before.branches().byId().get(e.branchId()).head());
        assertThat(after.operations().get(e.operationId()).position()).isEqualTo(after.version());
      }
      case MergeOpenedV1 e -> {
        BranchState branch = after.branches().byId().get(e.branchId());
        assertThat(branch.merge().id()).isEqualTo(e.mergeId());
        assertThat(branch.operation()).isNull();
        BranchState was = before.branches().byId().get(e.branchId());
        if (was.merge() != null) {
          assertThat(was.merge().id()).isEqualTo(e.mergeId());
          assertThat(branch.merge().decisions()).isEqualTo(was.merge().decisions());
        }
      }
      case ConflictsResolvedV1 e ->
          assertThat(after.branches().byId().get(e.branchId()).merge().remaining())
              .isEqualTo(e.remaining());
      case MergeAbortedV1 e ->
          assertThat(after.branches().byId().get(e.branchId()).merge()).isNull();
      case BranchDeletedV1 e -> {
        BranchState was = before.branches().byId().get(e.branchId());
        assertThat(before.isDefault(was)).isFalse();
        assertThat(was.operation()).isNull();
        assertThat(after.commits()).isSameAs(before.commits());
      }
      case TableRemovedV1 e -> {
        assertThat(after.tables().named(e.name())).isEmpty();
        assertThat(before.branches().byId().values()).allMatch(branch -> branch.merge() == null);
      }
      default -> {}
    }
  }

  /** What must be true of a state by itself. */
  static void ofState(RepositoryState state) {
    if (!state.exists()) {
      assertThat(state.branches().byId()).isEmpty();
      assertThat(state.operations()).isEmpty();
      assertThat(state.commits().byId()).isEmpty();
      return;
    }
    assertThat(state.defaultBranch()).isNotNull();
    namesPointBack(state);
    oneOperationPerBranch(state);
    for (BranchState branch : state.branches().byId().values()) {
      assertThat(state.commits().of(branch.head())).as("head of " + branch.name()).isPresent();
      Set<String> tables = new HashSet<>();
      state.head(branch).tree().values().forEach(entry -> tables.add(entry.tableId()));
      assertThat(tables)
          .as("locations of " + branch.name())
          .containsAll(branch.locations().keySet());
    }
    state
        .tables()
        .idByName()
        .values()
        .forEach(id ->
            assertThat(state.storages().named(state.tables().byId().get(id).storage()))
                .as("storage of table " + id)
                .isPresent());
  }

  private static void namesPointBack(RepositoryState state) {
    assertThat(state.branches().idByName()).hasSameSizeAs(state.branches().byId());
    state
        .branches()
        .idByName()
        .forEach((name, id) -> assertThat(state.branches().byId().get(id).name()).isEqualTo(name));
    state
        .tables()
        .idByName()
        .forEach((name, id) -> assertThat(state.tables().byId().get(id).name()).isEqualTo(name));
    state
        .tables()
        .byId()
        .forEach((id, table) -> {
          assertThat(table.removed()).isEqualTo(state.tables().removed().contains(id));
          assertThat(id.equals(state.tables().idByName().get(table.name())))
              .isEqualTo(!table.removed());
        });
    assertThat(
            state.storages().defaultName() == null
                || state.storages().byName().containsKey(state.storages().defaultName()))
        .isTrue();
  }

  private static void oneOperationPerBranch(RepositoryState state) {
    Set<String> branches = new HashSet<>();
    for (OperationState operation : state.operations().values()) {
      assertThat(branches.add(operation.branchId())).as("one operation per branch").isTrue();
      assertThat(state.branches().byId().get(operation.branchId()).operation())
          .isEqualTo(operation.id());
    }
    assertThat(
            state.branches().byId().values().stream()
                .map(BranchState::operation)
                .filter(Objects::nonNull))
        .hasSameSizeAs(branches);
  }

  /** Trees are what the commits changed, from the root on; ids are what they are computed from. */
  static void ofCommits(RepositoryState state) {
    for (CommitState commit : state.commits().byId().values()) {
      Map<String, TableEntry> tree = new HashMap<>();
      if (!commit.root()) {
        CommitState parent = state.commits().byId().get(commit.parents().getFirst());
        tree.putAll(parent.tree());
        assertThat(parent.tree().keySet()).containsAll(commit.removed());
        assertThat(commit.generation()).isGreaterThan(parent.generation());
      }
      commit.removed().forEach(tree::remove);
      commit.changed().forEach(entry -> tree.put(entry.name(), entry));
      assertThat(commit.tree()).isEqualTo(tree);
      assertThat(commit.removed()).noneMatch(tree::containsKey);
      assertThat(
              CommitIds.compute(
                      commit.parents().stream().map(CommitId::new).toList(),
                      tree,
                      commit.author(),
                      commit.message(),
                      commit.time())
                  .hex())
          .isEqualTo(commit.id());
    }
  }

  /** Rows are where the state says, in every commit and on every branch. */
  static void ofWorld(RepositoryState state, PhysicalWorld world) {
    for (CommitState commit : state.commits().byId().values()) {
      for (TableEntry entry : commit.tree().values()) {
        assertThat(world.hashAt(entry.tableId(), entry.location()))
            .as("rows of %s in commit %s", entry.name(), commit.id())
            .isEqualTo(entry.contentHash());
      }
    }
    for (BranchState branch : state.branches().byId().values()) {
      for (TableEntry entry : state.head(branch).tree().values()) {
        if (!state.tables().byId().get(entry.tableId()).removed()) {
          RowsLocation location = branch.location(entry);
          assertThat(world.hashAt(entry.tableId(), location))
              .as("rows of %s on branch %s", entry.name(), branch.name())
              .isEqualTo(entry.contentHash());
          assertThat(location)
              .as("place of %s on branch %s", entry.name(), branch.name())
              .isEqualTo(world.kept(branch.id(), entry.tableId()));
        }
      }
    }
  }
}
