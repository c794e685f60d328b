package dev.epoch.csv;

import java.util.Objects;

/**
 * A line of CSV as RFC 4180 has it, field by field. No value is nothing, the empty text two quotes.
 */
public final class CsvLine {
  /** What spreadsheets take for the beginning of a formula. */
  private static final String FORMULAS = "=+-@\t\r";

  private final boolean escapesFormulas;
  private final StringBuilder line = new StringBuilder();
  private boolean any;

  /**
   * A line without fields.
   *
   * @param escapesFormulas whether a text that a spreadsheet would compute stands behind an
   *     apostrophe; then it is not the text of the table any more
   */
  public CsvLine(boolean escapesFormulas) {
    this.escapesFormulas = escapesFormulas;
  }

  /** A field with a text, which may be what somebody typed. */
  public CsvLine text(String text) {
    boolean formula = escapesFormulas && !text.isEmpty() && FORMULAS.indexOf(text.charAt(0)) >= 0;
    return value(formula ? "'" + text : text);
  }

  /** A field with a number, a boolean or a document: never a formula. */
  public CsvLine value(String value) {
    Objects.requireNonNull(value, "value");
    begin();
    boolean plain =
        !value.isEmpty() && value.chars().noneMatch(c -> c == ',' || c == '"' || c < ' ');
    if (plain) {
      line.append(value);
    } else {
      line.append('"').append(value.replace("\"", "\"\"")).append('"');
    }
    return this;
  }

  /** A field without a value. */
  public CsvLine none() {
    begin();
    return this;
  }

  private void begin() {
    if (any) {
      line.append(',');
    }
    any = true;
  }

  /** The fields with commas between, and no end of line behind. */
  @Override
  public String toString() {
    return line.toString();
  }
}
