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

  /**
   * Two schemas to compare.
   *
   * @param base ref, or null for the parent of the target
   * @param target ref, or null for the current one
   * @param live the target as clients of a branch have it now
   * @param table only this one, or null
   * @param dialect or null
   * @param online statements that let writers go on; null to let the server choose
   */
  public record Comparison(
      String base, String target, boolean live, String table, String dialect, Boolean online) {}

  /** What differs, and the statements that make the one the other. */
  public JsonNode diff(Comparison comparison) {
    return scope.send(compare(comparison));
  }

  /**
   * The migration as text, as the server writes it.
   *
   * @param format {@code ddl}, {@code script}, {@code flyway}, {@code flyway-undo} or {@code
   *     liquibase}
   * @param id of the change set for Liquibase, or null
   */
  public Reader migration(Comparison comparison, String format, String id) {
    return text(compare(comparison).query("format", format).query("id", id));
  }

  private Call compare(Comparison comparison) {
    return scope
        .get("schema", "diff")
        .query("base", comparison.base())
        .query("target", comparison.target())
        .query("live", comparison.live() ? true : null)
        .query("table", comparison.table())
        .query("dialect", comparison.dialect())
        .query("online", comparison.online());
  }

  /**
   * Makes the live tables what a ref says they are; answers when the statements have run.
   *
   * @param wish as the API has it
   */
  public JsonNode apply(JsonNode wish) {
    return scope.send(scope.post("schema", "apply").body(wish).asLongAsItTakes());
  }

  /**
   * How far a schema change is.
   *
   * @param operation its id, or {@code latest}
   */
  public JsonNode applied(String operation) {
    return scope.send(scope.get("schema", "apply", operation));
  }
}
