package dev.epoch.storage.postgres.record;

import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.postgres.connection.Session;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * What is derived from the catalogs for writing a table on a branch, kept as long as the table has
 * the same shape: deriving it costs tens of milliseconds, looking whether it still holds a fraction
 * of one.
 *
 * @param <T> what is kept, immutable
 */
final class ShapeCache<T> {
  private static final int MOST_ENTRIES = 1_000;

  /**
   * Everything that the kept texts depend on: where the table is, the catalog rows of its columns,
   * its indexes, and where the branch sees it. Not in it is what changes with each commit, such as
   * the head that SQL is told, nor what is long and follows from the rest. Operators of types are
   * not in it: those of a type that has rows stay.
   */
  private static final String SHAPE =
      """
      SELECT pg_catalog.concat_ws('|',
        ROW(t.repository, t.name, t.schema_name, t.table_name, t.label, t.view_name, t.columns, t.key_columns,
          t.last_column, t.key_counted, t.append_only, t.home_schema, t.home_branch, t.settled_at, t.live_oid,
          t.file_nodes)::text,
        ROW(b.name, b.label, b.is_default, b.dropped, b.changed_schema, b.base_schema, b.told_at,
          b.privileges_seen)::text,
        p::text, c.oid,
        (
          SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.attnum, a.xmin), ',' ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute AS a
          WHERE a.attrelid = c.oid AND a.attnum > 0
        ),
        (
          SELECT pg_catalog.string_agg(
            pg_catalog.concat_ws(' ', i.indexrelid, i.indisvalid, i.indexrelid::pg_catalog.regclass), ',' ORDER BY i.indexrelid)
          FROM pg_catalog.pg_index AS i
          WHERE i.indrelid = c.oid
        ))
      FROM epoch.tables AS t
      JOIN LATERAL (
        SELECT pg_catalog.to_regclass(pg_catalog.format('%I.%I', t.schema_name, t.table_name))::pg_catalog.oid AS oid
      ) AS c ON c.oid IS NOT NULL
      LEFT JOIN epoch.branches AS b ON b.branch_id = $2
      LEFT JOIN epoch.branch_tables AS p ON p.branch_id = $2 AND p.table_id = $1
      WHERE t.table_id = $1\
      """;

  private record Key(String tableId, String branchId) {}

  private record Known<T>(String shape, T value) {}

  private final Map<Key, Known<T>> entries =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Known<T>> eldest) {
          return size() > MOST_ENTRIES;
        }
      };

  /**
   * What is known is assumed to hold still: see {@link Session#assume}.
   *
   * @param branchId null for the live table
   * @param prepare what has to be done before anything is derived; to refuse a table that does not
   *     fit any more is its task
   * @param derive asks the catalogs, in the session's transaction
   */
  T get(Session session, String tableId, String branchId, Runnable prepare, Supplier<T> derive) {
    Optional<T> known = assumed(session, tableId, branchId, (_, _) -> {});
    if (known.isPresent()) {
      return known.get();
    }
    Key key = new Key(tableId, branchId);
    prepare.run();
    // asked before it is derived: what changes in between shows the next time
    Known<T> derived = new Known<>(shape(session, key), derive.get());
    synchronized (entries) {
      entries.put(key, derived);
    }
    return derived.value();
  }

  /** Whether anything is kept of the table on the branch. */
  boolean isKnown(String tableId, String branchId) {
    return known(new Key(tableId, branchId)) != null;
  }

  /**
   * What is kept of the table on the branch, if anything is; assumed to hold still as it is asked
   * about behind the lock.
   *
   * @param lock sends what keeps it as it is, and is not waited for
   */
  Optional<T> assumed(
      Session session, String tableId, String branchId, BiConsumer<Session, T> lock) {
    Key key = new Key(tableId, branchId);
    Known<T> known = known(key);
    if (known == null) {
      return Optional.empty();
    }
    lock.accept(session, known.value());
    Supplier<String> now = askShape(session, key);
    session.assumeAnswer(now, shape -> requireShape(key, known, shape), () -> forget(key, known));
    return Optional.of(known.value());
  }

  /** What is kept of tables on the branch is not assumed any more. */
  void forget(String branchId) {
    synchronized (entries) {
      entries.keySet().removeIf(key -> branchId.equals(key.branchId()));
    }
  }

  private Known<T> known(Key key) {
    synchronized (entries) {
      return entries.get(key);
    }
  }

  private void forget(Key key, Known<T> known) {
    synchronized (entries) {
      entries.remove(key, known);
    }
  }

  private void requireShape(Key key, Known<T> known, String now) {
    if (!known.shape().equals(now)) {
      forget(key, known);
      throw new BusyException("The shape of a table has changed meanwhile", "Try again", null);
    }
  }

  private static String shape(Session session, Key key) {
    return session.first(SHAPE, row -> row.getString(0), key.tableId(), key.branchId()).orElse("");
  }

  private static Supplier<String> askShape(Session session, Key key) {
    Supplier<List<String>> shape =
        session.askAside(SHAPE, row -> row.getString(0), key.tableId(), key.branchId());
    return () -> shape.get().stream().findFirst().orElse("");
  }
}
