package dev.epoch.storage.postgres.connection;

import dev.epoch.storage.error.StorageException;
import io.vertx.pgclient.PgException;

/**
 * A statement, or a deferred constraint at COMMIT, broke a constraint. Nothing was changed.
 *
 * <p>What PostgreSQL told is kept, so that whoever knows the rows can say which one it was.
 */
public final class ConstraintFailure extends StorageException {
  /** What the constraint demands, by PostgreSQL's error code. */
  public enum Kind {
    UNIQUE,
    FOREIGN_KEY,
    CHECK,
    NOT_NULL,
    EXCLUSION,
    RESTRICT,
    OTHER
  }

  private final Kind kind;
  private final String schema;
  private final String table;
  private final String column;
  private final String constraint;
  private final String detail;

  ConstraintFailure(PgException error) {
    super(
        error.getDetail() == null
            ? error.getErrorMessage()
            : error.getErrorMessage() + ": " + error.getDetail(),
        null,
        error);
    this.kind = kind(error.getSqlState());
    this.schema = error.getSchema();
    this.table = error.getTable();
    this.column = error.getColumn();
    this.constraint = error.getConstraint();
    this.detail = error.getDetail();
  }

  /** Whether an error code is one of integrity constraints. */
  static boolean isConstraintState(String sqlState) {
    return sqlState.startsWith("23");
  }

  private static Kind kind(String sqlState) {
    return switch (sqlState) {
      case "23505" -> Kind.UNIQUE;
      case "23503" -> Kind.FOREIGN_KEY;
      case "23514" -> Kind.CHECK;
      case "23502" -> Kind.NOT_NULL;
      case "23P01" -> Kind.EXCLUSION;
      case "23001" -> Kind.RESTRICT;
      default -> Kind.OTHER;
    };
  }

  public Kind kind() {
    return kind;
  }

  /** Schema of the table, or null if PostgreSQL did not tell. */
  public String schema() {
    return schema;
  }

  /** Table that the constraint belongs to, or null if PostgreSQL did not tell. */
  public String table() {
    return table;
  }

  /** Column that may not be null, or null for other kinds. */
  String column() {
    return column;
  }

  /** Name of the constraint, or null if it has none. */
  String constraint() {
    return constraint;
  }

  /** PostgreSQL's detail, {@code Key (id)=(1) already exists.}, or null. */
  public String detail() {
    return detail;
  }
}
