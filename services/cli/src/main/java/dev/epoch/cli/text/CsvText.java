package dev.epoch.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.query.QueryResult;
import dev.epoch.client.record.Diff;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Comma-separated values (RFC 4180, with plain line feeds); an empty field is no value.
 *
 * @param escapesFormulas whether a text that a spreadsheet would compute stands behind an
 *     apostrophe
 */
public record CsvText(boolean escapesFormulas) {
  /** What spreadsheets take for the beginning of a formula. */
  private static final String FORMULAS = "=+-@\t\r";

  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9.]+([eE][+-]?[0-9]+)?");

  /** One line. */
  public String line(List<String> cells) {
    return String.join(",", cells.stream().map(this::escaped).map(CsvText::cell).toList());
  }

  private String escaped(String text) {
    return escapesFormulas
            && text != null
            && !text.isEmpty()
            && FORMULAS.indexOf(text.charAt(0)) >= 0
            && !NUMBER.matcher(text).matches()
        ? "'" + text
        : text;
  }

  /** A value; text that is empty is quoted, so that it differs from no value. */
  private static String cell(String text) {
    if (text == null) {
      return "";
    }
    boolean quoted = text.isEmpty() || text.matches("(?s).*[\",\\r\\n].*");
    return quoted ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }

  private static String text(JsonNode value) {
    return value.isNull() || value.isMissingNode() ? null : Values.plain(value);
  }

  /** The rows of a query, with a head. */
  public List<String> rows(QueryResult result) {
    List<String> lines = new ArrayList<>();
    lines.add(line(result.columns().stream().map(QueryResult.Column::name).toList()));
    for (JsonNode row : result.rows()) {
      List<String> cells = new ArrayList<>();
      row.forEach(value -> cells.add(text(value)));
      lines.add(line(cells));
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
      List<String> cells = new ArrayList<>();
      cells.add(table);
      cells.add(change.type().wire());
      cells.add(Values.key(change.key()));
      cells.add(field);
      cells.add(text(change.before().path(field)));
      cells.add(text(change.after().path(field)));
      lines.add(line(cells));
    }
    return lines;
  }
}
