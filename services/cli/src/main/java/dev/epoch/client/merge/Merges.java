package dev.epoch.client.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.RefusedException;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Scope;
import java.util.Objects;

/** Merges branches. */
public final class Merges {

  private static final String CONFLICT = "MergeConflictError";

  private final Scope scope;

  public Merges(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /** How conflicts are settled. */
  public enum Strategy {
    THREE_WAY,
    FAST_FORWARD,
    OURS,
    THEIRS
  }

  /**
   * A merge to make.
   *
   * @param source branch that is merged
   * @param target branch that is merged into
   * @param strategy null for what the target is set to
   * @param message null for the server's own words
   * @param noCommit leave the result uncommitted
   * @param dryRun change nothing
   * @param failOnConflict do not leave the merge open when there are conflicts
   * @param allowUnrelated also without common history
   * @param liveChanges {@code commit} or {@code refuse}; null for the repository's setting
   * @param rules what settles conflicts of it, as the API has them, or null
   * @param allowDestructive also what takes away what live tables have
   * @param learnt decide conflicts as the same ones were decided before
   */
  public record Request(
      String source,
      String target,
      Strategy strategy,
      String message,
      boolean noCommit,
      boolean dryRun,
      boolean failOnConflict,
      boolean allowUnrelated,
      String liveChanges,
      ObjectNode rules,
      boolean allowDestructive,
      boolean learnt) {

    /** Checks what must be there. */
    public Request {
      Objects.requireNonNull(source, "source");
      Objects.requireNonNull(target, "target");
    }

    /** A merge with nothing special about it. */
    public static Request of(String source, String target) {
      return new Request(
          source, target, null, null, false, false, false, false, null, null, false, false);
    }
  }

  /** Merges. Conflicts are an outcome, not an exception. */
  public MergeOutcome merge(Request request) {
    ObjectNode body = Json.object().put("source", request.source()).put("target", request.target());
    if (request.strategy() != null) {
      body.put("strategy", request.strategy().name());
    }
    if (request.message() != null) {
      body.put("message", request.message());
    }
    if (request.liveChanges() != null) {
      body.put("live_changes", request.liveChanges());
    }
    if (request.rules() != null) {
      body.set("rules", request.rules());
    }
    putIfSet(body, "no_commit", request.noCommit());
    putIfSet(body, "dry_run", request.dryRun());
    putIfSet(body, "fail_on_conflict", request.failOnConflict());
    putIfSet(body, "allow_unrelated", request.allowUnrelated());
    putIfSet(body, "allow_destructive", request.allowDestructive());
    putIfSet(body, "learnt", request.learnt());
    try {
      return MergeOutcome.of(scope.send(scope.post("branches", "merge").body(body)));
    } catch (RefusedException refusal) {
      // about objects beside tables nothing is open
      if (CONFLICT.equals(refusal.error()) && !refusal.details().has("objects")) {
        return MergeOutcome.conflicting(request.source(), request.target(), refusal);
      }
      throw refusal;
    }
  }

  /**
   * Concludes the open merge of a branch.
   *
   * @param message null for the server's own words
   */
  public Commit continueMerge(String branch, String message) {
    return continueMerge(branch, message, false);
  }

  /**
   * Concludes the open merge of a branch.
   *
   * @param message null for the server's own words
   * @param allowDestructive also what takes away what live tables have
   */
  public Commit continueMerge(String branch, String message, boolean allowDestructive) {
    ObjectNode body = Json.object().put("branch", branch);
    putIfSet(body, "allow_destructive", allowDestructive);
    if (message != null) {
      body.put("message", message);
    }
    return Commit.of(scope.send(scope.post("branches", "merge", "continue").body(body)));
  }

  /** Gives up the open merge of a branch. */
  public void abort(String branch) {
    scope.send(scope.post("branches", "merge", "abort").body(Json.object().put("branch", branch)));
  }

  /**
   * Merges as soon as that is allowed.
   *
   * @param message null for the server's own words
   * @return commit_id, and waits_for: null if it does not wait any more
   */
  public JsonNode request(String source, String target, String message) {
    ObjectNode body = Json.object().put("source", source).put("target", target);
    if (message != null) {
      body.put("message", message);
    }
    return scope.send(scope.post("merge-requests").body(body));
  }

  /** Merges that wait. */
  public JsonNode requests() {
    return scope.send(scope.get("merge-requests"));
  }

  /** Asks for a merge no more. */
  public void withdraw(String source, String target) {
    scope.send(scope.delete("merge-requests").query("target", target).query("source", source));
  }

  private static void putIfSet(ObjectNode body, String field, boolean value) {
    if (value) {
      body.put(field, true);
    }
  }
}
