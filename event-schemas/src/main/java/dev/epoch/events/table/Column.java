package dev.epoch.events.table;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Objects;

/**
 * A column of a table.
 *
 * @param id identity that a rename keeps, unique in the table for ever
 * @param name as the database spells it, unquoted
 * @param type of its values
 * @param nullable whether it may be null
 * @param defaultExpression as the database prints it, or null
 * @param generatedExpression of a stored generated column, or null: such a column cannot be written
 * @param identity {@code always} or {@code by default} for an identity column, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Column(
    String id,
    String name,
    DataType type,
    boolean nullable,
    String defaultExpression,
    String generatedExpression,
    String identity) {

  public Column {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
  }

  /** Whether its value is computed by the database from other columns. */
  public boolean generated() {
    return generatedExpression != null;
  }
}
