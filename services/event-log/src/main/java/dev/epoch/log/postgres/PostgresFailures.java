package dev.epoch.log.postgres;

import io.vertx.pgclient.PgException;
import java.util.Set;

/** What a failure of a statement tells about the connection and the data. */
final class PostgresFailures {
  /** SQLSTATE classes that say that this data cannot be stored: data, constraints, limits. */
  private static final Set<String> DATA_CLASSES = Set.of("22", "23", "54");

  /** Resources, locks, intervention of an operator. */
  private static final Set<String> PASSING_CLASSES = Set.of("53", "55", "57");

  /** The server closes the connection because its transaction was idle or took too long. */
  private static final Set<String> CLOSING = Set.of("25P03", "25P04");

  private PostgresFailures() {}

  /**
   * Whether the connection is gone or the server is going. Then nothing is known about a commit
   * that was sent, and a fresh connection may do better.
   */
  static boolean connectionLost(Throwable failure) {
    return switch (state(failure)) {
      case null -> true;
      case String state when CLOSING.contains(state) -> true;
      case String state -> state.startsWith("08") || state.startsWith("57P");
    };
  }

  /**
   * Whether a reader may succeed later: a lost connection, or a server that is short of something.
   */
  static boolean passing(Throwable failure) {
    String state = state(failure);
    return state == null
        ? !isDefect(failure)
        : connectionLost(failure) || PASSING_CLASSES.contains(state.substring(0, 2));
  }

  /** Whether the log, or the table of somebody in the transaction, holds this key already. */
  static boolean notUnique(Throwable failure) {
    return "23505".equals(state(failure));
  }

  private static boolean isDefect(Throwable failure) {
    return failure instanceof IllegalStateException
        || failure instanceof IllegalArgumentException
        || failure instanceof NullPointerException
        || failure instanceof ClassCastException;
  }

  private static String state(Throwable failure) {
    return failure instanceof PgException answer ? answer.getSqlState() : null;
  }

  /** Whether one append of a batch, rather than the server, is to blame. */
  static boolean dataRefused(Throwable failure) {
    String state = state(failure);
    return state != null && DATA_CLASSES.contains(state.substring(0, 2));
  }
}
