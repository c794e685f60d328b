package dev.epoch.projections;

import io.vertx.core.VertxException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;

/**
 * Failures of a transaction that say something of the database at that moment, and nothing of the
 * event: a connection that was lost, a server that stops (this one too), a lock that was not to be
 * had.
 */
final class PassingFailures {
  /**
   * SQLSTATE classes: connection, transaction rolled back, resources, object not in the needed
   * state, intervention of an operator.
   */
  private static final Set<String> CLASSES = Set.of("08", "40", "53", "55", "57");

  private PassingFailures() {}

  static boolean passing(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof PgException answer) {
        return isOfClasses(answer.getSqlState());
      }
      if (cause instanceof SQLException answer) {
        return isOfClasses(answer.getSQLState());
      }
      if (cause instanceof ClosedConnectionException
          || cause instanceof VertxException
          || cause instanceof NoStackTraceThrowable
          || cause instanceof InterruptedException
          || cause instanceof IOException) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOfClasses(String state) {
    return state != null && state.length() == 5 && CLASSES.contains(state.substring(0, 2));
  }
}
