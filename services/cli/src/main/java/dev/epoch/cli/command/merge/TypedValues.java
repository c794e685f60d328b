package dev.epoch.cli.command.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.TypeNames;
import dev.epoch.client.table.Table;
import dev.epoch.client.transport.Json;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Values of fields as they are typed. The server reads text as the column's type wants it; only for
 * a document text would be a text in it, so that there JSON is meant.
 */
final class TypedValues {

  private final Session session;
  private final Map<String, List<Table.Column>> columns = new HashMap<>();

  TypedValues(Session session) {
    this.session = Objects.requireNonNull(session, "session");
  }

  /**
   * What was typed for a field.
   *
   * @throws CommandFailure if it is a document and what was typed is not JSON
   */
  JsonNode of(String table, String field, String typed) {
    if (!isDocument(table, field)) {
      return TextNode.valueOf(typed);
    }
    try {
      return Json.parse(typed);
    } catch (IOException notJson) {
      throw CommandFailure.usage("'" + typed + "' is not JSON, which " + field + " holds");
    }
  }

  /** Columns and their values where that was typed, else the text. */
  static JsonNode columns(String typed) {
    try {
      JsonNode columns = Json.parse(typed);
      return columns.isObject() ? columns : TextNode.valueOf(typed);
    } catch (IOException notJson) {
      return TextNode.valueOf(typed);
    }
  }

  /** A column of documents, or a place in one, which is named by a JSON pointer. */
  private boolean isDocument(String table, String field) {
    String branch = session.branch();
    List<Table.Column> known =
        columns.computeIfAbsent(
            table, name -> session.client().tables().get(name, branch).columns());
    return known.stream()
        .filter(column -> column.name().equals(field) || field.startsWith(column.name() + "/"))
        .anyMatch(column -> List.of("json", "jsonb").contains(TypeNames.brief(column.type())));
  }

  /** One value, or one for each column of a composite key: {@code a,b}. */
  static JsonNode key(Session session, String table, String record) {
    boolean composite =
        record.contains(",")
            && session.client().tables().get(table, session.branch()).primaryKey().size() > 1;
    if (!composite) {
      return TextNode.valueOf(record);
    }
    ArrayNode values = Json.array();
    Stream.of(record.split(",", -1)).forEach(values::add);
    return values;
  }
}
