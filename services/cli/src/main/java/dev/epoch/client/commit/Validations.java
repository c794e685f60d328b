package dev.epoch.client.commit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Call;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import dev.epoch.client.transport.Scope;
import java.util.List;
import java.util.Objects;

/** Reads commits anew and compares their hashes. */
public final class Validations {

  private final Scope scope;

  public Validations(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * What reading a commit has shown.
   *
   * @param valid whether everything was read, and is as the commit says
   * @param computedId the id that the commit should have
   */
  public record Validation(
      boolean valid, String commitId, String computedId, List<Table> tables, JsonNode json)
      implements Received {

    static Validation of(JsonNode json) {
      return new Validation(
          json.path("valid").asBoolean(),
          json.path("commit_id").asText(),
          json.path("computed_id").asText(),
          Json.items(json, "tables").stream().map(Table::of).toList(),
          json);
    }
  }

  /**
   * A table of the commit.
   *
   * @param outcome valid, different or pruned
   * @param problem what is wrong, or null
   * @param rows their number, as committed
   * @param contentHash of the rows, as committed
   */
  public record Table(String name, String outcome, String problem, long rows, String contentHash) {

    static Table of(JsonNode json) {
      return new Table(
          json.path("table").asText(),
          json.path("outcome").asText(),
          Json.text(json, "problem"),
          json.path("expected").path("row_count").asLong(),
          json.path("expected").path("content_hash").asText());
    }
  }

  /**
   * Reads a commit; takes as long as all its rows take.
   *
   * @param tables names, empty for all
   */
  public Validation validate(String ref, List<String> tables) {
    Call call = scope.get("validation").query("ref", ref);
    if (!tables.isEmpty()) {
      call.query("tables", String.join(",", tables));
    }
    return Validation.of(scope.send(call.asLongAsItTakes()));
  }
}
