package dev.epoch.storage.postgres.operation.write;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.query.StateChecks;
import dev.epoch.storage.postgres.state.LiveRelations;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What the checks of an operation find, seen before it locks anything: applications go on writing
 * meanwhile. It counts where nothing was written since.
 */
public final class ForeseenChecks {
  /** Nothing is foreseen: checks are run when all is written. */
  public static final ForeseenChecks NONE =
      new ForeseenChecks(StateChecks.Foreseen.NOTHING, Map.of(), Map.of(), null);

  private final StateChecks.Foreseen found;
  private final Map<String, String> marks;
  private final Map<String, String> staged;
  private final BranchHandle branch;
  private boolean holds = true;

  private ForeseenChecks(
      StateChecks.Foreseen found,
      Map<String, String> marks,
      Map<String, String> staged,
      BranchHandle branch) {
    this.found = found;
    this.marks = marks;
    this.staged = staged;
    this.branch = branch;
  }

  /**
   * Looks ahead, in a transaction that has locked nothing. Where rows are merged into a branch
   * nobody but its own sessions waits, and where tables get other schemas nothing can be foreseen.
   *
   * @param stages by table id: rows to merge
   */
  public static ForeseenChecks of(
      Session session, StateChecks checks, Operation operation, Map<String, StagedTable> stages) {
    BranchHandle branch = operation.branch();
    Set<String> changing = new HashSet<>();
    operation.live().forEach(table -> changing.add(table.table().id()));
    for (TableOperation part : operation.tables()) {
      switch (part) {
        case CommitWorkingSet _ -> {}
        case MergeRows merge when branch.isDefault() && merge.step() == null -> {}
        default -> {
          return NONE;
        }
      }
      changing.add(part.table().table().id());
    }
    List<Operation.Check> asked =
        operation.checks().stream()
            .filter(check -> check.watched().stream().anyMatch(changing::contains))
            .toList();
    if (asked.isEmpty()) {
      return NONE;
    }
    // in this order: what is written between the two is another mark
    Map<String, String> marks = marks(session, branch, changing);
    Map<String, String> staged = new HashMap<>();
    Map<String, StateChecks.Coming> coming = new HashMap<>();
    stages.forEach((id, stage) -> {
      staged.put(id, stage.mark(session));
      coming.put(id, stage::over);
    });
    StateChecks.Foreseen found =
        checks.foresee(session, asked, table -> expected(branch, table, changing), coming);
    return new ForeseenChecks(found, marks, staged, branch);
  }

  private static TableState expected(BranchHandle branch, BranchTable table, Set<String> changing) {
    return changing.contains(table.table().id())
        ? new TableState.Working(branch, table.head())
        : new TableState.Committed(table.head());
  }

  private static Map<String, String> marks(
      Session session, BranchHandle branch, Set<String> tables) {
    Map<String, String> marks = new HashMap<>();
    for (String table : new ArrayList<>(tables)) {
      marks.put(
          table,
          session
              .first(
                  "SELECT coalesce(epoch.write_mark($1, $2), '')",
                  row -> row.getString(0),
                  branch.id(),
                  table)
              .orElse(""));
    }
    return marks;
  }

  /** Under the locks, before anything is written. */
  public void look(Session session) {
    if (marks.isEmpty()) {
      return;
    }
    Map<String, String> now = marks(session, branch, marks.keySet());
    // an empty one tells nothing
    holds = marks.equals(now) && !marks.containsValue("");
  }

  /** When the operation's rows are written to live tables, and not committed. */
  public void lookAtWritten(
      Session session, Map<String, StagedTable> stages, Map<String, LiveRelations> live) {
    if (marks.isEmpty()) {
      return;
    }
    holds =
        holds
            && stages.entrySet().stream()
                .allMatch(stage ->
                    Objects.equals(staged.get(stage.getKey()), stage.getValue().mark(session))
                        && stage.getValue().isAsWritten(session, live.get(stage.getKey())));
  }

  /** Whether what was found counts, or has to be found again. */
  public boolean holds() {
    return holds;
  }

  /** What was found, as far as it counts. */
  public StateChecks.Foreseen found() {
    return holds ? found : StateChecks.Foreseen.NOTHING;
  }
}
