package dev.epoch.qa.trial;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Rest;
import dev.epoch.qa.trial.BranchModel.OpenReplay;
import dev.epoch.qa.trial.Delivery.Reply;
import dev.epoch.qa.trial.Model.Commit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Takes commits back, makes them again, and puts a client's branches onto other commits. */
final class ReplayWork {
  private static final int FAR = 6;

  private final Session session;
  private final Model model;

  ReplayWork(Session session) {
    this.session = session;
    this.model = session.model;
  }

  /** On a branch with nothing uncommitted. */
  void step(BranchModel branch, BranchModel other) {
    int kind = session.random.nextInt(6);
    if (kind < 2) {
      one(branch, true, any(branch.head));
    } else if (kind < 3) {
      one(branch, false, any(source(branch, other)));
    } else if (kind < 4) {
      several(branch, source(branch, other));
    } else {
      rebase(branch, source(branch, other));
    }
  }

  /** The head of main, or of another branch of the client. */
  private String source(BranchModel branch, BranchModel other) {
    if (other != branch && session.random.nextBoolean()) {
      return other.head;
    }
    String head = session.reader.head(Model.MAIN);
    model.learn(head, session.reader::commit);
    return head;
  }

  private Commit any(String head) {
    List<Commit> found = model.latest(head, FAR);
    return found.isEmpty() ? null : found.get(session.random.nextInt(found.size()));
  }

  private Reply post(BranchModel branch, String verb, String key, String body) {
    return session.post("/branches/" + Rest.escaped(branch.name) + "/" + verb, key, body);
  }

  private void one(BranchModel branch, boolean revert, Commit commit) {
    Rows ours = model.commit(branch.head).rows();
    if (commit == null || merged(ours, commit.id(), revert, false).doubtful()) {
      return;
    }
    String key = session.key();
    Reply reply =
        post(
            branch,
            revert ? "revert" : "cherry-pick",
            key,
            "{\"commit\": \"%s\", \"message\": \"%s\"}".formatted(commit.id(), key));
    Rows.Merged merged = merged(ours, commit.id(), revert, false);
    if (merged.conflicts() > 0) {
      List<String> rest = List.of(commit.id());
      branch.replay =
          new OpenReplay(revert, branch.head, rest, null, conflicts(merged.conflicts(), reply));
      session.counts.add(revert ? "reverts with conflicts" : "cherry-picks with conflicts");
    } else if (merged.rows().equals(ours)) {
      session.expect(reply.isRefusal("NothingToCommitError"), "nothing is left of it", reply);
    } else {
      session.expect(reply.status() == 200, commit.id() + " is replayed", reply);
      Commit made = new Commit(id(reply), List.of(branch.head), merged.rows());
      model.learn(made);
      model.acknowledged(key, made.id());
      branch.moved(made.id(), made.rows());
      session.counts.add(revert ? "reverts" : "cherry-picks");
    }
  }

  private void several(BranchModel branch, String head) {
    List<String> commits = new ArrayList<>();
    model.latest(head, 3).forEach(commit -> commits.add(commit.id()));
    Collections.reverse(commits);
    OpenReplay replay = new OpenReplay(false, branch.head, commits, null, 0);
    Commit upon = model.commit(branch.head);
    if (commits.size() < 2 || doubtful(upon, replay)) {
      return;
    }
    Reply reply =
        post(
            branch,
            "cherry-pick",
            session.key(),
            "{\"commits\": [\"" + String.join("\", \"", commits) + "\"]}");
    made(branch, replay, upon, reply);
    session.counts.add("cherry-picks of several");
  }

  private void rebase(BranchModel branch, String onto) {
    List<String> commits = new ArrayList<>();
    boolean linear = true;
    String commit = branch.head;
    while (!model.isAncestor(commit, onto)) {
      List<String> parents = model.commit(commit).parents();
      if (parents.size() == 1) {
        commits.add(commit);
      } else {
        linear = false;
      }
      commit = parents.getFirst();
    }
    Collections.reverse(commits);
    boolean upToDate = linear && commit.equals(onto);
    OpenReplay replay = new OpenReplay(false, branch.head, commits, null, 0);
    if (!upToDate && doubtful(model.commit(onto), replay)) {
      return;
    }
    Reply reply = post(branch, "rebase", session.key(), "{\"onto\": \"" + onto + "\"}");
    if (upToDate) {
      session.expect(
          reply.status() == 200 && branch.head.equals(id(reply)), "it is there already", reply);
    } else {
      made(branch, replay, model.commit(onto), reply);
      session.counts.add("rebases");
    }
  }

  /**
   * What became of a replay. One that a kill has cut short waits, as after a conflict: a user looks
   * at it, and goes on or gives it up.
   */
  private void made(BranchModel branch, OpenReplay replay, Commit upon, Reply reply) {
    if (!isCutShort(reply)) {
      goOn(branch, replay, upon, reply);
      return;
    }
    JsonNode status = session.reader.get("/status?branch=" + Rest.escaped(branch.name));
    if (status.path("replay").isNull() && status.path("merge").isNull()) {
      ended(branch, replay, upon);
      session.counts.add("replays found done");
    } else if (session.random.nextBoolean()) {
      giveUp(branch, replay.from());
      session.counts.add("replays cut short, given up");
    } else {
      session.counts.add("replays cut short, continued");
      made(
          branch,
          replay,
          upon,
          session.post("/branches/merge/continue", session.key(), body(branch)));
    }
  }

  /** Whether what was sent again found the branch elsewhere than before it was sent first. */
  private static boolean isCutShort(Reply reply) {
    return reply.doubted() && reply.status() >= 300 && !reply.isRefusal("MergeConflictError");
  }

  private void ended(BranchModel branch, OpenReplay replay, Commit upon) {
    Made made = made(replay, upon.rows());
    if (made.next() < replay.rest().size()) {
      throw new AssertionError(branch + " does not wait for decisions about " + replay);
    }
    String head = session.reader.head(branch.name);
    learn(head, made.rows(), upon.id());
    branch.moved(head, made.last());
  }

  /**
   * What commits make.
   *
   * @param rows of each commit that changes something
   * @param last the rows in the end
   * @param next of the commits, the one that is in conflict, or how many there are
   * @param conflicts of that one
   * @param doubtful whether its columns are in conflict, or may be
   */
  private record Made(List<Rows> rows, Rows last, int next, int conflicts, boolean doubtful) {}

  private boolean doubtful(Commit upon, OpenReplay replay) {
    return made(replay, upon.rows()).doubtful();
  }

  private Made made(OpenReplay replay, Rows upon) {
    Rows now = upon;
    List<Rows> made = new ArrayList<>();
    Boolean decided = replay.theirsWins();
    int next = 0;
    for (String commit : replay.rest()) {
      Rows.Merged merged = merged(now, commit, replay.revert(), Boolean.TRUE.equals(decided));
      if (merged.doubtful() || merged.conflicts() > 0 && decided == null) {
        return new Made(made, now, next, merged.conflicts(), merged.doubtful());
      }
      decided = null;
      if (!merged.rows().equals(now)) {
        now = merged.rows();
        made.add(now);
      }
      next++;
    }
    return new Made(made, now, next, 0, false);
  }

  /** The commits that are made upon a commit, until the end or the next conflict. */
  private void goOn(BranchModel branch, OpenReplay replay, Commit upon, Reply reply) {
    Made made = made(replay, upon.rows());
    boolean stopped = made.next() < replay.rest().size();
    long counted = stopped ? conflicts(made.conflicts(), reply) : 0;
    session.expect(stopped || reply.status() / 100 == 2, "the replay ends", reply);
    String head = stopped ? session.reader.head(branch.name) : id(reply);
    learn(head, made.rows(), upon.id());
    branch.moved(head, made.last());
    if (stopped) {
      List<String> rest = replay.rest().subList(made.next(), replay.rest().size());
      branch.replay = new OpenReplay(replay.revert(), replay.from(), rest, null, counted);
      session.counts.add("replays that stopped");
    }
  }

  private void learn(String head, List<Rows> rows, String upon) {
    String commit = head;
    List<Commit> made = new ArrayList<>();
    for (Rows expected : rows.reversed()) {
      Commit found = session.reader.commit(commit);
      if (!found.rows().equals(expected) || found.parents().size() != 1) {
        throw new AssertionError(
            "replayed commit %s has%n%s%ninstead of%n%s".formatted(commit, found, expected));
      }
      made.add(found);
      commit = found.parents().getFirst();
    }
    if (!commit.equals(upon)) {
      throw new AssertionError(head + " has more commits than were replayed upon " + upon);
    }
    made.reversed().forEach(model::unnamed);
  }

  /** The next step of a replay that stopped. */
  void decide(BranchModel branch) {
    OpenReplay replay = branch.replay;
    int kind = session.random.nextInt(10);
    if (kind < 5 && replay.theirsWins() == null) {
      resolve(branch, session.random.nextBoolean());
    } else if (kind < 7) {
      proceed(branch, replay);
    } else if (kind < 8) {
      skip(branch, replay);
    } else {
      giveUp(branch, replay.from());
      session.counts.add("replays aborted");
    }
  }

  private void skip(BranchModel branch, OpenReplay replay) {
    List<String> rest = replay.rest().subList(1, replay.rest().size());
    OpenReplay later = new OpenReplay(replay.revert(), replay.from(), rest, null, 0);
    Commit upon = model.commit(branch.head);
    if (doubtful(upon, later)) {
      giveUp(branch, replay.from());
      return;
    }
    Reply reply = session.post("/branches/merge/skip", session.key(), body(branch));
    made(branch, later, upon, reply);
    session.counts.add("commits skipped");
  }

  private void resolve(BranchModel branch, boolean theirs) {
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
    OpenReplay replay = branch.replay;
    branch.replay =
        new OpenReplay(replay.revert(), replay.from(), replay.rest(), theirs, replay.conflicts());
  }

  private void proceed(BranchModel branch, OpenReplay replay) {
    Commit upon = model.commit(branch.head);
    if (replay.theirsWins() != null && doubtful(upon, replay)) {
      giveUp(branch, replay.from());
      return;
    }
    Reply reply = session.post("/branches/merge/continue", session.key(), body(branch));
    if (replay.theirsWins() == null) {
      session.expect(reply.isRefusal("MergeConflictError"), "conflicts are left", reply);
    } else if (reply.isRefusal("NothingToCommitError")) {
      Made made = made(replay, upon.rows());
      session.expect(
          made.rows().isEmpty() && replay.rest().size() == 1, "something is left", reply);
    } else {
      made(branch, replay, upon, reply);
      session.counts.add("replays continued");
    }
  }

  private void giveUp(BranchModel branch, String to) {
    Reply reply = session.post("/branches/merge/abort", session.key(), body(branch));
    session.expect(reply.status() == 200, "the replay is given up", reply);
    branch.moved(to, model.commit(to).rows());
  }

  private long conflicts(int expected, Reply reply) {
    session.expect(reply.isRefusal("MergeConflictError"), "there are conflicts", reply);
    long count = reply.json().path("details").path("conflict_count").longValue();
    session.expect(count == expected, expected + " conflicts", reply);
    return count;
  }

  private Rows.Merged merged(Rows ours, String commit, boolean revert, boolean theirsWins) {
    Commit replayed = model.commit(commit);
    Rows parent = model.commit(replayed.parents().getFirst()).rows();
    return revert
        ? Rows.merge(replayed.rows(), ours, parent, theirsWins)
        : Rows.merge(parent, ours, replayed.rows(), theirsWins);
  }

  private static String body(BranchModel branch) {
    return "{\"branch\": \"" + branch.name + "\"}";
  }

  private static String id(Reply reply) {
    return reply.json().path("id").textValue();
  }
}
