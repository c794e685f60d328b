package dev.epoch.storage.postgres.schema;

import dev.epoch.model.schema.object.ColumnDefinition.ColumnDefault;
import dev.epoch.model.schema.object.ColumnDefinition.DefaultKind;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a default's text says of where its value comes from. */
final class Defaults {
  private static final String CASTS =
      "(?:::(?:[\\w$. ]|\"[^\"]*\"|\\(\\d+(?:,\\s*-?\\d+)?\\)|\\[\\])+)*";
  private static final Pattern LITERAL =
      Pattern.compile(
          "\\(*(?:E?'(?:[^']|'')*'|-?\\d[\\d.eE+-]*|true|false|NULL)\\)*" + CASTS, Pattern.DOTALL);
  private static final Pattern CURRENT_TIME =
      Pattern.compile(
          "\\(*(?:CURRENT_TIMESTAMP|CURRENT_DATE|CURRENT_TIME|LOCALTIMESTAMP|LOCALTIME"
              + "|(?:now|transaction_timestamp|statement_timestamp|clock_timestamp)\\(\\))"
              + "(?:\\(\\d+\\))?\\)*"
              + CASTS);
  private static final Pattern CALL = Pattern.compile("(?:[\\w$.]|\"[^\"]*\")+\\(");

  private Defaults() {}

  static ColumnDefault of(String expression, boolean deterministic) {
    return new ColumnDefault(expression, kind(expression), deterministic);
  }

  private static DefaultKind kind(String expression) {
    if (LITERAL.matcher(expression).matches()) {
      return DefaultKind.LITERAL;
    }
    if (expression.startsWith("nextval(")) {
      return DefaultKind.SEQUENCE;
    }
    if (CURRENT_TIME.matcher(expression).matches()) {
      return DefaultKind.CURRENT_TIME;
    }
    Matcher call = CALL.matcher(expression);
    return call.lookingAt()
            && ExpressionText.closing(expression, call.end() - 1) == expression.length() - 1
        ? DefaultKind.FUNCTION
        : DefaultKind.EXPRESSION;
  }
}
