package dev.epoch.model.schema.merge;

import java.util.Locale;

/** Why a merge of schemas cannot decide. */
public enum SchemaConflictType {
  /** Both sides changed the same thing differently, or gave two things one name. */
  SCHEMA_SCHEMA,
  /** One side's schema and rows of the other do not fit: a null where NOT NULL is new. */
  SCHEMA_DATA,
  /** One side took away what the other changed, or needs. */
  DELETE_MODIFY,
  /** Both sides gave a column, or an attribute, another type. */
  TYPE_MISMATCH,
  /** Rows of one side break a constraint of the other. */
  CONSTRAINT_VIOLATION;

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
