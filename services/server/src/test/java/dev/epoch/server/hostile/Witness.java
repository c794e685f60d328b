package dev.epoch.server.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.server.DatabasesForTests;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Sees with its own connection whether anything was touched that nobody may touch: the canary (a
 * table, a sequence, a large object), objects outside of Epoch's schemas, roles, settings, locks.
 */
final class Witness implements AutoCloseable {
  private static final String[] CANARY = {
    "DROP TABLE IF EXISTS public.canary",
    "CREATE TABLE public.canary (id integer PRIMARY KEY, note text)",
    "INSERT INTO public.canary VALUES (1, 'alive'), (2, 'still alive')",
    "DROP SEQUENCE IF EXISTS public.canary_numbers",
    "CREATE SEQUENCE public.canary_numbers",
    "SELECT lo_unlink(oid) FROM pg_largeobject_metadata",
    "SELECT lo_from_bytea(4711, 'alive')"
  };

  /** One row for each fact that must stay as it is. */
  private static final String FACTS =
      """
      SELECT 'canary ' || id, note || ' ' || xmin || ' ' || xmax || ' ' || ctid FROM public.canary
      UNION ALL
      SELECT 'sequence', last_value || ' ' || is_called FROM public.canary_numbers
      UNION ALL
      SELECT 'large object ' || m.oid, convert_from(lo_get(m.oid), 'UTF8')
      FROM pg_largeobject_metadata m
      UNION ALL
      SELECT 'file ' || name, 'made by a program' FROM pg_ls_dir('.') AS f (name) WHERE name ~ 'trap'
      UNION ALL
      SELECT 'role ' || rolname, r::text FROM pg_roles r
      UNION ALL
      SELECT 'database ' || datname, datdba || ' ' || datallowconn FROM pg_database
      UNION ALL
      SELECT 'setting of ' || setdatabase || ' ' || setrole, setconfig::text FROM pg_db_role_setting
      UNION ALL
      SELECT 'extension ' || extname, extversion FROM pg_extension
      UNION ALL
      SELECT 'event trigger ' || e.evtname, e.evtevent
      FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid
      WHERE p.pronamespace IS DISTINCT FROM to_regnamespace('epoch')
      UNION ALL
      SELECT 'configuration ' || name, setting FROM pg_file_settings
      UNION ALL
      SELECT 'relation ' || n.nspname || '.' || c.relname, c.relkind::text
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname !~ '^(epoch$|epoch_|pg_)'
      UNION ALL
      SELECT 'schema ' || nspname, nspowner::text FROM pg_namespace WHERE nspname !~ '^(epoch$|epoch_|pg_)'
      UNION ALL
      SELECT 'function ' || p.oid::regprocedure, md5(p.prosrc)
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname !~ '^(epoch$|epoch_|pg_)'
      """;

  private static final String LOCKS =
      "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
          + " WHERE l.locktype = 'advisory' AND l.database ="
          + " (SELECT oid FROM pg_database WHERE datname = current_database())"
          + " AND a.state = 'idle'";

  /** Sessions that are at a user's statement, or wait inside of a transaction. */
  private static final String BUSY =
      "SELECT count(*) FROM pg_stat_activity"
          + " WHERE datname = current_database() AND pid <> pg_backend_pid()"
          + " AND (state LIKE 'idle in transaction%'"
          + " OR state = 'active' AND query ~ '(pg_sleep|traps|generate_series|RECURSIVE)')";

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  private final Connection connection;
  private TreeMap<String, String> before;

  private Witness(Connection connection) {
    this.connection = connection;
  }

  /** Makes the canary, and remembers everything. */
  static Witness start() throws SQLException {
    DatabasesForTests.shop(CANARY);
    Witness witness = new Witness(DatabasesForTests.connect(DatabasesForTests.SHOP));
    witness.remember();
    return witness;
  }

  /** What is there now is what has to stay. */
  void remember() {
    before = facts();
  }

  void requireUntouched() {
    TreeMap<String, String> then = before;
    TreeMap<String, String> now = facts();
    // so that each touch is told once
    before = now;
    Set<String> names = new TreeSet<>(then.keySet());
    names.addAll(now.keySet());
    for (String name : names) {
      assertThat(now.get(name)).as("%s was touched", name).isEqualTo(then.get(name));
    }
    requireSoonZero(LOCKS, "advisory locks of idle sessions");
  }

  /** Nothing of a statement still runs, and no transaction is open. */
  void requireQuiet() {
    requireSoonZero(BUSY, "sessions of statements that were answered");
  }

  /** Sessions end, and are cleaned, a moment after the answer. */
  private void requireSoonZero(String count, String what) {
    Instant end = Instant.now().plus(LONGEST_WAIT);
    long found = number(count);
    while (found > 0 && Instant.now().isBefore(end)) {
      Thread.onSpinWait();
      found = number(count);
    }
    assertThat(found).as(what).isZero();
  }

  private TreeMap<String, String> facts() {
    TreeMap<String, String> facts = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(FACTS)) {
      while (rows.next()) {
        facts.put(rows.getString(1), String.valueOf(rows.getString(2)));
      }
    } catch (SQLException failure) {
      throw new AssertionError("The canary cannot be read: " + failure.getMessage(), failure);
    }
    assertThat(facts).containsKeys("canary 1", "canary 2", "sequence", "large object 4711");
    return facts;
  }

  long number(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  void execute(List<String> statements) {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
