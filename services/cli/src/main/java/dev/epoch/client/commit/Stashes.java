package dev.epoch.client.commit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import dev.epoch.client.transport.Scope;
import java.util.List;
import java.util.Objects;

/** Uncommitted changes that are put away. */
public final class Stashes {
  private final Scope scope;

  public Stashes(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * A stash.
   *
   * @param number 0 for the latest of its branch
   */
  public record Stash(
      int number,
      String branch,
      String message,
      String commitId,
      List<String> tables,
      JsonNode json)
      implements Received {

    static Stash of(JsonNode json) {
      return new Stash(
          json.path("number").asInt(),
          Json.text(json, "branch"),
          Json.text(json, "message"),
          Json.text(json, "commit_id"),
          Json.items(json.path("tables"), "").stream().map(JsonNode::asText).toList(),
          json);
    }
  }

  /** The stashes of a branch, the latest first. */
  public record Listing(List<Stash> stashes, JsonNode json) implements Received {}

  /** How many records were changed by making a stash's changes again. */
  public record Applied(long records, JsonNode json) implements Received {}

  /**
   * Puts uncommitted changes away.
   *
   * @param message null for the server's own words
   */
  public Stash push(String branch, String message) {
    ObjectNode body = Json.object().put("branch", branch);
    if (message != null) {
      body.put("message", message);
    }
    return Stash.of(scope.send(scope.post("stashes").body(body)));
  }

  /** The stashes of a branch. */
  public Listing list(String branch) {
    JsonNode json = scope.send(scope.get("stashes").query("branch", branch));
    return new Listing(Json.items(json, "stashes").stream().map(Stash::of).toList(), json);
  }

  /** Makes the changes again; the stash stays. */
  public Applied apply(String branch, int number) {
    return again(branch, number, "apply");
  }

  /** Makes the changes again and forgets the stash. */
  public Applied pop(String branch, int number) {
    return again(branch, number, "pop");
  }

  private Applied again(String branch, int number, String how) {
    JsonNode json =
        scope.send(
            scope
                .post("stashes", Integer.toString(number), how)
                .body(Json.object().put("branch", branch)));
    return new Applied(
        json.path("inserted").asLong()
            + json.path("updated").asLong()
            + json.path("deleted").asLong(),
        json);
  }

  /** Forgets a stash. */
  public JsonNode drop(String branch, int number) {
    return scope.send(scope.delete("stashes", Integer.toString(number)).query("branch", branch));
  }
}
