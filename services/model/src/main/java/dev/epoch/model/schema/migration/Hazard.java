package dev.epoch.model.schema.migration;

import java.util.Objects;

/**
 * What a statement may do besides what it is for.
 *
 * @param operation {@code DROP COLUMN}
 * @param object that it is about: {@code users.legacy_field}
 * @param description a sentence without a full stop
 */
public record Hazard(Kind kind, Risk risk, String operation, String object, String description) {

  /** What may happen. */
  public enum Kind {
    /** Something is gone that only a backup brings back. */
    DATA_LOSS,
    /** Rows that are there may make it fail. */
    MAY_FAIL,
    /** Writers of a table wait as long as all its rows are read. */
    LOCK,
    /** All rows of a table are written again. */
    REWRITE,
    /** Something is gone that the schema can make again. */
    REMOVAL,
    /** What the dialect has no statement for. */
    UNSUPPORTED
  }

  public Hazard {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(risk, "risk");
  }

  /** Whether it is done on request only: something is taken away for good, or may be. */
  public boolean destructive() {
    return kind == Kind.DATA_LOSS;
  }

  /** Whether it is worth a line before the migration runs. */
  boolean warns() {
    return kind != Kind.LOCK && kind != Kind.REWRITE && (kind != Kind.MAY_FAIL || risk != Risk.LOW);
  }

  /** {@code DROP COLUMN: users.legacy_field (data permanently lost)}. */
  @Override
  public String toString() {
    return operation + ": " + object + " (" + description + ")";
  }
}
