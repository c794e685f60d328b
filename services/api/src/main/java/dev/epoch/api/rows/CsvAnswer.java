package dev.epoch.api.rows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.csv.CsvLine;
import java.util.Collection;

/**
 * Lines of CSV as a request asks for them.
 *
 * @param escapesFormulas whether a text that a spreadsheet would compute stands behind an
 *     apostrophe; then it is not the text of the table any more
 */
public record CsvAnswer(boolean escapesFormulas) {
  private static final String END = "\r\n";

  /**
   * What a request asks for.
   *
   * @param formulas {@code keep}, {@code escape}, or null for the former
   * @param csv whether lines of CSV are the answer: for others nothing can be asked
   */
  public static CsvAnswer asked(String formulas, boolean csv) {
    boolean escape = "escape".equals(formulas);
    if (formulas != null && !escape && !formulas.equals("keep")) {
      throw new InvalidRequestException(
          FieldProblem.query("enum", "csv_formulas", "Should be keep or escape"));
    }
    if (formulas != null && !csv) {
      throw new InvalidRequestException(
          FieldProblem.query("value_error", "csv_formulas", "Is about CSV, ask for that"));
    }
    return new CsvAnswer(escape);
  }

  /** A line of texts. */
  public String ofTexts(Collection<String> texts) {
    CsvLine line = new CsvLine(escapesFormulas);
    texts.forEach(line::text);
    return line + END;
  }

  /** A line of values; null and JSON's null are no value. */
  public String ofValues(Collection<JsonNode> values) {
    CsvLine line = new CsvLine(escapesFormulas);
    for (JsonNode value : values) {
      if (value == null || value.isNull() || value.isMissingNode()) {
        line.none();
      } else if (value.isTextual()) {
        line.text(value.textValue());
      } else {
        line.value(ApiJson.text(value));
      }
    }
    return line + END;
  }
}
