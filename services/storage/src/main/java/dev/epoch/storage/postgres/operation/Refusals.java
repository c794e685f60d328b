package dev.epoch.storage.postgres.operation;

import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.PrivilegeException;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.error.QueryTimeoutException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.postgres.connection.InternalFailure;
import dev.epoch.storage.postgres.connection.SqlErrors;
import io.vertx.pgclient.PgException;
import java.util.regex.Pattern;

/** What a step of an operation is refused with that the database refuses. */
final class Refusals {
  private static final Pattern OWN = Pattern.compile("(?:epoch_gone_\\d+|\\bepoch\\.)");

  private Refusals() {}

  /**
   * What may pass by itself stays what it is; a missing right keeps its remedy.
   *
   * @param step what could not be done, for people to read
   * @param remedy where nothing but the database's reason is known
   */
  static RuntimeException of(RuntimeException failure, String step, String remedy) {
    RuntimeException translated = SqlErrors.translate(failure);
    return switch (translated) {
      case BusyException busy -> busy;
      case StorageUnavailableException away -> away;
      case QueryTimeoutException late -> late;
      case PrivilegeException privilege ->
          new PrivilegeException(
              step + ": " + privilege.getMessage(), privilege.remedy(), privilege);
      case StorageException fault when isOfOwnName(fault) -> InternalFailure.of(fault);
      case StorageException refused ->
          new QueryRefusedException(step + ": " + refused.getMessage(), remedy, refused);
      default -> translated;
    };
  }

  /** Whether it misses a column of the layers, or something of Epoch's schema: no user named it. */
  private static boolean isOfOwnName(StorageException failure) {
    PgException error = SqlErrors.serverError(failure);
    return error != null
        && switch (SqlErrors.state(error)) {
          case "42601" -> true;
          case "42703", "42P01", "42883" -> OWN.matcher(failure.getMessage()).find();
          default -> false;
        };
  }
}
