package dev.epoch.storage.postgres;

import dev.epoch.storage.TablePath;

/**
 * How to look up the rows of keys: probing indexes key by key, or hashing. Epoch knows the number
 * of keys; the planner guesses it, and a wrong guess reads a table of millions for one row.
 */
enum JoinStrategy {
  /** No keys. */
  NONE(""),
  FEW(
      """
      SET LOCAL enable_hashjoin = off;
      SET LOCAL enable_mergejoin = off;
      SET LOCAL enable_seqscan = off;
      SET LOCAL enable_bitmapscan = off;
      SET LOCAL join_collapse_limit = 1;
      SET LOCAL jit = off;
      SET LOCAL max_parallel_workers_per_gather = 0\
      """),
  MANY(
      """
      SET LOCAL enable_nestloop = off;
      SET LOCAL work_mem = '32MB';
      SET LOCAL join_collapse_limit = 1;
      SET LOCAL jit = off\
      """);

  /** Keys that are always looked up one by one. */
  private static final int ALWAYS_FEW = 2_000;

  /** Most keys that are counted. */
  private static final int BOUND = 200_000;

  /** A row costs so much less in a scan than through an index. */
  private static final int SCAN_ADVANTAGE = 20;

  private final String settings;

  JoinStrategy(String settings) {
    this.settings = settings;
  }

  /** Sets the transaction to follow this strategy. */
  void set(Session session) {
    if (!settings.isEmpty()) {
      session.run(settings);
    }
  }

  /** Finds the strategy for these keys and sets the transaction to follow it. */
  static JoinStrategy choose(Session session, Candidates candidates, TablePath table) {
    String sql =
        "SELECT (%s), (SELECT c.reltuples::float8 FROM pg_class c WHERE c.oid = %s::regclass)"
            .formatted(
                candidates.count(BOUND),
                Quote.literal(Quote.qualified(table.schema(), table.table())));
    JoinStrategy strategy =
        session.first(sql, row -> of(row.getLong(0), row.getDouble(1))).orElseThrow();
    strategy.set(session);
    return strategy;
  }

  private static JoinStrategy of(long keys, double rows) {
    if (keys == 0) {
      return NONE;
    }
    boolean few = keys <= ALWAYS_FEW || keys < BOUND && (rows < 0 || keys < rows / SCAN_ADVANTAGE);
    return few ? FEW : MANY;
  }
}
