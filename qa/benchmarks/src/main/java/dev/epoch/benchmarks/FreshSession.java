package dev.epoch.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.concurrent.Callable;

/**
 * A short statement in a session that is opened anew for each block of statements. How fast a
 * session and its client wake each other is a matter of luck and lasts as long as the session: with
 * one session for all blocks, luck would decide the ratio of two operations of a few microseconds.
 */
public final class FreshSession implements Operation, AutoCloseable {

  /** What is measured. */
  @FunctionalInterface
  public interface Use {
    /** Runs the statement. */
    void run(PreparedStatement statement) throws Exception;
  }

  private final Callable<Connection> sessions;
  private final String sql;
  private final int block;
  private final Use use;
  private Connection session;
  private PreparedStatement statement;
  private int left;

  /**
   * Opens no session yet.
   *
   * @param sessions opens one
   * @param sql of the statement, which is prepared on the server
   * @param block number of statements in each session
   * @param use runs it
   */
  public FreshSession(Callable<Connection> sessions, String sql, int block, Use use) {
    this.sessions = sessions;
    this.sql = sql;
    this.block = block;
    this.use = use;
  }

  @Override
  public void prepare() throws Exception {
    if (left == 0) {
      close();
      session = sessions.call();
      statement = Sql.prepare(session, sql);
      left = block;
    }
    left--;
  }

  @Override
  public void run() throws Exception {
    use.run(statement);
  }

  @Override
  public void close() throws Exception {
    if (session != null) {
      session.close();
    }
  }
}
