package dev.epoch.client.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.RefusedException;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import dev.epoch.client.transport.Scope;
import dev.epoch.client.transport.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Reads and writes the records of a table. */
public final class Records {

  private final Scope scope;

  public Records(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /** What a write has changed. */
  public record Written(long inserted, long updated, long deleted, long unchanged, JsonNode json)
      implements Received {

    static Written of(JsonNode json) {
      return new Written(
          json.path("inserted").asLong(),
          json.path("updated").asLong(),
          json.path("deleted").asLong(),
          json.path("unchanged").asLong(),
          json);
    }
  }

  /**
   * One page of records in key order.
   *
   * @param next where the following page starts, or null at the end
   * @param lost columns whose values are not known any more where they are null
   */
  public record Page(List<JsonNode> records, String next, List<String> lost, JsonNode json)
      implements Received {

    static Page of(JsonNode json) {
      return new Page(
          Json.items(json, "records"),
          Json.text(json, "next"),
          Json.items(json, "lost").stream().map(JsonNode::asText).toList(),
          json);
    }
  }

  /**
   * Which records to read; all but limit and working may be null.
   *
   * @param where {@code column:value}
   * @param after where the page starts, from the page before
   */
  public record Selection(String ref, boolean working, int limit, String after, String where) {

    /** The first records of what is committed on a ref. */
    public static Selection of(String ref, int limit) {
      return new Selection(ref, false, limit, null, null);
    }
  }

  /**
   * Writes records on a branch, all or none.
   *
   * @param upserts records, column to value
   * @param deletes primary keys, column to value
   */
  public Written write(
      String table, String branch, List<ObjectNode> upserts, List<ObjectNode> deletes) {
    ObjectNode body = Json.object();
    addAll(body.putArray("upsert"), upserts);
    addAll(body.putArray("delete"), deletes);
    return Written.of(
        scope.send(scope.post("tables", table, "records").query("branch", branch).body(body)));
  }

  /**
   * All records of a table as text, read while they come; close it. An {@link IOException} of it
   * means that the rest did not come.
   *
   * @param format csv, json or ndjson
   * @param working with what is not committed; then the ref is a branch
   */
  public RecordText export(
      String table, String ref, boolean working, String format, boolean escapeFormulas) {
    return new RecordText(exported(table, ref, working, format, escapeFormulas ? "escape" : null));
  }

  /**
   * All records of a table as a file of bytes; close it. An {@link IOException} of it means that
   * the rest did not come.
   *
   * @param format parquet
   * @param working with what is not committed; then the ref is a branch
   */
  public RecordBytes exportFile(String table, String ref, boolean working, String format) {
    return new RecordBytes(exported(table, ref, working, format, null));
  }

  private Transport.Streamed exported(
      String table, String ref, boolean working, String format, String formulas) {
    return scope
        .transport()
        .open(
            scope
                .get("export", table)
                .query("ref", ref)
                .query("working", working ? true : null)
                .query("format", format)
                .query("csv_formulas", formulas)
                .accept("*/*")
                .asLongAsItTakes());
  }

  /**
   * Writes the records of a file, all or none.
   *
   * @param mediaType of the file
   */
  public Written imported(String table, String branch, Path file, String mediaType) {
    return Written.of(
        scope.send(
            scope
                .post("import", table)
                .query("branch", branch)
                .file(file, mediaType)
                .asLongAsItTakes()));
  }

  /** One page of records. */
  public Page page(String table, Selection selection) {
    return Page.of(
        scope.send(
            scope
                .get("tables", table, "records")
                .query("ref", selection.ref())
                .query("working", selection.working() ? true : null)
                .query("limit", selection.limit())
                .query("after", selection.after())
                .query("where", selection.where())));
  }

  /**
   * One record.
   *
   * @param key primary key; {@code 1,2} for a composite one
   * @throws RefusedException with status 404 if there is none
   */
  public JsonNode get(String table, String key, String ref) {
    return scope.send(scope.get("tables", table, "records", key).query("ref", ref));
  }

  /**
   * A page of the commits that changed a record, the newest first.
   *
   * @param key primary key; {@code 1,2} for a composite one
   * @param after null for the first page
   */
  public RecordHistory history(String table, String key, String ref, int limit, String after) {
    return RecordHistory.of(
        scope.send(
            scope
                .get("tables", table, "records", key, "history")
                .query("ref", ref)
                .query("limit", limit)
                .query("after", after)));
  }

  /**
   * Which commit each field of a record comes from.
   *
   * @param key primary key; {@code 1,2} for a composite one
   */
  public RecordHistory.Blame blame(String table, String key, String ref) {
    return RecordHistory.Blame.of(
        scope.send(scope.get("tables", table, "records", key, "blame").query("ref", ref)));
  }

  private static void addAll(ArrayNode array, List<ObjectNode> nodes) {
    nodes.forEach(array::add);
  }
}
