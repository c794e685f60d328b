package dev.epoch.client.replay;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.RefusedException;
import dev.epoch.client.merge.MergeOutcome;
import dev.epoch.client.transport.Call;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Scope;
import java.util.List;
import java.util.Objects;

/** Takes commits back, makes them again elsewhere, and moves branches. */
public final class Replays {
  private static final String CONFLICT = "MergeConflictError";

  private final Scope scope;

  public Replays(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * Commits to replay on a branch.
   *
   * @param branch that they are replayed on
   * @param commits refs, in order
   * @param mainline parent of merge commits to compare with, 0 for the first
   * @param message of the commit, or null
   * @param noCommit leave the result uncommitted
   * @param rules what settles conflicts, as the API has them, or null
   * @param allowDestructive also what takes away what live tables have
   */
  public record Request(
      String branch,
      List<String> commits,
      int mainline,
      String message,
      boolean noCommit,
      ObjectNode rules,
      boolean allowDestructive) {}

  /** Takes commits back. Conflicts are an outcome, not an exception. */
  public MergeOutcome revert(Request request) {
    return replay("revert", request);
  }

  /** Makes commits again. Conflicts are an outcome, not an exception. */
  public MergeOutcome cherryPick(Request request) {
    return replay("cherry-pick", request);
  }

  private MergeOutcome replay(String verb, Request request) {
    ObjectNode body = Json.object();
    if (request.commits().size() == 1) {
      body.put("commit", request.commits().getFirst());
    } else {
      ArrayNode commits = body.putArray("commits");
      request.commits().forEach(commits::add);
    }
    if (request.mainline() > 0) {
      body.put("mainline", request.mainline());
    }
    if (request.message() != null) {
      body.put("message", request.message());
    }
    if (request.noCommit()) {
      body.put("no_commit", true);
    }
    if (request.rules() != null) {
      body.set("rules", request.rules());
    }
    if (request.allowDestructive()) {
      body.put("allow_destructive", true);
    }
    return send(
        request.branch(),
        String.join(" ", request.commits()),
        scope.post("branches", request.branch(), verb).body(body));
  }

  /**
   * Puts the commits of a branch onto another ref.
   *
   * @param rules what settles conflicts, as the API has them, or null
   */
  public MergeOutcome rebase(String branch, String onto, ObjectNode rules) {
    ObjectNode body = Json.object().put("onto", onto);
    if (rules != null) {
      body.set("rules", rules);
    }
    return send(branch, onto, scope.post("branches", branch, "rebase").body(body));
  }

  /** Leaves out the commit that a replay stopped at, and goes on. */
  public MergeOutcome skip(String branch) {
    return send(
        branch,
        branch,
        scope.post("branches", "merge", "skip").body(Json.object().put("branch", branch)));
  }

  /** Finishes the commit that a replay stopped at, and goes on. */
  public MergeOutcome goOn(String branch, String message, boolean allowDestructive) {
    ObjectNode body = Json.object().put("branch", branch);
    if (allowDestructive) {
      body.put("allow_destructive", true);
    }
    if (message != null) {
      body.put("message", message);
    }
    return send(branch, branch, scope.post("branches", "merge", "continue").body(body));
  }

  /**
   * Moves a branch to another ref.
   *
   * @param soft whether its rows stay, as uncommitted changes
   */
  public Reset reset(String branch, String target, boolean soft) {
    return Reset.of(
        scope.send(
            scope
                .post("branches", branch, "reset")
                .body(Json.object().put("target", target).put("mode", soft ? "soft" : "hard"))));
  }

  private MergeOutcome send(String branch, String source, Call call) {
    try {
      return MergeOutcome.committed(source, branch, scope.send(call));
    } catch (RefusedException refusal) {
      // about objects beside tables nothing is open
      if (CONFLICT.equals(refusal.error()) && !refusal.details().has("objects")) {
        return MergeOutcome.conflicting(source, branch, refusal);
      }
      throw refusal;
    }
  }
}
