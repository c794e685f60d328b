package dev.epoch.model.merge;

import com.fasterxml.jackson.annotation.JsonValue;

/**
 * How a row conflicts. In names of two parts the first is about the <em>source</em> of the merge
 * (theirs), the second about its target (ours), as in the published contract.
 */
public enum ConflictType {
  /** Both sides changed the same fields differently. */
  MODIFY_MODIFY("modify_modify"),
  /** The source changed the row, the target deleted it. */
  MODIFY_DELETE("modify_delete"),
  /** The source deleted the row, the target changed it. */
  DELETE_MODIFY("delete_modify"),
  /** Both sides added a row with this key, and the two differ. */
  ADD_ADD("add_add"),
  /** The merged row breaks a constraint that each side keeps. */
  CONSTRAINT("constraint_violation"),
  /** Both sides changed the same part of the table's schema differently. */
  SCHEMA_SCHEMA("schema_schema"),
  /** A change of the schema on one side takes away what rows of the other side have. */
  SCHEMA_DATA("schema_data"),
  /** One side took a part of the schema away that the other changed, or needs. */
  SCHEMA_DELETE_MODIFY("schema_delete_modify"),
  /** Both sides gave a column another type. */
  TYPE_MISMATCH("type_mismatch");

  private final String wireName;

  ConflictType(String wireName) {
    this.wireName = wireName;
  }

  /** Whether it is about the schema of a table, not about a row. */
  public boolean isSchema() {
    return switch (this) {
      case SCHEMA_SCHEMA, SCHEMA_DATA, SCHEMA_DELETE_MODIFY, TYPE_MISMATCH -> true;
      case MODIFY_MODIFY, MODIFY_DELETE, DELETE_MODIFY, ADD_ADD, CONSTRAINT -> false;
    };
  }

  @JsonValue
  public String wireName() {
    return wireName;
  }

  /**
   * @throws IllegalArgumentException if no type has this name
   */
  public static ConflictType of(String wireName) {
    for (ConflictType type : values()) {
      if (type.wireName.equals(wireName)) {
        return type;
      }
    }
    throw new IllegalArgumentException("no conflict type '" + wireName + "'");
  }
}
