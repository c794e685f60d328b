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
  private record Open(String source, Rows base, Rows ours, Rows theirs, Boolean theirsWins) {}

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
      session.writeRecords(Model.MAIN, changes);
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
    String head = session.reader.head(Model.MAIN);
    if (model.commit(head) == null) {
      model.learn(session.reader.commit(head));
    }
    return model.commit(head);
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
    Rows.Merged expected = Rows.merge(base.rows(), ours.rows(), theirs.rows(), false);
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
            "{\"source\": \"%s\", \"target\": \"main\", \"message\": \"%s\", \"expected_head\": \"%s\"}"
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
        session.expect(!fastForward || id.equals(theirs.id()), "a fast-forward", reply);
        merged(key, id, window, fastForward, expected.rows());
      }
    } else if (reply.isRefusal("MergeConflictError")) {
      session.expect(expected.conflicts() > 0, "no conflicts", reply);
      open = new Open(theirs.id(), base.rows(), ours.rows(), theirs.rows(), null);
      session.counts.add("merges into main with conflicts");
    } else {
      session.expect(
          List.of("HeadMovedError", "UncommittedChangesError", "MergeInProgressError")
              .contains(reply.error()),
          "the merge is refused because others were faster",
          reply);
    }
  }

  private void merged(String key, String id, Window window, boolean fastForward, Rows expected) {
    Commit commit = learn(id, window);
    if (!fastForward) {
      model.acknowledged(key, id);
    }
    if (!commit.rows().equals(expected)) {
      throw new AssertionError(
          "the merge %s has%n%s%ninstead of%n%s".formatted(id, commit.rows(), expected));
    }
    session.counts.add(fastForward ? "fast-forwards of main" : "merges into main");
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
      open = new Open(open.source(), open.base(), open.ours(), open.theirs(), theirs);
    } else if (open.theirsWins() != null && open.ours().of(session.client).equals(live.now())) {
      proceed();
    } else {
      abort();
    }
  }

  private void proceed() {
    Rows expected = Rows.merge(open.base(), open.ours(), open.theirs(), open.theirsWins()).rows();
    Window window = Window.now(model, clients);
    live.begin(expected.of(session.client));
    String key = session.key();
    Reply reply =
        session.post(
            "/branches/merge/continue",
            key,
            "{\"branch\": \"main\", \"message\": \"" + key + "\"}");
    boolean moved = reply.status() / 100 == 2;
    live.settle(moved);
    if (moved) {
      open = null;
      merged(key, reply.json().path("id").textValue(), window, false, expected);
    } else {
      session.expect(
          reply.isRefusal("UncommittedChangesError"), "the merge can be continued", reply);
      abort();
    }
  }

  private void abort() {
    Reply reply = session.post("/branches/merge/abort", session.key(), "{\"branch\": \"main\"}");
    session.expect(reply.status() == 200, "the merge is aborted", reply);
    open = null;
    session.counts.add("merges into main aborted");
  }
}
