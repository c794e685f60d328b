package dev.epoch.qa.trial;

import dev.epoch.qa.trial.Delivery.Reply;
import dev.epoch.qa.trial.Rows.Cells;
import dev.epoch.qa.trial.Shape.Altered;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A client adds, drops and renames columns of its own table, on branches of its own. */
final class SchemaWork {
  private static final int MOST_COLUMNS = 7;

  /** The live table has what the branch has not, or the other way round. */
  private static final String CANNOT_BE_OPEN = "0A000";

  private final Session session;
  private final BranchWork branches;
  private final Altered own;
  private int named;

  SchemaWork(Session session, BranchWork branches) {
    this.session = session;
    this.branches = branches;
    this.own = Shape.ownedBy(session.client);
  }

  /**
   * A statement and what the table is then.
   *
   * @param after with the columns and rows that it leaves
   */
  private record Change(String sql, Rows after) {}

  void step() throws SQLException {
    BranchModel branch = branches.any();
    if (own == null || branch == null) {
      branches.step();
    } else if (session.random.nextInt(3) == 0) {
      execute(branch);
    } else {
      inSession(branch);
    }
  }

  /** In one transaction, with rows that are written then. */
  private void inSession(BranchModel branch) throws SQLException {
    List<String> statements = new ArrayList<>();
    Rows altered = branch.working;
    for (int i = session.random.nextInt(3); i >= 0; i--) {
      Change change = change(altered);
      statements.add(change.sql());
      altered = change.after();
    }
    Map<RowId, Cells> changes = new LinkedHashMap<>();
    for (int i = session.random.nextInt(3); i > 0; i--) {
      session.change(altered, own.table(), changes);
    }
    Rows after = Session.after(altered, changes);
    try {
      switch (session.alterSql(branch.name, statements, altered, changes, own.table())) {
        case COMMITTED -> branch.working = after;
        case ROLLED_BACK -> {}
        case UNKNOWN -> {
          Rows found = session.reader.working(branch.name);
          if (!found.equals(branch.working) && !found.equals(after)) {
            throw new AssertionError("half a transaction on " + branch + ": " + found);
          }
          branch.working = found;
        }
      }
    } catch (SQLException refused) {
      if (!CANNOT_BE_OPEN.equals(refused.getSQLState())) {
        throw new AssertionError(statements + " on " + branch, refused);
      }
      session.counts.add("altered tables that could not be opened");
    }
  }

  /** Through the API. */
  private void execute(BranchModel branch) {
    Change change = change(branch.working);
    String storage = session.reader.get("/tables/" + own.table()).path("storage").textValue();
    Reply reply =
        session.post(
            "/schema/exec",
            session.key(),
            "{\"sql\": \"%s\", \"branch\": \"%s\", \"storage\": \"%s\", \"force\": true}"
                .formatted(change.sql(), branch.name, storage));
    session.expect(
        reply.status() == 200 && "done".equals(reply.json().path("state").textValue()),
        change.sql() + " is done on " + branch,
        reply);
    branch.working = change.after();
    session.counts.add("schema changes through the API");
  }

  private Change change(Rows before) {
    Cells shape = before.get(own.shape());
    List<String> columns = List.copyOf(shape.values().keySet());
    String id = columns.get(session.random.nextInt(columns.size()));
    int kind = session.random.nextInt(10);
    if (columns.size() == 1 || columns.size() < MOST_COLUMNS && kind < 5) {
      return add(before, (session.random.nextBoolean() ? "d" : "n") + ++named);
    }
    return kind < 8 ? rename(before, id) : drop(before, id);
  }

  private Change add(Rows before, String id) {
    String initial = Shape.initial(id);
    Rows after = before.with(own.shape(), before.get(own.shape()).with(id, id));
    for (RowId row : rows(before)) {
      after = after.with(row, before.get(row).with(id, initial));
    }
    return new Change(
        "ALTER TABLE %s ADD COLUMN %s text%s"
            .formatted(own.table(), id, initial == null ? "" : " DEFAULT '" + initial + "'"),
        after);
  }

  private Change rename(Rows before, String id) {
    String name = id + "_" + ++named;
    return new Change(
        "ALTER TABLE %s RENAME COLUMN %s TO %s"
            .formatted(own.table(), before.get(own.shape()).get(id), name),
        before.with(own.shape(), before.get(own.shape()).with(id, name)));
  }

  private Change drop(Rows before, String id) {
    Rows after = before.with(own.shape(), before.get(own.shape()).without(id));
    for (RowId row : rows(before)) {
      after = after.with(row, before.get(row).without(id));
    }
    return new Change(
        "ALTER TABLE %s DROP COLUMN %s".formatted(own.table(), before.get(own.shape()).get(id)),
        after);
  }

  private List<RowId> rows(Rows state) {
    return state.byId().keySet().stream()
        .filter(row -> row.table().equals(own.table()) && row.number() != Shape.NUMBER)
        .toList();
  }
}
