package dev.epoch.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;

/** Merges branches. */
public final class Merges {

  private static final String CONFLICT = "MergeConflictError";

  private final Scope scope;

  Merges(Scope scope) {
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
      ObjectNode rules) {

    /** Checks what must be there. */
    public Request {
      Objects.requireNonNull(source, "source");
      Objects.requireNonNull(target, "target");
    }

    /** A merge with nothing special about it. */
    public static Request of(String source, String target) {
      return new Request(source, target, null, null, false, false, false, false, null, null);
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
    try {
      return MergeOutcome.of(scope.send(scope.post("branches", "merge").body(body)));
    } catch (RefusedException refusal) {
      if (CONFLICT.equals(refusal.error())) {
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
    ObjectNode body = Json.object().put("branch", branch);
    if (message != null) {
      body.put("message", message);
    }
    return Commit.of(scope.send(scope.post("branches", "merge", "continue").body(body)));
  }

  /** Gives up the open merge of a branch. */
  public void abort(String branch) {
    scope.send(scope.post("branches", "merge", "abort").body(Json.object().put("branch", branch)));
  }

  private static void putIfSet(ObjectNode body, String field, boolean value) {
    if (value) {
      body.put(field, true);
    }
  }
}
