package dev.epoch.qa.trial;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Rest;
import dev.epoch.qa.trial.Delivery.Reply;
import dev.epoch.qa.trial.Model.Commit;
import java.util.List;

/** Moves a client's branches back: to a commit of theirs, and by taking the last move back. */
final class ResetWork {
  private static final int FAR = 5;

  private final Session session;
  private final Model model;

  ResetWork(Session session) {
    this.session = session;
    this.model = session.model;
  }

  void step(BranchModel branch) {
    boolean soft = session.random.nextInt(3) == 0;
    int kind = session.random.nextInt(3);
    List<Commit> latest = model.latest(branch.head, FAR);
    if (kind == 0) {
      undo(branch);
    } else if (kind == 1 && !latest.isEmpty()) {
      reset(branch, "HEAD~1", latest.getFirst().parents().getFirst(), soft);
    } else if (!latest.isEmpty()) {
      String to = latest.get(session.random.nextInt(latest.size())).id();
      reset(branch, to, to, soft);
    }
  }

  /** As {@code epoch undo} does: back to where the reflog says that the branch was. */
  private void undo(BranchModel branch) {
    JsonNode last =
        session
            .reader
            .get("/reflog?limit=1&branch=" + Rest.escaped(branch.name))
            .path("entries")
            .path(0);
    String from = last.path("from").textValue();
    if (from == null) {
      return;
    }
    if (model.commit(from) == null) {
      // changes that a reset or a stash has put away
      Commit saved = session.reader.commit(from);
      saved.parents().forEach(parent -> model.learn(parent, session.reader::commit));
      model.unnamed(saved);
    }
    reset(branch, from, from, last.path("command").textValue().equals("commit"));
    session.counts.add("moves undone");
  }

  private void reset(BranchModel branch, String target, String to, boolean ifRowsOnly) {
    boolean soft = ifRowsOnly && branch.working.sameColumns(model.commit(to).rows());
    boolean clean = branch.clean(model);
    Reply reply =
        session.post(
            "/branches/" + Rest.escaped(branch.name) + "/reset",
            session.key(),
            "{\"target\": \"%s\", \"mode\": \"%s\"}".formatted(target, soft ? "soft" : "hard"));
    session.expect(
        reply.status() == 200 && to.equals(reply.json().path("head").textValue()),
        branch + " is reset to " + to,
        reply);
    session.expect(
        branch.head.equals(reply.json().path("former_head").textValue()),
        "it stood at " + branch.head,
        reply);
    String saved = reply.json().path("saved").textValue();
    session.expect(clean == (saved == null), "changes are put away or not", reply);
    if (saved != null && !session.reader.at(saved).equals(branch.working)) {
      throw new AssertionError("what " + branch + " had uncommitted is not in " + saved);
    }
    Rows former = model.commit(branch.head).rows();
    Rows working = branch.working;
    Rows rows = model.commit(to).rows();
    branch.moved(to, rows);
    if (soft) {
      branch.working = working;
      Model.TABLES.stream()
          .filter(table -> !former.to(rows, table).none() && !rows.to(working, table).none())
          .forEach(branch.staged::add);
    }
    session.counts.add(soft ? "soft resets" : "hard resets");
  }
}
