package dev.epoch.model.schema.object;

import java.util.List;
import java.util.Map;

/**
 * An index that no constraint owns.
 *
 * @param method {@code btree}, {@code gin} ...
 * @param keys columns and expressions in order
 * @param included columns that it carries along
 * @param predicate of a partial index, or null
 * @param parameters {@code fillfactor=70} and the like
 * @param comment or null
 */
public record IndexDefinition(
    String name,
    String method,
    boolean unique,
    boolean nullsNotDistinct,
    List<Key> keys,
    List<String> included,
    String predicate,
    Map<String, String> parameters,
    String comment) {

  /**
   * A part of the key.
   *
   * @param expression a quoted column, or an expression as the database prints it
   * @param operatorClass null for the type's default
   * @param collation null for the column's
   * @param order {@code ASC} or {@code DESC}, null where the method has none
   * @param nulls {@code FIRST} or {@code LAST}, null where the method has none
   */
  public record Key(
      String expression, String operatorClass, String collation, String order, String nulls) {}

  public IndexDefinition {
    keys = List.copyOf(keys);
    included = List.copyOf(included);
    parameters = Map.copyOf(parameters);
  }
}
