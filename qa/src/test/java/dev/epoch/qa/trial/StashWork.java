package dev.epoch.qa.trial;

import dev.epoch.qa.process.Rest;
import dev.epoch.qa.trial.BranchModel.Stash;
import dev.epoch.qa.trial.Delivery.Command;
import dev.epoch.qa.trial.Delivery.Reply;
import dev.epoch.qa.trial.Model.Commit;
import java.util.List;
import java.util.Objects;

/** Puts uncommitted changes of a client's branches away, takes them back, and forgets them. */
final class StashWork {
  private static final int MOST = 3;

  private final Session session;
  private final Model model;

  StashWork(Session session) {
    this.session = session;
    this.model = session.model;
  }

  void step(BranchModel branch) {
    if (branch.stashes.isEmpty() || !branch.clean(model) && branch.stashes.size() < MOST) {
      push(branch);
      return;
    }
    int number = session.random.nextInt(branch.stashes.size());
    boolean fits =
        branch.working.sameColumns(model.commit(branch.stashes.get(number).base()).rows());
    if (!fits || session.random.nextInt(4) == 0) {
      drop(branch, number);
    } else {
      pop(branch, number);
    }
  }

  private void push(BranchModel branch) {
    Reply reply = session.post("/stashes", session.key(), "{\"branch\": \"" + branch.name + "\"}");
    if (branch.clean(model)) {
      session.expect(reply.isRefusal("NothingToCommitError"), "nothing to put away", reply);
      return;
    }
    session.expect(
        reply.status() == 201,
        "changes of "
            + branch
            + " are put away: "
            + model.commit(branch.head).rows().differences(branch.working),
        reply);
    String commit = reply.json().path("commit_id").textValue();
    model.unnamed(new Commit(commit, List.of(branch.head), branch.working));
    model.stashes().add(commit);
    branch.stashes.addFirst(new Stash(branch.head, commit));
    branch.moved(branch.head, model.commit(branch.head).rows());
    session.counts.add("stashes pushed");
  }

  private void pop(BranchModel branch, int number) {
    Stash stash = branch.stashes.get(number);
    Rows base = model.commit(stash.base()).rows();
    Rows theirs = model.commit(stash.commit()).rows();
    Reply reply =
        session.post(
            "/stashes/" + number + "/pop", session.key(), "{\"branch\": \"" + branch.name + "\"}");
    if (reply.isRefusal("DiffDoesNotApplyError")) {
      session.expect(differs(base, branch.working, theirs), "the stash fits", reply);
      session.counts.add("stashes that do not fit");
      return;
    }
    Rows.Merged merged = Rows.merge(base, branch.working, theirs, false);
    session.expect(reply.status() == 200, "the stash is popped", reply);
    session.expect(merged.conflicts() == 0, "the stash does not fit", reply);
    branch.working = merged.rows();
    forget(branch, number);
    session.counts.add("stashes popped");
  }

  /** Whether a row that the stash changes is not as it was. */
  private static boolean differs(Rows base, Rows now, Rows stashed) {
    return stashed.byId().keySet().stream().anyMatch(row -> differs(base, now, stashed, row))
        || base.byId().keySet().stream().anyMatch(row -> differs(base, now, stashed, row));
  }

  private static boolean differs(Rows base, Rows now, Rows stashed, RowId row) {
    return !Objects.equals(base.get(row), stashed.get(row))
        && !Objects.equals(base.get(row), now.get(row));
  }

  private void drop(BranchModel branch, int number) {
    String path = "/stashes/%d?branch=%s".formatted(number, Rest.escaped(branch.name));
    Reply reply = session.delivery.send(new Command("DELETE", path, null, session.key()));
    session.expect(reply.status() == 200, "the stash is dropped", reply);
    forget(branch, number);
    session.counts.add("stashes dropped");
  }

  private void forget(BranchModel branch, int number) {
    model.stashes().remove(branch.stashes.remove(number).commit());
  }
}
