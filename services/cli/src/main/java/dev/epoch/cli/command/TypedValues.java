package dev.epoch.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.TypeNames;
import dev.epoch.client.Json;
import dev.epoch.client.Table;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

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
}
