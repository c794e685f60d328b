package dev.epoch.client.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.RefusedException;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Scope;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/** Compares states of the data and of the schema. */
public final class Diffs {

  private final Scope scope;

  public Diffs(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * Two states to compare.
   *
   * @param base ref
   * @param target ref
   * @param working take the target with what is not yet committed on it
   */
  public record Range(String base, String target, boolean working) {

    private Boolean workingOrNull() {
      return working ? true : null;
    }
  }

  /** The changed tables. */
  public Diff tables(Range range) {
    return Diff.of(
        scope.send(
            scope
                .get("commits", "diff")
                .query("base", range.base())
                .query("target", range.target())
                .query("working", range.workingOrNull())));
  }

  /**
   * One page of the changed records of a table.
   *
   * @param type only these, or null for all
   * @param limit null to let the server choose
   * @param after where the page starts, from the page before, or null
   */
  public Diff.RecordPage records(
      String table, Range range, Diff.Type type, Integer limit, String after) {
    return Diff.RecordPage.of(
        scope.send(
            scope
                .get("diff", table)
                .query("base", range.base())
                .query("target", range.target())
                .query("working", range.workingOrNull())
                .query("type", type == null ? null : type.wire())
                .query("limit", limit)
                .query("after", after)));
  }

  /**
   * All changed records of a table as text, read while they come; close it. An {@link IOException}
   * of it means that the rest did not come.
   *
   * @param type only these, or null for all
   * @param form media type: {@code application/x-ndjson}, {@code text/csv}, {@code application/sql}
   */
  public RecordText text(String table, Range range, Diff.Type type, String form) {
    return new RecordText(
        scope
            .transport()
            .open(
                scope
                    .get("diff", table)
                    .query("base", range.base())
                    .query("target", range.target())
                    .query("working", range.workingOrNull())
                    .query("type", type == null ? null : type.wire())
                    .accept(form)
                    .asLongAsItTakes()));
  }

  /**
   * Applies changes as uncommitted changes of a branch, all or none.
   *
   * @param changes each {@code {table, type, key, before, after}}
   * @param force whatever the records are now
   * @param dryRun only to be told
   * @throws RefusedException with status 409 if records are not as the changes expect them
   */
  public Records.Written apply(
      String branch, List<JsonNode> changes, boolean force, boolean dryRun) {
    ObjectNode body = Json.object();
    ArrayNode list = body.putArray("changes");
    changes.forEach(list::add);
    return Records.Written.of(
        scope.send(
            scope
                .post("apply")
                .query("branch", branch)
                .query("force", force ? true : null)
                .query("dry_run", dryRun ? true : null)
                .body(body)
                .asLongAsItTakes()));
  }

  /**
   * The changes of one table's schema.
   *
   * @param table null for those of all, and of what stands beside tables
   */
  public List<Diff.SchemaChange> schema(String table, Range range) {
    return Json.items(
            scope.send(
                scope
                    .get("schema", "diff")
                    .query("base", range.base())
                    .query("target", range.target())
                    .query("working", range.workingOrNull())
                    .query("table", table)),
            "changes")
        .stream()
        .map(Diff.SchemaChange::of)
        .toList();
  }
}
