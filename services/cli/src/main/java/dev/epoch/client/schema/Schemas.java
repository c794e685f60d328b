package dev.epoch.client.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Call;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Scope;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Schemas of tables and databases. */
public final class Schemas {
  private final Scope scope;

  public Schemas(Scope scope) {
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

  /**
   * What is recorded of tables' schemas, and how the databases are.
   *
   * @param tables names, none for all
   */
  public JsonNode status(List<String> tables, String branch, boolean bloat, boolean indexes) {
    return scope.send(
        scope
            .get("schema", "status")
            .query("tables", tables.isEmpty() ? null : String.join(",", tables))
            .query("branch", branch)
            .query("check_bloat", bloat ? true : null)
            .query("check_indexes", indexes ? true : null));
  }

  /**
   * Gives commits that record no schema the one that the databases have now.
   *
   * @param tables names, none for all
   * @param since ISO 8601, or null
   */
  public JsonNode backfill(
      List<String> tables, String since, boolean skipInaccessible, boolean dryRun) {
    ObjectNode body = Json.object();
    if (!tables.isEmpty()) {
      ArrayNode names = body.putArray("tables");
      tables.forEach(names::add);
    }
    if (since != null) {
      body.put("since", since);
    }
    body.put("skip_inaccessible", skipInaccessible).put("dry_run", dryRun);
    return scope.send(scope.post("schema", "backfill").body(body).asLongAsItTakes());
  }

  /**
   * Migrations that a tool has run on the live tables.
   *
   * @param tool {@code flyway} or {@code liquibase}
   */
  public JsonNode migrations(String tool) {
    return scope.send(scope.get("schema", "migrations").query("tool", tool));
  }

  /**
   * Gives commits that record no schema the one that migrations had made by then.
   *
   * @param wish as the API has it
   */
  public JsonNode importMigrations(JsonNode wish) {
    return scope.send(scope.post("schema", "migrations").body(wish).asLongAsItTakes());
  }

  /** Constraints and indexes of a table: as the database has them, or of a ref. */
  public JsonNode constraints(String table, String ref) {
    return scope.send(scope.get("tables", table, "constraints").query("ref", ref));
  }

  /**
   * Adds a constraint or an index to the live table.
   *
   * @param kind {@code constraints} or {@code indexes}
   */
  public JsonNode add(String table, String kind, ObjectNode body) {
    return scope.send(scope.post("tables", table, kind).body(body).asLongAsItTakes());
  }

  /** Removes a constraint or an index from the live table. */
  public JsonNode remove(
      String table, String kind, String name, boolean online, String lockTimeout) {
    return scope.send(
        scope
            .delete("tables", table, kind, name)
            .query("online", online ? true : null)
            .query("lock_timeout", lockTimeout)
            .asLongAsItTakes());
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
   * {@link #diff} with what it would do to the live tables.
   *
   * @param rows how many rows are lost or stand against it
   * @param statements what each statement costs
   */
  public JsonNode impact(Comparison comparison, boolean rows, boolean statements) {
    return scope.send(
        compare(comparison)
            .query("check_data_impact", rows ? true : null)
            .query("analyze_impact", statements ? true : null)
            .asLongAsItTakes());
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
   * Makes all objects of a schema in another.
   *
   * @param wish as the API has it
   */
  public JsonNode copy(JsonNode wish) {
    return scope.send(scope.post("schema", "clone").body(wish).asLongAsItTakes());
  }

  /**
   * Runs DDL, or tries it; answers when it has run.
   *
   * @param wish as the API has it
   */
  public JsonNode execute(JsonNode wish) {
    return scope.send(scope.post("schema", "exec").body(wish).asLongAsItTakes());
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
