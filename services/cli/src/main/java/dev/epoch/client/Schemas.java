package dev.epoch.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Schemas of tables and databases. */
public final class Schemas {
  private final Scope scope;

  Schemas(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * The schema of a table.
   *
   * @param live as the database has it now
   * @param full with all that belongs to the table
   */
  public JsonNode table(String name, String ref, boolean live, boolean full) {
    return scope.send(
        scope
            .get("tables", name, "schema")
            .query("ref", ref)
            .query("live", live ? true : null)
            .query("full", full ? true : null));
  }

  /** The statements that make a table, as the server writes them. */
  public Reader tableDdl(String name, String ref, boolean live) {
    return text(
        scope
            .get("tables", name, "schema")
            .query("ref", ref)
            .query("live", live ? true : null)
            .query("format", "ddl"));
  }

  private Reader text(Call call) {
    return new InputStreamReader(
        scope.transport().stream(call.accept("text/plain").asLongAsItTakes()),
        StandardCharsets.UTF_8);
  }

  /** All objects of the databases' schemas. */
  public JsonNode objects(String ref, boolean live) {
    return scope.send(
        scope.get("schema", "objects").query("ref", ref).query("live", live ? true : null));
  }

  /** The statements that make all objects, as the server writes them. */
  public Reader objectsDdl(String ref, boolean live) {
    return text(
        scope
            .get("schema", "objects")
            .query("ref", ref)
            .query("live", live ? true : null)
            .query("format", "ddl"));
  }
}
