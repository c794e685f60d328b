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
 * @param initialDefault canonical text of the value that rows had here when the column was added to
 *     them, null for NULL: what a state from before the column reads; it never changes
 * @param filled true if rows were given values of their own when the column was added to them or
 *     changed its type, as by a default that is another one for each row: what they were before the
 *     next commit is in no record; else null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Column(
    String id,
    String name,
    DataType type,
    boolean nullable,
    String defaultExpression,
    String generatedExpression,
    String identity,
    String initialDefault,
    Boolean filled) {

  public Column {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
  }

  /** A column that rows had null in when it was added to them. */
  public Column(
      String id,
      String name,
      DataType type,
      boolean nullable,
      String defaultExpression,
      String generatedExpression,
      String identity) {
    this(id, name, type, nullable, defaultExpression, generatedExpression, identity, null, null);
  }

  /** Whether rows had values of their own when the column came to be what it is. */
  public boolean wasFilled() {
    return Boolean.TRUE.equals(filled);
  }

  /** The same column under another name. */
  public Column named(String newName) {
    return new Column(
        id,
        newName,
        type,
        nullable,
        defaultExpression,
        generatedExpression,
        identity,
        initialDefault,
        filled);
  }

  /** The same column with another type. */
  public Column withType(DataType newType) {
    return new Column(
        id,
        name,
        newType,
        nullable,
        defaultExpression,
        generatedExpression,
        identity,
        initialDefault,
        filled);
  }

  /** Whether its value is computed by the database from other columns. */
  public boolean generated() {
    return generatedExpression != null;
  }
}
