package dev.epoch.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Rows that a check found, one a line. */
public final class FoundRows {
  private FoundRows() {}

  /**
   * @param truncated whether there are more
   */
  public static List<String> lines(
      List<String> columns, List<? extends JsonNode> rows, boolean truncated) {
    List<String> lines = new ArrayList<>();
    for (JsonNode row : rows) {
      ObjectNode named = JsonNodeFactory.instance.objectNode();
      for (int i = 0; i < row.size(); i++) {
        named.set(i < columns.size() ? columns.get(i) : "column " + (i + 1), row.get(i));
      }
      lines.add("  " + named);
    }
    if (truncated) {
      lines.add("  ...");
    }
    return lines;
  }
}
