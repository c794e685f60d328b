package dev.epoch.storage.postgres.connection;

import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.error.WriteRefusedException;
import io.vertx.pgclient.PgException;

/** Tells what code of users in the database, that a write of rows has set off, refuses. */
public final class RefusedByTrigger {
  private static final String REMEDY =
      "The function that refuses is the database's own: change the rows so that it accepts them, or"
          + " the function";

  private RefusedByTrigger() {}

  /**
   * What becomes of a failed write of live rows: a {@link WriteRefusedException} with the message,
   * the detail and the place in the function where a trigger or function of the user failed; else
   * what failed, in the terms of the SPI.
   */
  public static RuntimeException of(RuntimeException failure) {
    RuntimeException known = SqlErrors.translate(failure);
    PgException error = SqlErrors.serverError(failure);
    if (error == null
        || known instanceof BusyException
        || known instanceof StorageUnavailableException
        || known instanceof ConstraintFailure
        || !isTold(error)) {
      return known;
    }
    String message = known instanceof StorageException told ? told.getMessage() : message(error);
    return new WriteRefusedException(
        -1,
        message
            + (where(error).isEmpty() ? "" : " (" + where(error).lines().findFirst().get() + ")"),
        hint(error) == null ? REMEDY : hint(error));
  }

  /** Whether a function says so: RAISE, or an error inside of a function that is not Epoch's. */
  private static boolean isTold(PgException error) {
    String state = SqlErrors.state(error);
    if (state.startsWith("P0")) {
      return true;
    }
    boolean trouble =
        state.isEmpty()
            || state.startsWith("53")
            || state.startsWith("57")
            || state.startsWith("58")
            || state.startsWith("XX");
    boolean ofOurStatement = state.startsWith("42") || state.startsWith("54");
    String where = where(error);
    return !trouble
        && (where.isEmpty()
            ? !ofOurStatement || isOfCode(error)
            : !where.startsWith("PL/pgSQL function epoch."));
  }

  /** A function in C that misses something; in a statement it would be told where. */
  private static boolean isOfCode(PgException error) {
    return switch (SqlErrors.state(error)) {
      case "42703", "42P01", "42883", "42704", "42804" -> !SqlErrors.isOfOwnStatement(error);
      default -> false;
    };
  }

  private static String where(PgException error) {
    return error.getWhere() == null ? "" : error.getWhere();
  }

  private static String hint(PgException error) {
    return error.getHint() == null || error.getHint().isBlank() ? null : error.getHint();
  }

  private static String message(PgException error) {
    return String.valueOf(error.getErrorMessage());
  }
}
