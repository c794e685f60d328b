package dev.epoch.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.query.QueryResult;
import dev.epoch.client.record.Diff;
import dev.epoch.csv.CsvLine;
import java.util.ArrayList;
import java.util.List;

/**
 * What commands print as CSV, with plain line feeds.
 *
 * @param escapesFormulas whether a text that a spreadsheet would compute stands behind an
 *     apostrophe
 */
public record CsvText(boolean escapesFormulas) {

  /** The rows of a query, with a head. */
  public List<String> rows(QueryResult result) {
    List<String> lines = new ArrayList<>();
    CsvLine head = new CsvLine(escapesFormulas);
    result.columns().forEach(column -> head.text(column.name()));
    lines.add(head.toString());
    for (JsonNode row : result.rows()) {
      CsvLine line = new CsvLine(escapesFormulas);
      row.forEach(value -> add(value, line));
      lines.add(line.toString());
    }
    return lines;
  }

  /** The head of {@link #change}. */
  public static String changeHead() {
    return "table,type,key,field,before,after";
  }

  /** A changed record: one line for each field that differs. */
  public List<String> change(String table, Diff.RecordChange change) {
    List<String> fields = new ArrayList<>(change.fields());
    if (fields.isEmpty()) {
      JsonNode row = change.type() == Diff.Type.DELETE ? change.before() : change.after();
      row.properties().forEach(field -> fields.add(field.getKey()));
    }
    List<String> lines = new ArrayList<>();
    for (String field : fields) {
      CsvLine line = new CsvLine(escapesFormulas);
      line.text(table).text(change.type().wire());
      addKey(change.key(), line);
      line.text(field);
      add(change.before().path(field), line);
      add(change.after().path(field), line);
      lines.add(line.toString());
    }
    return lines;
  }

  /** A number as a key is no formula. */
  private static void addKey(JsonNode key, CsvLine line) {
    boolean number = key.size() == 1 && key.elements().next().isNumber();
    if (number) {
      line.value(Values.key(key));
    } else {
      line.text(Values.key(key));
    }
  }

  private static void add(JsonNode value, CsvLine line) {
    if (value.isNull() || value.isMissingNode()) {
      line.none();
    } else if (value.isTextual()) {
      line.text(value.textValue());
    } else {
      line.value(Values.plain(value));
    }
  }
}
