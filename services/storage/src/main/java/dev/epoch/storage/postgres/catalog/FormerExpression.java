package dev.epoch.storage.postgres.catalog;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.postgres.codec.Quote;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Expressions of computed columns of a state, under the names that columns have by now. */
final class FormerExpression {
  /** In the place of an expression whose columns are called otherwise by now. */
  static final String UNKNOWN = "NULL";

  /** Texts, quoted names, names. */
  private static final Pattern WORDS =
      Pattern.compile("'(?:[^']|'')*'|\"((?:[^\"]|\"\")*)\"|([A-Za-z_][A-Za-z0-9_$]*)");

  private FormerExpression() {}

  /**
   * A computed column with the expression of now if that differs in names alone.
   *
   * @param names of the schema's columns by those of the state's
   * @param now the live table
   */
  static Column renamed(Column column, Map<String, String> names, TableSchema now) {
    if (!column.generated()
        || names.entrySet().stream().allMatch(name -> name.getKey().equals(name.getValue()))) {
      return column;
    }
    String there = now.column(column.name()).map(Column::generatedExpression).orElse(UNKNOWN);
    return with(
        column, there.equals(renamed(column.generatedExpression(), names)) ? there : UNKNOWN);
  }

  private static String renamed(String expression, Map<String, String> names) {
    return WORDS
        .matcher(expression)
        .replaceAll(word -> {
          String name = word.group(1) != null ? word.group(1).replace("\"\"", "\"") : word.group(2);
          return Matcher.quoteReplacement(
              name == null || !names.containsKey(name) || names.get(name).equals(name)
                  ? word.group()
                  : identifier(names.get(name)));
        });
  }

  /** As PostgreSQL prints it. */
  private static String identifier(String name) {
    return name.matches("[a-z_][a-z0-9_$]*") ? name : Quote.identifier(name);
  }

  private static Column with(Column column, String expression) {
    return new Column(
        column.id(),
        column.name(),
        column.type(),
        column.nullable(),
        column.defaultExpression(),
        expression,
        column.identity(),
        column.initialDefault(),
        column.filled());
  }
}
