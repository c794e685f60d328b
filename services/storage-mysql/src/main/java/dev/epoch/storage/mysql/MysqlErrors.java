package dev.epoch.storage.mysql;

import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.PrivilegeException;
import dev.epoch.storage.error.QueryTimeoutException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.error.TableNotFoundException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;

/** What the server's error numbers mean. */
final class MysqlErrors {
  static final int LOCK_WAIT_TIMEOUT = 1205;
  static final int DEADLOCK = 1213;

  /** A row that the table does not take. */
  private static final Set<Integer> VIOLATIONS =
      Set.of(
          1048, 1062, 1169, 1216, 1217, 1264, 1265, 1292, 1364, 1366, 1406, 1451, 1452, 1557, 1586,
          1644, 1690, 1761, 1762, 3140, 3819, 4025, 4078);

  private static final Set<Integer> ACCESS =
      Set.of(1044, 1045, 1095, 1142, 1143, 1227, 1370, 1410, 1698);

  private MysqlErrors() {}

  static boolean isViolation(SQLException error) {
    return VIOLATIONS.contains(error.getErrorCode());
  }

  static boolean isLockWait(SQLException error) {
    int code = error.getErrorCode();
    return code == LOCK_WAIT_TIMEOUT || code == DEADLOCK || code == 3572;
  }

  /**
   * @param where the server and database, for messages
   * @param doing the statement, or what was done
   */
  static StorageException translate(SQLException error, String where, String doing) {
    // a pool tells what the last attempt to connect ended with
    switch (error.getCause()) {
      case StorageException meant when error instanceof SQLTransientConnectionException -> {
        return meant;
      }
      case SQLException meant when error instanceof SQLTransientConnectionException -> {
        return translate(meant, where, doing);
      }
      case null, default -> {}
    }
    int code = error.getErrorCode();
    String message = error.getMessage();
    if (isLockWait(error)) {
      return new BusyException(
          "Other transactions in " + where + " were in the way for too long",
          "Try again when they have ended",
          error);
    }
    if (isViolation(error)) {
      return new StorageException(message, null, error);
    }
    if (ACCESS.contains(code)) {
      return new PrivilegeException(
          "The user of the storage may not do that in %s: %s".formatted(where, message),
          "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, TRIGGER, CREATE"
              + " TEMPORARY TABLES ON the database TO the user",
          error);
    }
    return switch (code) {
      case 1412, 1615 ->
          new BusyException("A table was altered meanwhile: " + message, "Try again", error);
      case 1419 ->
          new PrivilegeException(
              "The server keeps a binary log, and lets this user make no triggers: " + message,
              "SET GLOBAL log_bin_trust_function_creators = 1, or give the user SUPER",
              error);
      case 1290, 1792, 1836 ->
          new StorageException(
              "The server at %s is read-only: %s".formatted(where, message),
              "Give the storage the address of the primary server",
              error);
      case 1049 ->
          new StorageUnavailableException(
              "There is no database: " + message, "Create it, or correct its name", error);
      case 1051, 1146 ->
          message.contains("epoch_")
              ? new StorageUnavailableException(
                  "What Epoch keeps in %s is gone: %s".formatted(where, message),
                  "Put the database back, or uninstall Epoch and register its tables anew",
                  error)
              : new TableNotFoundException(message, null, error);
      case 1317, 1969, 3024 ->
          new QueryTimeoutException("The statement was cancelled", "Ask for less", error);
      case 1665 ->
          new StorageException(
              "The server's binary log is kept by statements: " + message,
              "SET GLOBAL binlog_format = 'MIXED' or 'ROW'",
              error);
      default -> other(error, where, doing);
    };
  }

  private static StorageException other(SQLException error, String where, String doing) {
    String state = error.getSQLState();
    if (state != null && state.startsWith("08") || error.getErrorCode() == 0) {
      return doing.equals("COMMIT")
          ? new OutcomeUnknownException(
              "The connection to %s broke while a transaction was being committed: %s"
                  .formatted(where, error.getMessage()),
              "Ask again: the outcome is found out",
              error)
          : new StorageUnavailableException(
              "%s cannot be reached: %s".formatted(where, reason(error)),
              "See whether the server runs, and whether host, port, user and TLS are right",
              error);
    }
    return new StorageException(
        "%s refused a statement of Epoch's: %s".formatted(where, error.getMessage()),
        "Report it, with: " + doing,
        error);
  }

  /** The driver's own message is long and says little; its cause says what happened. */
  private static String reason(SQLException error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage();
  }
}
