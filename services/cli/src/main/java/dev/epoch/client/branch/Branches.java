package dev.epoch.client.branch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Call;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Scope;
import java.util.List;
import java.util.Objects;

/**
 * Creates, lists, renames, deletes and compares branches. The branch that is checked out belongs to
 * the caller, so nothing here changes what the server takes for it.
 */
public final class Branches {

  private final Scope scope;

  public Branches(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /** All branches. */
  public Branch.Listing list() {
    return Branch.Listing.of(scope.send(scope.get("branches")));
  }

  /**
   * Creates a branch.
   *
   * @param startPoint ref that it starts from
   */
  public Branch create(String name, String startPoint) {
    return create(name, startPoint, null, false, false, false);
  }

  /**
   * Creates a branch.
   *
   * @param ttl such as 12h or 7d after which it expires, null for never
   * @param expireWork whether work that is nowhere else goes with it
   * @param ownSequences whether columns that sequences feed take their values from sequences of the
   *     branch's own; else as on the branch that it starts from
   * @param schemaOnly whether it versions schemas and no rows
   */
  public Branch create(
      String name,
      String startPoint,
      String ttl,
      boolean expireWork,
      boolean ownSequences,
      boolean schemaOnly) {
    ObjectNode body = Json.object().put("name", name);
    body.put("start_point", startPoint).put("checkout", false);
    expiry(body, ttl, expireWork);
    if (ownSequences) {
      body.put("own_sequences", true);
    }
    if (schemaOnly) {
      body.put("schema_only", true);
    }
    return Branch.of(scope.send(scope.post("branches").body(body)));
  }

  /**
   * Lets a branch expire.
   *
   * @param ttl from now on, such as 12h or 7d; empty for never
   * @param expireWork whether work that is nowhere else goes with it
   */
  public Branch expire(String name, String ttl, boolean expireWork) {
    ObjectNode body = Json.object();
    expiry(body, ttl, expireWork);
    return Branch.of(scope.send(scope.patch("branches", name).body(body)));
  }

  private static void expiry(ObjectNode body, String ttl, boolean expireWork) {
    if (ttl != null) {
      body.put("ttl", ttl);
    }
    if (expireWork) {
      body.put("expire_work", true);
    }
  }

  /** Gives a branch another name. */
  public Branch rename(String name, String newName) {
    ObjectNode body = Json.object().put("name", newName);
    return Branch.of(scope.send(scope.patch("branches", name).body(body)));
  }

  /**
   * Protects branches, or ends that.
   *
   * @param pattern name of branches, {@code *} for any characters
   * @param protection as the API has it, or null for no more
   */
  public Branch protect(String pattern, ObjectNode protection) {
    ObjectNode body = Json.object();
    if (protection == null) {
      body.putNull("protection");
    } else {
      body.set("protection", protection);
    }
    return Branch.of(scope.send(scope.patch("branches", pattern).body(body)));
  }

  /** How branches are protected. */
  public JsonNode protections() {
    return scope.send(scope.get("protections"));
  }

  /**
   * Says whether the head of a branch may be merged.
   *
   * @param verdict approve or reject
   * @param commit that was looked at, null for the head
   * @param comment for people, or null
   * @return all reviews of the branch
   */
  public JsonNode review(String branch, String verdict, String commit, String comment) {
    ObjectNode body = Json.object().put("verdict", verdict);
    if (commit != null) {
      body.put("commit", commit);
    }
    if (comment != null) {
      body.put("comment", comment);
    }
    return scope.send(scope.post("branches", branch, "reviews").body(body));
  }

  /** What was said about a branch. */
  public JsonNode reviews(String branch) {
    return scope.send(scope.get("branches", branch, "reviews"));
  }

  /**
   * Deletes a branch.
   *
   * @param force also where that loses commits
   */
  public void delete(String name, boolean force) {
    scope.send(scope.delete("branches", name).query("force", force));
  }

  /**
   * A page of moves of heads, the latest first.
   *
   * @param branch null for all
   * @param after null for the first page
   */
  public Reflog reflog(String branch, int limit, String after) {
    return Reflog.of(
        scope.send(
            scope
                .get("reflog")
                .query("branch", branch)
                .query("limit", limit)
                .query("after", after)));
  }

  /** Compares what two branches have that the other has not. */
  public Branch.Comparison compare(String source, String target) {
    return Branch.Comparison.of(
        scope.send(
            scope.get("branches", "compare").query("source", source).query("target", target)));
  }

  /**
   * Copies a branch's tables for sessions of the database.
   *
   * @param tables those that were changed on the branch if none
   */
  public Materialized materialize(String name, List<String> tables) {
    ObjectNode body = Json.object();
    tables.forEach(body.putArray("tables")::add);
    return Materialized.of(
        scope.send(scope.post("branches", name, "materialize").body(body).asLongAsItTakes()));
  }

  /** Drops copies, all if no table is named. */
  public void dematerialize(String name, List<String> tables) {
    Call call = scope.delete("branches", name, "materialize");
    for (String table : tables) {
      call = call.query("table", table);
    }
    scope.send(call);
  }

  /**
   * Opens tables for sessions of the database.
   *
   * @param tables all that can be open if none
   */
  public OpenTables open(String name, List<String> tables) {
    ObjectNode body = Json.object();
    tables.forEach(body.putArray("tables")::add);
    return OpenTables.of(
        scope.send(scope.post("branches", name, "open").body(body).asLongAsItTakes()));
  }

  /** Closes tables, all if none is named. */
  public void close(String name, List<String> tables) {
    Call call = scope.delete("branches", name, "open");
    for (String table : tables) {
      call = call.query("table", table);
    }
    scope.send(call);
  }

  /** How the tables stand. */
  public OpenTables opened(String name) {
    return OpenTables.of(scope.send(scope.get("branches", name, "open")));
  }

  /**
   * URLs under which the database's own clients are on a branch.
   *
   * @param user that logs in, or null
   */
  public BranchUrls urls(String name, String user) {
    Call call = scope.get("branches", name, "url");
    return BranchUrls.of(scope.send(user == null ? call : call.query("user", user)));
  }
}
