package dev.epoch.qa.trial;

import dev.epoch.qa.trial.Delivery.Reply;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A client makes views on branches of its own, replaces and drops them: they stay with the branch,
 * and answer with its rows, whatever becomes of the tables that they read.
 */
final class ViewWork {
  private static final int MOST_VIEWS = 4;

  private final Session session;
  private final BranchWork branches;
  private int named;

  ViewWork(Session session, BranchWork branches) {
    this.session = session;
    this.branches = branches;
  }

  void step() throws SQLException {
    BranchModel branch = branches.any();
    if (branch == null) {
      branches.step();
      return;
    }
    List<BranchView> views = List.copyOf(branch.views.values());
    if (views.isEmpty() || views.size() < MOST_VIEWS && session.random.nextBoolean()) {
      create(branch);
      return;
    }
    BranchView view = views.get(session.random.nextInt(views.size()));
    if (session.random.nextInt(3) == 0 || view.materialized() || Shape.of(view.table()) != null) {
      change(branch, view.drop(), view, null);
    } else if (view.wide()) {
      // a column of a view does not go by itself
      change(branch, view.drop() + "; " + view.replaced().create(), view, view.replaced());
    } else {
      change(branch, view.replaced().replace(), view, view.replaced());
    }
  }

  private void create(BranchModel branch) throws SQLException {
    Shape.Altered own = Shape.ownedBy(session.client);
    String name = "v" + session.client + "_" + ++named;
    BranchView view =
        switch (session.random.nextInt(own == null ? 4 : 5)) {
          case 0 -> new BranchView(name, "t", "u", session.random.nextBoolean(), false);
          case 1 -> new BranchView(name, "w", null, session.random.nextBoolean(), false);
          case 2 -> new BranchView(name, "u", null, false, true);
          case 3 -> new BranchView(name, "t", null, session.random.nextBoolean(), false);
          default -> new BranchView(name, own.table(), null, false, false);
        };
    change(branch, view.create(), view, view);
  }

  /**
   * @param view as it was, or is to be
   * @param after what is there then, null for nothing
   */
  private void change(BranchModel branch, String sql, BranchView view, BranchView after)
      throws SQLException {
    if (session.random.nextInt(3) == 0) {
      execute(branch, sql, view);
      put(branch, view, after);
      return;
    }
    switch (session.viewSql(branch.name, view.table(), sql)) {
      case COMMITTED -> put(branch, view, after);
      case ROLLED_BACK -> {}
      case UNKNOWN -> {
        BranchView before = branch.views.get(view.name());
        int found = session.reader.columnsOfView(branch.name, view);
        if (found == columns(after)) {
          put(branch, view, after);
        } else if (found != columns(before)) {
          throw new AssertionError(view + " on " + branch + " has " + found + " columns");
        }
      }
    }
  }

  private static int columns(BranchView view) {
    return view == null ? 0 : view.columns();
  }

  private void put(BranchModel branch, BranchView view, BranchView after) {
    if (after == null) {
      branch.views.remove(view.name());
    } else {
      branch.views.put(view.name(), after);
    }
    session.counts.add("changes of views");
  }

  /** Through the API. */
  private void execute(BranchModel branch, String sql, BranchView view) {
    String storage = session.reader.get("/tables/" + view.table()).path("storage").textValue();
    Reply reply =
        session.post(
            "/schema/exec",
            session.key(),
            "{\"sql\": \"%s\", \"branch\": \"%s\", \"storage\": \"%s\", \"force\": true}"
                .formatted(sql, branch.name, storage));
    session.expect(
        reply.status() == 200 && "done".equals(reply.json().path("state").textValue()),
        sql + " is done on " + branch,
        reply);
  }

  /** Fails unless each view of a branch is there, and has the branch's rows. */
  static void check(BranchModel branch, Reader reader, Counts counts) throws SQLException {
    for (BranchView view : branch.views.values()) {
      Map<Integer, List<String>> expected = view.answer(branch.working);
      Map<Integer, List<String>> found = new TreeMap<>(reader.view(branch.name, view));
      if (!found.equals(expected)) {
        throw new AssertionError(
            "%s on %s answers %s, not %s".formatted(view, branch, found, expected));
      }
      counts.add("views compared");
    }
  }
}
