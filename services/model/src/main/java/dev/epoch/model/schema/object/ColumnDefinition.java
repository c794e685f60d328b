package dev.epoch.model.schema.object;

/**
 * A column.
 *
 * @param id identity that a rename keeps; the column's name where nobody has given one
 * @param type as the database prints it, {@code character varying(255)}
 * @param defaultValue or null
 * @param generated expression of a generated column, or null
 * @param identity or null
 * @param collation or null for the type's own
 * @param comment or null
 */
public record ColumnDefinition(
    String id,
    String name,
    String type,
    boolean nullable,
    ColumnDefault defaultValue,
    Generated generated,
    Identity identity,
    String collation,
    String comment) {

  /** The same with another identity. */
  public ColumnDefinition withId(String other) {
    return new ColumnDefinition(
        other, name, type, nullable, defaultValue, generated, identity, collation, comment);
  }

  /** The same where values may be null, or not. */
  public ColumnDefinition withNullable(boolean other) {
    return new ColumnDefinition(
        id, name, type, other, defaultValue, generated, identity, collation, comment);
  }

  /** The same as another identity column. */
  public ColumnDefinition withIdentity(Identity other) {
    return new ColumnDefinition(
        id, name, type, nullable, defaultValue, generated, other, collation, comment);
  }

  /** The same with another comment, or with none. */
  public ColumnDefinition withComment(String other) {
    return new ColumnDefinition(
        id, name, type, nullable, defaultValue, generated, identity, collation, other);
  }

  /**
   * A default.
   *
   * @param expression as the database prints it
   * @param kind where the value comes from
   * @param deterministic whether it gives every row the same value
   */
  public record ColumnDefault(String expression, DefaultKind kind, boolean deterministic) {}

  /** Where a default's value comes from. */
  public enum DefaultKind {
    LITERAL,
    SEQUENCE,
    CURRENT_TIME,
    FUNCTION,
    EXPRESSION
  }

  /** A column that the database computes; stored, or computed when it is read. */
  public record Generated(String expression, boolean stored) {}

  /** An identity column and the sequence behind it; {@code always} or by default. */
  public record Identity(boolean always, SequenceOptions sequence) {}
}
