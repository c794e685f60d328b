package dev.epoch.gateway.schema;

import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.IndexDefinition.Key;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An index to add, as clients ask for it.
 *
 * @param method null for btree
 * @param include columns that it carries along
 * @param where condition of a partial index, or null
 * @param parameters {@code fillfactor} and the like
 */
public record IndexRequest(
    String name,
    String method,
    boolean unique,
    List<Column> columns,
    List<String> include,
    String where,
    Map<String, String> parameters) {

  /**
   * A part of the key.
   *
   * @param name of the column, or null for an expression
   * @param sortOrder {@code asc} or {@code desc}, or null
   * @param nullsOrder {@code first} or {@code last}, or null
   * @param opclass or null
   */
  public record Column(
      String name, String expression, String sortOrder, String nullsOrder, String opclass) {}

  public IndexRequest {
    columns = columns == null ? List.of() : List.copyOf(columns);
    include = include == null ? List.of() : List.copyOf(include);
    parameters = parameters == null ? Map.of() : Map.copyOf(parameters);
  }

  IndexDefinition definition() {
    SqlPart.name(name);
    String used = method == null ? "btree" : method.toLowerCase(Locale.ROOT);
    SqlPart.name(used);
    if (columns.isEmpty()) {
      throw SqlPart.refused("An index has columns");
    }
    parameters.forEach((parameter, value) -> {
      if (!parameter.matches("[a-z_]+") || !value.matches("[A-Za-z0-9_.]+")) {
        throw SqlPart.refused("Not a parameter of an index: " + parameter + "=" + value);
      }
    });
    include.forEach(SqlPart::name);
    return new IndexDefinition(
        name,
        used,
        unique,
        false,
        columns.stream().map(column -> key(column, used)).toList(),
        include,
        where == null ? null : "(" + SqlPart.expression(where) + ")",
        parameters,
        null);
  }

  private static Key key(Column column, String method) {
    if ((column.name() == null) == (column.expression() == null)) {
      throw SqlPart.refused("A part of an index is a column's name or an expression");
    }
    boolean ordered = method.equals("btree");
    if (!ordered && (column.sortOrder() != null || column.nullsOrder() != null)) {
      throw SqlPart.refused("Only indexes of method btree have an order");
    }
    String order = word(column.sortOrder(), "ASC", "DESC");
    if (column.opclass() != null && !column.opclass().matches("[A-Za-z0-9_.]+")) {
      throw SqlPart.refused("Not an operator class: " + column.opclass());
    }
    return new Key(
        column.name() != null
            ? SqlPart.name(column.name())
            : "(" + SqlPart.expression(column.expression()) + ")",
        column.opclass(),
        null,
        ordered ? order : null,
        !ordered
            ? null
            : column.nullsOrder() == null
                ? order.equals("DESC") ? "FIRST" : "LAST"
                : word(column.nullsOrder(), "FIRST", "LAST"));
  }

  private static String word(String given, String usual, String other) {
    String word = given == null ? usual : given.toUpperCase(Locale.ROOT);
    if (!word.equals(usual) && !word.equals(other)) {
      throw SqlPart.refused("Should be " + usual + " or " + other + ", not " + given);
    }
    return word;
  }
}
