package dev.epoch.storage.postgres.connection;

import dev.epoch.storage.error.BadValueException;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.NoPrimaryKeyException;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.PrivilegeException;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.error.QueryTimeoutException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.error.TableNotFoundException;
import io.vertx.core.VertxException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.security.cert.CertificateException;

/** PostgreSQL's error codes in the terms of the storage SPI. */
public final class SqlErrors {
  private SqlErrors() {}

  /** A failure before COMMIT was sent: nothing was changed. */
  public static RuntimeException translate(RuntimeException failure) {
    if (failure instanceof StorageException known) {
      return known;
    }
    PgException error = serverError(failure);
    if (error != null) {
      return translate(error);
    }
    if (isPoolExhausted(failure)) {
      return new BusyException(
          "All connections of the pool are in use", "Try again, or raise pool_size", failure);
    }
    return isConnectionLoss(failure) ? unavailable(failure) : failure;
  }

  private static StorageException translate(PgException error) {
    String state = state(error);
    if (ConstraintFailure.isConstraintState(state)) {
      return new ConstraintFailure(error);
    }
    if (state.startsWith("08") || state.startsWith("28")) {
      return unavailable(error);
    }
    if (state.startsWith("22")) {
      return new BadValueException(message(error), null, error);
    }
    if (isStalePlan(error)) {
      return new BusyException("The shape of a table has changed meanwhile", "Try again", error);
    }
    return switch (state) {
      // lock_timeout, deadlock, serialization failure
      case "55P03", "40P01", "40001" ->
          new BusyException(
              "The database is busy with other transactions: " + message(error),
              "Try again",
              error);
      case "42501" ->
          new PrivilegeException(
              message(error),
              hint(error) == null ? MissingRights.remedy(message(error)) : hint(error),
              error);
      // undefined table, undefined schema
      case "42P01", "3F000" ->
          new TableNotFoundException(message(error), remedyOfMissing(message(error)), error);
      case "57014" ->
          new QueryTimeoutException("The statement was cancelled: " + message(error), null, error);
      // see epoch.ensure_overlay
      case "EP001" -> StorageUnavailableException.untold(message(error), error);
      // see epoch.fill_key_counts
      case "EP002" -> new NoPrimaryKeyException(message(error), hint(error), error);
      // see epoch.require_open_shape
      case "EP003" -> new TableChangedException(message(error), hint(error));
      // shutdown, crash, starting up, database gone, too many connections, idle timeouts
      case "57P01", "57P02", "57P03", "57P04", "57P05", "53300", "25P03", "25P04", "3D000" ->
          unavailable(error);
      case "25006" ->
          new StorageUnavailableException(
              "The database is read-only: " + message(error),
              "Connect to the primary server, not to a standby, and see that"
                  + " default_transaction_read_only is off for the role",
              error);
      case "53100" ->
          new StorageUnavailableException(
              "The database's disk is full: " + message(error),
              "Make room on the database server; nothing was changed",
              error);
      case "53200", "53400", "53000" ->
          new StorageUnavailableException(
              "The database has run out of resources: " + message(error),
              "See the database server's memory and limits; nothing was changed",
              error);
      default -> new StorageException(message(error), hint(error), error);
    };
  }

  /**
   * A failure of COMMIT itself: an error code says that it was rolled back, a broken connection
   * says nothing.
   */
  static RuntimeException translateCommit(RuntimeException failure) {
    PgException error = serverError(failure);
    if (error != null && !state(error).isEmpty() && !endsSession(state(error))) {
      return translate(failure);
    }
    return new OutcomeUnknownException(
        "The connection broke while the transaction was being committed",
        "Ask again for the outcome",
        failure);
  }

  /**
   * The database cannot be reached, or ended the session. What did not come from a database is told
   * by its cause only, for the log: whoever asks must not learn what listens at an address.
   */
  static StorageUnavailableException unavailable(Throwable cause) {
    PgException error = serverError(cause);
    String state = error == null ? "" : state(error);
    if (state.startsWith("28")) {
      return new StorageUnavailableException(
          "The database refuses the login: " + message(error),
          "Check user name, password and pg_hba.conf",
          cause);
    }
    return switch (state) {
      case "3D000" ->
          new StorageUnavailableException(
              message(error), "Create the database, or correct its name", cause);
      case "53300" ->
          new StorageUnavailableException(
              "The database has no connection left: " + message(error),
              "Raise max_connections of the server, or lower pool_size",
              cause);
      case "57P03" ->
          new StorageUnavailableException(
              "The database does not accept connections yet: " + message(error),
              "Wait until it has started or recovered",
              cause);
      default ->
          isUntrusted(cause)
              ? new StorageUnavailableException(
                  "The certificate of the database is not trusted, or is not for this host",
                  "Check ssl_rootcert, and the names in the certificate",
                  cause)
              : new StorageUnavailableException(
                  "The database cannot be reached",
                  "Check host, port and TLS, and that it runs; the log of the Epoch server says more",
                  cause);
    };
  }

  /** Whether the server has shown a certificate that is not accepted. */
  private static boolean isUntrusted(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a statement that the connection keeps prepared does not fit its tables any more: no
   * further use of the connection helps.
   */
  static boolean isStalePlan(Throwable failure) {
    PgException error = serverError(failure);
    return error != null
        && state(error).equals("0A000")
        && "RevalidateCachedQuery".equals(error.getRoutine());
  }

  /**
   * Whether a statement of Epoch's names a column that is not there, or a relation of Epoch's own:
   * it may have been made for what a table was before. Then the table is another by now; else it is
   * an {@link InternalFailure}. What a commit says of a schema is not overtaken, but refused.
   */
  public static boolean isOvertaken(Throwable failure) {
    PgException error = serverError(failure);
    return error != null
        && !(failure instanceof QueryRefusedException)
        && !(failure instanceof InternalFailure)
        && isOfOwnStatement(error)
        && (state(error).equals("42703")
            || state(error).equals("42P01")
                && String.valueOf(error.getErrorMessage()).contains("\"epoch."));
  }

  /**
   * Whether a statement of Epoch's is wrong, or one of its functions, and not code of users that it
   * set off: the server says where in a statement it was, or in which function. An error of a
   * function in C has no place.
   */
  static boolean isOfOwnStatement(PgException error) {
    String where = String.valueOf(error.getWhere());
    return error.getPosition() != null && !error.getPosition().isBlank()
        || where.startsWith("PL/pgSQL function epoch.")
        || where.startsWith("SQL function \"epoch");
  }

  /** The error code, empty if there is none. */
  public static String state(PgException error) {
    return error.getSqlState() == null ? "" : error.getSqlState();
  }

  /** The server's error inside a failure, or null if the server did not say anything. */
  public static PgException serverError(Throwable failure) {
    int depth = 0;
    for (Throwable cause = failure; cause != null && depth < 10; cause = cause.getCause()) {
      if (cause instanceof PgException error) {
        return error;
      }
      depth++;
    }
    return null;
  }

  private static boolean endsSession(String state) {
    return state.startsWith("57P") || state.startsWith("08");
  }

  private static String remedyOfMissing(String message) {
    return message.contains("\"epoch.")
        ? "What Epoch keeps in this database was lost: build it anew, see docs/recovery.md"
        : null;
  }

  private static String message(PgException error) {
    String message = String.valueOf(error.getErrorMessage());
    return error.getDetail() == null ? message : message + " (" + error.getDetail() + ")";
  }

  private static String hint(PgException error) {
    return error.getHint() == null || error.getHint().isBlank() ? null : error.getHint();
  }

  private static boolean isPoolExhausted(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectionPoolTooBusyException || "Timeout".equals(cause.getMessage())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isConnectionLoss(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof IOException
          || cause instanceof VertxException
          || message.startsWith("Connection is not active")) {
        return true;
      }
    }
    return false;
  }
}
