package dev.epoch.storage.postgres.state;

import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import io.vertx.mutiny.sqlclient.Row;

/**
 * How to look up the rows of keys: probing indexes key by key, or hashing. Epoch knows the number
 * of keys; the planner guesses it, and a wrong guess reads a table of millions for one row.
 */
public enum JoinStrategy {
  /** No keys. */
  NONE(""),
  FEW(
      """
      SET LOCAL enable_nestloop = on;
      SET LOCAL enable_hashjoin = off;
      SET LOCAL enable_mergejoin = off;
      SET LOCAL enable_seqscan = off;
      SET LOCAL enable_bitmapscan = off;
      SET LOCAL max_parallel_workers_per_gather = 0;
      SET LOCAL join_collapse_limit = 1;
      SET LOCAL jit = off
      """),
  MANY(
      """
      SET LOCAL enable_nestloop = off;
      SET LOCAL enable_hashjoin = on;
      SET LOCAL enable_mergejoin = on;
      SET LOCAL enable_seqscan = on;
      SET LOCAL enable_bitmapscan = on;
      SET LOCAL work_mem = '32MB';
      SET LOCAL join_collapse_limit = 1;
      SET LOCAL jit = off
      """),
  /** What the planner does by itself: for statements that applications' triggers take part in. */
  PLANNER(
      """
      SET LOCAL enable_nestloop = DEFAULT;
      SET LOCAL enable_hashjoin = DEFAULT;
      SET LOCAL enable_mergejoin = DEFAULT;
      SET LOCAL enable_seqscan = DEFAULT;
      SET LOCAL enable_bitmapscan = DEFAULT;
      SET LOCAL max_parallel_workers_per_gather = DEFAULT;
      SET LOCAL plan_cache_mode = DEFAULT;
      SET LOCAL work_mem = DEFAULT;
      SET LOCAL join_collapse_limit = DEFAULT;
      SET LOCAL jit = DEFAULT
      """);

  /** Keys that are always looked up one by one. */
  private static final int ALWAYS_FEW = 2_000;

  /** Most keys that are counted. */
  private static final int BOUND = 200_000;

  /** A row costs so much less in a scan than through an index. */
  private static final int SCAN_ADVANTAGE = 20;

  /**
   * Most columns of a table whose rows are hashed. What a hash join puts into a file is a row of
   * all the columns joined so far, and PostgreSQL makes no row of more than 1,664: three states of
   * a table on branches are those of up to seven relations.
   */
  static final int MOST_HASHED_COLUMNS = 1_664 / 7;

  private final String settings;

  JoinStrategy(String settings) {
    this.settings = settings;
  }

  /** A statement that is planned and cached apart from that of other strategies. */
  String mark(String sql) {
    return sql + "\n-- " + name();
  }

  /** Sets the transaction to follow this strategy. */
  public void set(Session session) {
    if (!settings.isEmpty()) {
      session.run(settings);
    }
  }

  /** How many keys there are, at most {@value #BOUND}, and how to look them up. */
  record Choice(JoinStrategy strategy, long keys) {
    /** The statements that make the transaction follow it; empty for none. */
    String settings() {
      return strategy.settings;
    }
  }

  /** Finds the strategy for these keys and sets the transaction to follow it. */
  public static JoinStrategy choose(Session session, Candidates candidates, TablePath table) {
    return choose(session, candidates, Quote.qualified(table.schema(), table.table()));
  }

  /** The same for a table given by its quoted name. */
  public static JoinStrategy choose(Session session, Candidates candidates, String table) {
    JoinStrategy strategy = count(session, candidates, table).strategy();
    strategy.set(session);
    return strategy;
  }

  /** The same for so many keys of a table given by its quoted name. */
  public static JoinStrategy choose(Session session, long keys, String table) {
    Row known =
        session
            .script(
                "SELECT c.reltuples::float8, c.relnatts::integer FROM pg_class c WHERE c.oid = %s::regclass"
                    .formatted(Quote.literal(table)))
            .iterator()
            .next();
    JoinStrategy strategy = of(keys, known.getDouble(0), known.getInteger(1));
    strategy.set(session);
    return strategy;
  }

  /** Finds the strategy and leaves the transaction as it is. */
  static Choice count(Session session, Candidates candidates, String table) {
    // positions make it another statement each time: nothing to prepare
    Row counted =
        session
            .script(
                "SELECT (%s), c.reltuples::float8, c.relnatts::integer FROM pg_class c WHERE c.oid = %s::regclass"
                    .formatted(candidates.count(BOUND), Quote.literal(table)))
            .iterator()
            .next();
    long keys = counted.getLong(0);
    return new Choice(of(keys, counted.getDouble(1), counted.getInteger(2)), keys);
  }

  private static JoinStrategy of(long keys, double rows, int columns) {
    if (keys == 0) {
      return NONE;
    }
    boolean few = keys <= ALWAYS_FEW || keys < BOUND && (rows < 0 || keys < rows / SCAN_ADVANTAGE);
    return few || columns > MOST_HASHED_COLUMNS ? FEW : MANY;
  }
}
