package dev.epoch.qa.trial;

import dev.epoch.qa.trial.Delivery.Reply;
import dev.epoch.qa.trial.Model.Commit;
import dev.epoch.qa.trial.Rows.Cells;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * What a client does on the default branch, where all clients work at once: it writes its own rows
 * in the live tables, commits whatever is there, and merges its branches.
 */
final class MainWork {
  private final Session session;
  private final Model model;
  private final LiveRows live;
  private Open open;

  /** A merge into main that this client opened and must end. */
  private record Open(Sides sides, String source, Boolean theirsWins) {}

  /** What a merge into main is made of. */
  private record Sides(Rows base, Commit ours, Rows theirs) {
    Rows.Merged merged(Rows ours, boolean theirsWins) {
      return Rows.merge(base, ours, theirs, theirsWins);
    }
  }

  /** Which versions of every client's rows a commit may hold. */
  private record Window(int[] from) {
    static Window now(Model model, int clients) {
      int[] from = new int[clients + 1];
      for (int client = 1; client <= clients; client++) {
        from[client] = model.live(client).acknowledgedVersion();
      }
      return new Window(from);
    }
  }

  private final int clients;

  MainWork(Session session, int clients) {
    this.session = session;
    this.clients = clients;
    this.model = session.model;
    this.live = model.live(session.client);
  }

  void step(BranchModel branch) throws SQLException {
    int kind = session.random.nextInt(100);
    if (open != null) {
      decide();
    } else if (kind < 45) {
      write();
    } else if (kind < 75 || branch == null) {
      commit();
    } else {
      merge(branch);
    }
  }

  private void write() throws SQLException {
    Rows before = live.now();
    Map<RowId, Cells> changes = session.changes(before);
    if (session.random.nextInt(3) == 0) {
      changes = Session.ofOneTable(changes);
      changes
          .entrySet()
          .removeIf(change -> change.getValue() == null && before.get(change.getKey()) == null);
      if (changes.isEmpty()) {
        return;
      }
      live.begin(Session.after(before, changes));
      session.writeRecords(Model.MAIN, before, changes);
      live.settle(true);
      return;
    }
    Rows after = Session.after(before, changes);
    live.begin(after);
    boolean happened =
        switch (session.writeSql(Model.MAIN, before, changes)) {
          case COMMITTED -> true;
          case ROLLED_BACK -> false;
          case UNKNOWN -> {
            Rows found = session.reader.working(Model.MAIN).of(session.client);
            if (!found.equals(before) && !found.equals(after)) {
              throw new AssertionError("half a transaction: " + found);
            }
            yield found.equals(after);
          }
        };
    live.settle(happened);
  }

  private void commit() {
    Window window = Window.now(model, clients);
    String key = session.key();
    Reply reply =
        session.post(
            "/commits",
            key,
            "{\"branch\": \"main\", \"message\": \"%s\", \"all\": true}".formatted(key));
    if (reply.status() == 201) {
      String id = reply.json().path("id").textValue();
      model.acknowledged(key, id);
      learn(id, window);
      session.counts.add("commits on main");
    } else {
      session.expect(
          reply.isRefusal("NothingToCommitError") || reply.isRefusal("MergeInProgressError"),
          "main can be committed",
          reply);
    }
  }

  private Commit learn(String id, Window window) {
    Commit commit = session.reader.commit(id);
    commit.parents().forEach(parent -> model.learn(parent, session.reader::commit));
    model.learn(commit);
    model.acknowledgedOnMain(id);
    for (int client = 1; client <= clients; client++) {
      LiveRows rows = model.live(client);
      int to = rows.latestVersion();
      if (!rows.isOneOf(commit.rows().of(client), window.from()[client], to)) {
        throw new AssertionError(
            "commit %s on main has rows of client %d that never were there together: %s%n%s"
                .formatted(
                    id, client, commit.rows().of(client), rows.show(window.from()[client], to)));
      }
    }
    return commit;
  }

  private Commit head() {
    return model.learn(session.reader.head(Model.MAIN), session.reader::commit);
  }

  /** Refused whenever somebody wrote or committed in between. */
  private void merge(BranchModel branch) {
    commit();
    Commit ours = head();
    Commit theirs = model.commit(branch.head);
    List<String> bases = model.bases(ours.id(), theirs.id());
    if (bases.size() != 1 || !ours.rows().of(session.client).equals(live.now())) {
      return;
    }
    Commit base = model.commit(bases.getFirst());
    Sides sides = new Sides(base.rows(), ours, theirs.rows());
    Rows.Merged expected = sides.merged(ours.rows(), false);
    if (expected.doubtful() || !ofOneClient(sides)) {
      return;
    }
    boolean upToDate = base.id().equals(theirs.id());
    boolean fastForward = base.id().equals(ours.id());
    Window window = Window.now(model, clients);
    if (expected.conflicts() == 0) {
      live.begin(expected.rows().of(session.client));
    }
    String key = session.key();
    Reply reply =
        session.post(
            "/branches/merge",
            key,
            "{\"source\": \"%s\", \"target\": \"main\", \"message\": \"%s\", \"expected_head\": \"%s\", \"allow_destructive\": true}"
                .formatted(theirs.id(), key, ours.id()));
    boolean moved = reply.status() == 200 && !upToDate;
    if (expected.conflicts() == 0) {
      live.settle(moved);
    }
    if (reply.status() == 200) {
      session.expect(expected.conflicts() == 0, "there are conflicts " + expected, reply);
      session.expect(
          reply.json().path("up_to_date").booleanValue() == upToDate, "up to date or not", reply);
      if (moved) {
        String id = reply.json().path("result_commit_id").textValue();
        boolean forwarded = reply.json().path("is_fast_forward").booleanValue();
        session.expect(
            !forwarded || fastForward && id.equals(theirs.id()), "a fast-forward", reply);
        merged(key, id, window, forwarded, sides, false);
      }
    } else if (reply.isRefusal("MergeConflictError")) {
      session.expect(expected.conflicts() > 0, "no conflicts", reply);
      open = new Open(sides, theirs.id(), null);
      session.counts.add("merges into main with conflicts");
    } else {
      session.expect(
          List.of("HeadMovedError", "MergeInProgressError").contains(reply.error()),
          "the merge is refused because others were faster",
          reply);
    }
  }

  /** A replay may have brought others' rows to the branch: they know of their own changes only. */
  private boolean ofOneClient(Sides sides) {
    return sides
        .theirs()
        .equals(sides.base().replaced(row -> row.client() == session.client, sides.theirs()));
  }

  private void merged(
      String key, String id, Window window, boolean fastForward, Sides sides, boolean theirsWins) {
    Commit commit = learn(id, window);
    Commit ours = sides.ours();
    if (!fastForward) {
      model.acknowledged(key, id);
      ours = ours(commit, sides.ours(), window);
    }
    Rows expected = sides.merged(ours.rows(), theirsWins).rows();
    if (!commit.rows().equals(expected)) {
      throw new AssertionError(
          "the merge %s has%n%s%ninstead of%n%s".formatted(id, commit.rows(), expected));
    }
    session.counts.add(fastForward ? "fast-forwards of main" : "merges into main");
    if (!expected.sameColumns(ours.rows())) {
      session.counts.add("schema changes merged into main");
    }
  }

  /** The head that was merged into: the one before, or live changes of other clients upon it. */
  private Commit ours(Commit merge, Commit before, Window window) {
    String parent = merge.parents().getFirst();
    if (parent.equals(before.id())) {
      return before;
    }
    Commit live = learn(parent, window);
    if (!live.parents().equals(List.of(before.id()))) {
      throw new AssertionError(
          "the commit of live changes %s has the parents %s".formatted(parent, live.parents()));
    }
    session.counts.add("live changes committed by merges");
    return live;
  }

  private void decide() {
    if (open.theirsWins() == null && session.random.nextInt(4) > 0) {
      boolean theirs = session.random.nextBoolean();
      Reply reply =
          session.post(
              "/conflicts/resolve",
              session.key(),
              "{\"branch\": \"main\", \"resolution\": \"%s\"}"
                  .formatted(theirs ? "theirs" : "ours"));
      session.expect(reply.status() == 200, "the conflicts are resolved", reply);
      open = new Open(open.sides(), open.source(), theirs);
    } else if (open.theirsWins() != null
        && open.sides().ours().rows().of(session.client).equals(live.now())) {
      proceed();
    } else {
      abort();
    }
  }

  private void proceed() {
    Sides sides = open.sides();
    boolean theirsWins = open.theirsWins();
    Rows expected = sides.merged(sides.ours().rows(), theirsWins).rows();
    Window window = Window.now(model, clients);
    live.begin(expected.of(session.client));
    String key = session.key();
    Reply reply =
        session.post(
            "/branches/merge/continue",
            key,
            "{\"branch\": \"main\", \"message\": \"%s\", \"allow_destructive\": true}"
                .formatted(key));
    boolean moved = reply.status() / 100 == 2;
    live.settle(moved);
    session.expect(moved, "the merge is continued", reply);
    open = null;
    merged(key, reply.json().path("id").textValue(), window, false, sides, theirsWins);
  }

  private void abort() {
    Reply reply = session.post("/branches/merge/abort", session.key(), "{\"branch\": \"main\"}");
    session.expect(reply.status() == 200, "the merge is aborted", reply);
    open = null;
    session.counts.add("merges into main aborted");
  }
}
