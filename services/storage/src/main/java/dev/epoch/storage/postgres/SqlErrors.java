package dev.epoch.storage.postgres;

import dev.epoch.storage.BusyException;
import dev.epoch.storage.OutcomeUnknownException;
import dev.epoch.storage.PrivilegeException;
import dev.epoch.storage.QueryTimeoutException;
import dev.epoch.storage.StorageException;
import dev.epoch.storage.StorageUnavailableException;
import io.vertx.pgclient.PgException;

/** PostgreSQL's error codes in the terms of the storage SPI. */
final class SqlErrors {
  private SqlErrors() {}

  /** A failure before COMMIT was sent: nothing was changed. */
  static RuntimeException translate(RuntimeException failure) {
    if (failure instanceof StorageException known) {
      return known;
    }
    if (!(failure instanceof PgException error)) {
      return isConnectionLoss(failure) ? unavailable(failure) : failure;
    }
    String state = error.getSqlState() == null ? "" : error.getSqlState();
    return switch (state) {
      case "55P03", "40P01", "40001" ->
          new BusyException(
              "The database is busy with other transactions: " + error.getErrorMessage(),
              "Try again",
              error);
      case "42501" ->
          new PrivilegeException(
              error.getErrorMessage(),
              "Grant the role what it needs; see docs/postgresql.md, Privileges",
              error);
      case "57014" ->
          new QueryTimeoutException(
              "The statement was cancelled: " + error.getErrorMessage(), null, error);
      case "57P01", "57P02", "57P03", "53300" -> unavailable(error);
      default ->
          state.startsWith("08")
              ? unavailable(error)
              : new StorageException(error.getErrorMessage(), null, error);
    };
  }

  /**
   * A failure of COMMIT itself: an error code says that it was rolled back, a broken connection
   * says nothing.
   */
  static RuntimeException translateCommit(RuntimeException failure) {
    if (failure instanceof PgException error
        && error.getSqlState() != null
        && !error.getSqlState().startsWith("57P")) {
      return translate(failure);
    }
    return new OutcomeUnknownException(
        "The connection broke while the transaction was being committed",
        "Ask again for the outcome",
        failure);
  }

  static StorageUnavailableException unavailable(Throwable cause) {
    return new StorageUnavailableException(
        "The database cannot be reached: " + cause.getMessage(),
        "Check that it runs and accepts connections",
        cause);
  }

  private static boolean isConnectionLoss(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof java.io.IOException || cause instanceof io.vertx.core.VertxException) {
        return true;
      }
    }
    return false;
  }
}
