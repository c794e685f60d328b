package dev.epoch.qa.trial;

import dev.epoch.qa.process.Rest;
import dev.epoch.qa.trial.BranchModel.OpenMerge;
import dev.epoch.qa.trial.Delivery.Command;
import dev.epoch.qa.trial.Delivery.Reply;
import dev.epoch.qa.trial.Model.Commit;
import dev.epoch.qa.trial.Rows.Cells;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a client does on branches of its own, where it knows every answer beforehand. */
final class BranchWork {
  private static final int MOST_BRANCHES = 3;

  private final Session session;
  private final Model model;
  private final List<BranchModel> branches = new ArrayList<>();
  private int named;

  BranchWork(Session session) {
    this.session = session;
    this.model = session.model;
  }

  List<BranchModel> branches() {
    return branches;
  }

  /** A branch on which nothing waits for decisions, or null. */
  BranchModel any() {
    List<BranchModel> free = branches.stream().filter(branch -> !branch.open()).toList();
    return free.isEmpty() ? null : free.get(session.random.nextInt(free.size()));
  }

  void step() throws SQLException {
    for (BranchModel branch : branches) {
      if (branch.merge != null && session.random.nextInt(2) == 0) {
        decide(branch);
        return;
      }
    }
    BranchModel branch = any();
    int kind = session.random.nextInt(100);
    if (branch == null || kind < 8) {
      create(branch);
    } else if (kind < 45) {
      write(branch);
    } else if (kind < 70) {
      commit(branch);
    } else if (kind < 78) {
      stage(branch);
    } else if (kind < 92) {
      merge(branch);
    } else if (kind < 96) {
      copy(branch);
    } else if (branches.size() > 1) {
      delete(branch);
    }
  }

  private void create(BranchModel from) {
    if (branches.size() >= MOST_BRANCHES) {
      return;
    }
    String name = "c" + session.client + "/b" + ++named;
    String start = from == null || session.random.nextBoolean() ? Model.MAIN : from.name;
    Reply reply =
        session.post(
            "/branches",
            session.key(),
            "{\"name\": \"%s\", \"start_point\": \"%s\", \"checkout\": false}"
                .formatted(name, start));
    session.expect(reply.status() == 201, "a branch is created", reply);
    String head = reply.json().path("head_commit_id").textValue();
    if (!start.equals(Model.MAIN)) {
      session.expect(head.equals(from.head), "it starts at " + from.head, reply);
    } else {
      model.learn(head, session.reader::commit);
    }
    branches.add(new BranchModel(name, head, model.commit(head).rows()));
  }

  private void delete(BranchModel branch) {
    Reply reply =
        session.delivery.send(
            new Command(
                "DELETE",
                "/branches/" + Rest.escaped(branch.name) + "?force=true",
                null,
                session.key()));
    session.expect(reply.status() == 204, branch.name + " is deleted", reply);
    branches.remove(branch);
  }

  private void write(BranchModel branch) throws SQLException {
    Map<RowId, Cells> changes = session.changes(branch.working);
    if (session.random.nextBoolean() || !session.hasSessions(changes)) {
      changes = Session.ofOneTable(changes);
      changes
          .entrySet()
          .removeIf(
              change -> change.getValue() == null && branch.working.get(change.getKey()) == null);
      session.writeRecords(branch.name, branch.working, changes);
      branch.working = Session.after(branch.working, changes);
      return;
    }
    Rows after = Session.after(branch.working, changes);
    switch (session.writeSql(branch.name, branch.working, changes)) {
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
  }

  /** Changes nothing but where sessions read. */
  private void copy(BranchModel branch) {
    boolean drop = session.random.nextInt(3) == 0 && !branch.altered(model);
    session.delivery.repeatable(
        drop ? "DELETE" : "POST",
        "/branches/" + Rest.escaped(branch.name) + "/materialize",
        drop ? null : "{\"tables\": [\"t\", \"u\", \"w\"]}");
    session.counts.add(drop ? "copies dropped" : "branches materialized");
  }

  private Set<String> changed(BranchModel branch) {
    Set<String> changed = new TreeSet<>();
    for (String table : Model.TABLES) {
      if (!model.commit(branch.head).rows().to(branch.working, table).none()) {
        changed.add(table);
      }
    }
    return changed;
  }

  private void stage(BranchModel branch) {
    boolean staging = branch.staged.isEmpty() || session.random.nextBoolean();
    String table = Model.TABLES.get(session.random.nextInt(Model.TABLES.size()));
    Reply reply =
        session.post(
            staging ? "/stage" : "/unstage",
            session.key(),
            "{\"branch\": \"%s\", \"tables\": [\"%s\"]}".formatted(branch.name, table));
    session.expect(reply.status() == 200, table + " is staged or not", reply);
    if (staging) {
      branch.staged.add(table);
    } else {
      branch.staged.remove(table);
    }
  }

  private void commit(BranchModel branch) {
    commit(branch, branch.staged.isEmpty() || session.random.nextBoolean());
  }

  /** Commits the tables that are staged, or all that changed. */
  void commit(BranchModel branch, boolean all) {
    Set<String> selected = changed(branch);
    if (!all) {
      selected.retainAll(branch.staged);
    }
    String key = session.key();
    Reply reply =
        session.post(
            "/commits",
            key,
            "{\"branch\": \"%s\", \"message\": \"%s\", \"all\": %s}"
                .formatted(branch.name, key, all));
    if (selected.isEmpty()) {
      session.expect(reply.isRefusal("NothingToCommitError"), "nothing to commit", reply);
      return;
    }
    session.expect(reply.status() == 201, selected + " of " + branch + " are committed", reply);
    Rows committed =
        model
            .commit(branch.head)
            .rows()
            .replaced(row -> selected.contains(row.table()), branch.working);
    Commit commit = new Commit(id(reply, "id"), List.of(branch.head), committed);
    model.learn(commit);
    model.acknowledged(key, commit.id());
    if (!committed.sameColumns(model.commit(branch.head).rows())) {
      session.counts.add("schema changes committed");
    }
    branch.head = commit.id();
    branch.staged.removeAll(all ? Model.TABLES : selected);
    session.counts.add("commits on branches");
  }

  /** Merges main, or another branch of the client, into a branch of the client. */
  private void merge(BranchModel target) {
    unstage(target);
    BranchModel source = any();
    String from;
    if (source == target || session.random.nextBoolean()) {
      from = session.reader.head(Model.MAIN);
      model.learn(from, session.reader::commit);
    } else {
      from = source.head;
    }
    if (!target.clean(model)
        && !model.isAncestor(from, target.head)
        && !touchesChanges(target, from)) {
      // other tables' changes stay where they are; what is committed then, another step tells
      return;
    }
    if (doubtful(target, from)) {
      session.counts.add("merges whose columns are in conflict, left out");
      return;
    }
    String key = session.key();
    Reply reply =
        session.post(
            "/branches/merge",
            key,
            "{\"source\": \"%s\", \"target\": \"%s\", \"message\": \"%s\"}"
                .formatted(from, target.name, key));
    if (model.isAncestor(from, target.head)) {
      session.expect(
          reply.status() == 200 && reply.json().path("up_to_date").booleanValue(),
          target + " has " + from,
          reply);
    } else if (!target.clean(model)) {
      session.expect(reply.isRefusal("UncommittedChangesError"), target + " has changes", reply);
    } else if (model.isAncestor(target.head, from)) {
      session.expect(
          reply.status() == 200 && from.equals(id(reply, "result_commit_id")),
          "fast-forward to " + from,
          reply);
      target.moved(from, model.commit(from).rows());
      session.counts.add("fast-forwards");
    } else {
      threeWay(target, from, key, reply);
    }
  }

  /** Whether columns are in conflict, or may be. */
  private boolean doubtful(BranchModel target, String from) {
    Rows ours = model.commit(target.head).rows();
    Rows theirs = model.commit(from).rows();
    List<String> bases = model.bases(target.head, from);
    return bases.size() == 1
        ? merged(bases.getFirst(), target.head, from, false).doubtful()
        : !ours.sameColumns(theirs)
            || bases.stream().anyMatch(base -> !ours.sameColumns(model.commit(base).rows()));
  }

  /** Takes every table out of the choice for the next commit. */
  void unstage(BranchModel branch) {
    if (!branch.staged.isEmpty()) {
      Reply reply =
          session.post("/unstage", session.key(), "{\"branch\": \"" + branch.name + "\"}");
      session.expect(reply.status() == 200, "everything is unstaged", reply);
      branch.staged.clear();
    }
  }

  /** Whether the merge writes a table that has uncommitted changes. */
  private boolean touchesChanges(BranchModel target, String from) {
    Rows ours = model.commit(target.head).rows();
    Rows theirs = model.commit(from).rows();
    List<String> bases = model.bases(target.head, from);
    if (bases.size() != 1) {
      return false;
    }
    Rows base = model.commit(bases.getFirst()).rows();
    return Model.TABLES.stream()
        .anyMatch(table ->
            !ours.to(target.working, table).none()
                && !base.to(theirs, table).none()
                && !ours.to(theirs, table).none());
  }

  private void threeWay(BranchModel target, String from, String key, Reply reply) {
    List<String> bases = model.bases(target.head, from);
    boolean crossed = bases.size() != 1;
    Rows.Merged expected = crossed ? null : merged(bases.getFirst(), target.head, from, false);
    if (crossed ? reply.isRefusal("MergeConflictError") : expected.conflicts() > 0) {
      session.expect(reply.isRefusal("MergeConflictError"), "the merge has conflicts", reply);
      long count = reply.json().path("details").path("conflict_count").longValue();
      session.expect(crossed || count == expected.conflicts(), "conflicts " + expected, reply);
      target.merge = new OpenMerge(from, null, count);
      session.counts.add("merges with conflicts");
      return;
    }
    session.expect(reply.status() == 200, from + " is merged into " + target, reply);
    finish(target, from, key, id(reply, "result_commit_id"), crossed ? null : expected.rows());
  }

  /** The next step of an open merge. */
  private void decide(BranchModel branch) {
    OpenMerge merge = branch.merge;
    int kind = session.random.nextInt(10);
    if (kind < 5 && merge.theirsWins() == null) {
      boolean theirs = session.random.nextBoolean();
      Reply reply =
          session.post(
              "/conflicts/resolve",
              session.key(),
              "{\"branch\": \"%s\", \"resolution\": \"%s\"}"
                  .formatted(branch.name, theirs ? "theirs" : "ours"));
      session.expect(
          reply.status() == 200 && reply.json().path("remaining").intValue() == 0,
          "every conflict is resolved",
          reply);
      branch.merge = new OpenMerge(merge.sourceCommit(), theirs, merge.conflicts());
    } else if (kind < 8) {
      String key = session.key();
      Reply reply =
          session.post(
              "/branches/merge/continue",
              key,
              "{\"branch\": \"%s\", \"message\": \"%s\"}".formatted(branch.name, key));
      if (merge.theirsWins() == null) {
        session.expect(reply.isRefusal("MergeConflictError"), "conflicts are left", reply);
        return;
      }
      session.expect(reply.status() / 100 == 2, "the merge is continued", reply);
      List<String> bases = model.bases(branch.head, merge.sourceCommit());
      Rows rows =
          bases.size() == 1
              ? merged(bases.getFirst(), branch.head, merge.sourceCommit(), merge.theirsWins())
                  .rows()
              : null;
      finish(branch, merge.sourceCommit(), key, id(reply, "id"), rows);
      session.counts.add("merges continued");
    } else {
      Reply reply =
          session.post(
              "/branches/merge/abort", session.key(), "{\"branch\": \"" + branch.name + "\"}");
      session.expect(reply.status() == 200, "the merge is aborted", reply);
      branch.merge = null;
      session.counts.add("merges aborted");
    }
  }

  private Rows.Merged merged(String base, String ours, String theirs, boolean theirsWins) {
    return Rows.merge(
        model.commit(base).rows(),
        model.commit(ours).rows(),
        model.commit(theirs).rows(),
        theirsWins);
  }

  /**
   * @param rows null where histories cross: then what the server made of it is taken
   */
  private void finish(BranchModel target, String from, String key, String id, Rows rows) {
    List<String> parents = List.of(target.head, from);
    Commit commit = rows == null ? session.reader.commit(id) : new Commit(id, parents, rows);
    if (!commit.parents().equals(parents)) {
      throw new AssertionError("the merge " + id + " has the parents " + commit.parents());
    }
    model.learn(commit);
    model.acknowledged(key, id);
    if (!commit.rows().sameColumns(model.commit(target.head).rows())) {
      session.counts.add("schema changes merged into branches");
    }
    target.moved(id, commit.rows());
    session.counts.add(rows == null ? "merges of crossed histories" : "merges into branches");
  }

  private static String id(Reply reply, String field) {
    return reply.json().path(field).textValue();
  }
}
