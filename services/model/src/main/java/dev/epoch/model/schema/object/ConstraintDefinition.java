package dev.epoch.model.schema.object;

import java.util.List;

/**
 * A constraint.
 *
 * @param definition as the database prints it, {@code CHECK ((total >= 0))}; without {@code NOT
 *     VALID}, which {@code validated} tells
 * @param columns it is about, in its order
 * @param references of a foreign key, else null
 * @param nullsNotDistinct of a unique constraint: two nulls are the same
 * @param initiallyDeferred whether a transaction checks it at its end unless it asks otherwise
 * @param validated whether all rows were checked
 * @param comment or null
 */
public record ConstraintDefinition(
    String name,
    Kind kind,
    String definition,
    List<String> columns,
    Reference references,
    boolean nullsNotDistinct,
    boolean deferrable,
    boolean initiallyDeferred,
    boolean validated,
    String comment) {

  /** What a constraint demands. */
  public enum Kind {
    PRIMARY_KEY,
    UNIQUE,
    CHECK,
    EXCLUSION,
    FOREIGN_KEY
  }

  /** What a foreign key points to; actions and match as SQL names them: {@code SET NULL}. */
  public record Reference(
      ObjectName table, List<String> columns, String onDelete, String onUpdate, String match) {
    public Reference {
      columns = List.copyOf(columns);
    }
  }

  public ConstraintDefinition {
    columns = List.copyOf(columns);
  }
}
