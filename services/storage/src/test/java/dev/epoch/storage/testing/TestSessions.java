package dev.epoch.storage.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Sessions of a database that run one statement after the other, one for each role: a new session
 * costs more than most statements do. What a statement has set is forgotten before the next one.
 */
final class TestSessions implements AutoCloseable {
  /** What a session takes over when it begins. */
  private static final Pattern OF_NEW_SESSIONS =
      Pattern.compile("(?i)\\b(ALTER\\s+(ROLE|USER|DATABASE|SYSTEM)|DROP\\s+ROLE)\\b");

  private final Function<String, Connection> connect;
  private final Map<String, Connection> idle = new HashMap<>();

  TestSessions(Function<String, Connection> connect) {
    this.connect = connect;
  }

  /** A session as new, which the caller closes or {@link #giveBack gives back}. */
  synchronized Connection take(String role) throws SQLException {
    Connection kept = idle.remove(role);
    if (kept != null) {
      try (Statement statement = kept.createStatement()) {
        statement.execute("DISCARD ALL");
        return kept;
      } catch (SQLException ended) {
        kept.close();
      }
    }
    return connect.apply(role);
  }

  /** For the next who asks, unless the statements were about how sessions begin. */
  synchronized void giveBack(String role, Connection connection, String... statements)
      throws SQLException {
    if (List.of(statements).stream().anyMatch(sql -> OF_NEW_SESSIONS.matcher(sql).find())) {
      connection.close();
      close();
      return;
    }
    Connection other = idle.put(role, connection);
    if (other != null) {
      other.close();
    }
  }

  @Override
  public synchronized void close() {
    for (Connection connection : idle.values()) {
      try {
        connection.close();
      } catch (SQLException gone) {
        continue;
      }
    }
    idle.clear();
  }
}
