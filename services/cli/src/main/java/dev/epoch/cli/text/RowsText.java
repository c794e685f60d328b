package dev.epoch.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.query.QueryResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Rows of a query as a table. */
public final class RowsText {

  private static final Set<String> RIGHT =
      Set.of("int", "smallint", "bigint", "numeric", "decimal", "real", "double precision");

  private RowsText() {}

  /** A table with a head and the number of rows, as psql has it. */
  public static List<String> table(QueryResult result) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode row : result.rows()) {
      List<String> cells = new ArrayList<>();
      row.forEach(value -> cells.add(oneLine(Values.plain(value))));
      rows.add(cells);
    }
    List<String> names = result.columns().stream().map(QueryResult.Column::name).toList();
    int[] widths = Columns.widths(names, rows);
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder();
    StringBuilder rule = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      int space = widths[i] - names.get(i).length();
      head.append(i == 0 ? " " : "| ")
          .append(" ".repeat(space / 2))
          .append(names.get(i))
          .append(" ".repeat(space - space / 2 + 1));
      rule.append(i == 0 ? "" : "+").append("-".repeat(widths[i] + 2));
    }
    lines.add(head.toString().stripTrailing());
    lines.add(rule.toString());
    for (List<String> row : rows) {
      lines.add(row(row, result.columns(), widths));
    }
    lines.add("(" + Counts.of(rows.size(), "row") + ")");
    return lines;
  }

  private static String row(List<String> cells, List<QueryResult.Column> columns, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      boolean right = RIGHT.contains(TypeNames.brief(columns.get(i).type()));
      String space = " ".repeat(widths[i] - cells.get(i).length());
      line.append(i == 0 ? " " : "| ")
          .append(right ? space + cells.get(i) : cells.get(i) + space)
          .append(' ');
    }
    return line.toString().stripTrailing();
  }

  private static String oneLine(String text) {
    return text.replace("\r", "\\r").replace("\n", "\\n");
  }
}
