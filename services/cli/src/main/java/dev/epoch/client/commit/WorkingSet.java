package dev.epoch.client.commit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import dev.epoch.client.transport.Scope;
import java.util.List;
import java.util.Objects;

/** What is changed and not yet committed. */
public final class WorkingSet {

  private final Scope scope;

  public WorkingSet(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /** How many tables a command has staged or unstaged. */
  public record Staging(long count, JsonNode json) implements Received {}

  /** The state of a branch. */
  public RepositoryStatus status(String branch) {
    return RepositoryStatus.of(scope.send(scope.get("status").query("branch", branch)));
  }

  /** Selects tables for the next commit; all changed ones if none is named. */
  public Staging stage(String branch, List<String> tables) {
    return staging("stage", branch, tables);
  }

  /** Takes tables out of the selection; all of them if none is named. */
  public Staging unstage(String branch, List<String> tables) {
    return staging("unstage", branch, tables);
  }

  private Staging staging(String action, String branch, List<String> tables) {
    ObjectNode body = Json.object().put("branch", branch);
    if (!tables.isEmpty()) {
      ArrayNode names = body.putArray("tables");
      tables.forEach(names::add);
    }
    JsonNode answer = scope.send(scope.post(action).body(body));
    return new Staging(answer.path("count").asLong(), answer);
  }
}
