package dev.epoch.cli.command.table;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Which tables are meant: {@code *} stands for any characters, {@code ?} for one. A pattern with a
 * dot is about schema and name, one without about the name alone.
 *
 * @param included none: all
 */
record TablePatterns(List<String> included, List<String> excluded) {

  TablePatterns {
    included = List.copyOf(included);
    excluded = List.copyOf(excluded);
  }

  /** Whether a table is meant, by its place in the database: {@code schema.name}. */
  boolean match(String path) {
    return (included.isEmpty() || anyMatches(included, path)) && !anyMatches(excluded, path);
  }

  private static boolean anyMatches(List<String> patterns, String path) {
    String name = path.substring(path.indexOf('.') + 1);
    return patterns.stream()
        .anyMatch(pattern ->
            expression(pattern).matcher(pattern.indexOf('.') < 0 ? name : path).matches());
  }

  private static Pattern expression(String pattern) {
    StringBuilder expression = new StringBuilder();
    pattern
        .chars()
        .forEach(character ->
            expression.append(
                switch (character) {
                  case '*' -> ".*";
                  case '?' -> ".";
                  default -> Pattern.quote(Character.toString(character));
                }));
    return Pattern.compile(expression.toString(), Pattern.DOTALL);
  }
}
