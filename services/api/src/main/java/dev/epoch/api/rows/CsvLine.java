package dev.epoch.api.rows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Lines of CSV as RFC 4180 has them: null is nothing, the empty text is two quotes.
 *
 * @param escapesFormulas whether a text that a spreadsheet would compute stands behind an
 *     apostrophe; then it is not the text of the table any more
 */
public record CsvLine(boolean escapesFormulas) {
  /** What spreadsheets take for the beginning of a formula. */
  private static final String FORMULAS = "=+-@\t\r";

  /**
   * Lines as a request asks for them.
   *
   * @param formulas {@code keep}, {@code escape}, or null for the former
   * @param csv whether lines of CSV are the answer: for others nothing can be asked
   */
  public static CsvLine asked(String formulas, boolean csv) {
    boolean escape = "escape".equals(formulas);
    if (formulas != null && !escape && !formulas.equals("keep")) {
      throw new InvalidRequestException(
          FieldProblem.query("enum", "csv_formulas", "Should be keep or escape"));
    }
    if (formulas != null && !csv) {
      throw new InvalidRequestException(
          FieldProblem.query("value_error", "csv_formulas", "Is about CSV, ask for that"));
    }
    return new CsvLine(escape);
  }

  public String ofTexts(Collection<String> texts) {
    return texts.stream()
        .map(text -> field(escaped(text)))
        .collect(Collectors.joining(",", "", "\r\n"));
  }

  public String ofValues(Collection<JsonNode> values) {
    return values.stream().map(this::value).collect(Collectors.joining(",", "", "\r\n"));
  }

  private String value(JsonNode value) {
    if (value == null || value.isNull() || value.isMissingNode()) {
      return "";
    }
    return field(value.isTextual() ? escaped(value.textValue()) : ApiJson.text(value));
  }

  private String escaped(String text) {
    return escapesFormulas && !text.isEmpty() && FORMULAS.indexOf(text.charAt(0)) >= 0
        ? "'" + text
        : text;
  }

  private static String field(String text) {
    boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> c == ',' || c == '"' || c < ' ');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
