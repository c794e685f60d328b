package dev.epoch.storage.mysql;

import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.relational.Access;
import dev.epoch.storage.relational.CapturedTable;
import dev.epoch.storage.relational.Dialect;
import dev.epoch.storage.relational.LiveColumn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;

/**
 * How MySQL and MariaDB spell what layers need.
 *
 * <pre>
 *   reads           REPEATABLE READ, one snapshot; locks nothing
 *   writes layers   READ COMMITTED, so that what is only read is not locked; one at a time, by a named lock
 *   writes live     the same behind the gate: a row that the capture's triggers share and these take alone,
 *                   so that all transactions that had written a captured table have ended, and none begins
 * </pre>
 *
 * Epoch waits for the gate while it holds nothing, and behind it waits for no row: the server then
 * never has to end an application's transaction to resolve a deadlock with Epoch.
 */
final class MysqlDialect implements Dialect {
  static final String GATE = "epoch_gate";

  private static final String NOTES =
      " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT=DYNAMIC";

  /** Milliseconds between two looks at the gate. */
  private static final int PAUSE = 40;

  /** Of so many looks at the gate one waits. */
  private static final int LOOKS = 60;

  private static final String UNLOCK = "DO RELEASE_ALL_LOCKS()";

  private final String where;
  private final Duration patience;

  /**
   * @param where the server and database, for messages
   * @param patience so long Epoch waits for transactions of applications
   */
  MysqlDialect(String where, Duration patience) {
    this.where = where;
    this.patience = patience;
  }

  static String quoted(String name) {
    return '`' + name.replace("`", "``") + '`';
  }

  @Override
  public String quote(String name) {
    return quoted(name);
  }

  // ---- transactions

  @Override
  public Duration patience() {
    return patience;
  }

  @Override
  public void begin(Connection connection, Access access) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (access == Access.READ) {
        statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        statement.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
        return;
      }
      lockWriters(statement);
      if (access == Access.LAYERS) {
        start(statement);
        return;
      }
      boolean passed = false;
      try {
        passGate(connection, statement);
        passed = true;
      } finally {
        if (!passed) {
          statement.execute(UNLOCK);
        }
      }
    }
  }

  private static void start(Statement statement) throws SQLException {
    statement.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
    statement.execute("START TRANSACTION");
  }

  private void lockWriters(Statement statement) throws SQLException {
    String lock =
        "SELECT GET_LOCK(CONCAT('epoch:', SHA1(DATABASE())), %d)".formatted(patience.toSeconds());
    try (ResultSet row = statement.executeQuery(lock)) {
      row.next();
      if (row.getInt(1) != 1) {
        throw new BusyException(
            "Another operation of Epoch's in " + where + " took too long", "Try again");
      }
    }
  }

  /**
   * Waits a second at first, which is behind all short transactions. While a long one is open,
   * writers would wait behind Epoch: it looks again without waiting, most times.
   */
  private void passGate(Connection connection, Statement statement) throws SQLException {
    long deadline = System.nanoTime() + patience.toNanos();
    for (int attempt = 0; ; attempt++) {
      start(statement);
      String look = "SELECT id FROM " + GATE + " WHERE id = 1 FOR UPDATE";
      try (ResultSet row = statement.executeQuery(attempt % LOOKS == 0 ? look : look + " NOWAIT")) {
        row.next();
        statement.execute(
            "SET SESSION innodb_lock_wait_timeout = " + Flavour.of(connection).leastLockWait());
        return;
      } catch (SQLException e) {
        statement.execute("ROLLBACK");
        if (!MysqlErrors.isLockWait(e)) {
          throw e;
        }
        if (System.nanoTime() > deadline) {
          throw new BusyException(
              "Transactions of applications in %s that write versioned tables did not end for %d seconds"
                  .formatted(where, patience.toSeconds()),
              "Try again when they have ended (SHOW PROCESSLIST, information_schema.innodb_trx)",
              e);
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE / 2 + ThreadLocalRandom.current().nextInt(PAUSE));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BusyException("The operation was interrupted", "Try again", e);
    }
  }

  @Override
  public void end(Connection connection, Access access) throws SQLException {
    if (access == Access.READ) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      if (access == Access.LIVE) {
        statement.execute("SET SESSION innodb_lock_wait_timeout = 1");
      }
      statement.execute(UNLOCK);
    }
  }

  @Override
  public boolean definesInTransactions() {
    return false;
  }

  @Override
  public boolean capturesBeginnings() {
    return false;
  }

  @Override
  public boolean changesWhatItReads() {
    return false;
  }

  // ---- values

  @Override
  public String same(String left, String right, DataType type) {
    return "(" + exact(left, type) + " <=> " + exact(right, type) + ")";
  }

  /** Texts as their bytes: no collation, no padding. */
  private static String exact(String value, DataType type) {
    return MysqlTypes.isText(type) ? "CAST(CONVERT(" + value + " USING utf8mb4) AS BINARY)" : value;
  }

  /**
   * Floats as doubles, since six digits are printed of them; texts of one collation, since a UNION
   * takes no two; enums as texts, not as numbers.
   */
  @Override
  public String selected(String value, DataType type, boolean key) {
    if (type.kind() == Kind.FLOAT && MysqlTypes.isSingle(type)) {
      return "(" + value + " + 0E0)";
    }
    return MysqlTypes.isText(type) && !key ? text(value) : keyed(value, type);
  }

  @Override
  public String keyed(String value, DataType type) {
    return type.kind() == Kind.ENUM ? text(value) : value;
  }

  private static String text(String value) {
    return "(CONVERT(" + value + " USING utf8mb4) COLLATE utf8mb4_bin)";
  }

  // ---- layer tables

  @Override
  public String layerType(LiveColumn column, boolean key) {
    return key ? keyType(column) : MysqlTypes.layer(column.type(), column.declared());
  }

  private static String keyType(LiveColumn column) {
    if (column.type().kind() == Kind.ENUM) {
      return "VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL";
    }
    String charset =
        column.collation() == null
            ? ""
            : " CHARACTER SET %s COLLATE %s"
                .formatted(
                    column.collation().replaceFirst("_.*", "").replaceFirst("^uca1400$", "utf8mb4"),
                    column.collation());
    return column.declared().replace(" zerofill", "") + charset + " NOT NULL";
  }

  @Override
  public String widened(String type, LiveColumn now, boolean key) {
    String other = layerType(now, key);
    return key ? other : MysqlTypes.wider(type, other);
  }

  @Override
  public String clusteredTable() {
    return NOTES;
  }

  @Override
  public String noteTable() {
    return NOTES;
  }

  @Override
  public String longText() {
    return "LONGTEXT";
  }

  @Override
  public Map<String, List<String>> ownTables() {
    return Map.of(
        GATE,
        List.of(
            "CREATE TABLE IF NOT EXISTS " + GATE + " (id INTEGER NOT NULL PRIMARY KEY)" + NOTES,
            "INSERT IGNORE INTO " + GATE + " (id) VALUES (1)"));
  }

  @Override
  public String temporaryKeys(String name, List<String> columns) {
    return "CREATE TEMPORARY TABLE %s (n BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, %s)%s"
        .formatted(name, String.join(", ", columns), NOTES);
  }

  @Override
  public String dropTemporary(String name) {
    return "DROP TEMPORARY TABLE IF EXISTS " + name;
  }

  @Override
  public void stream(PreparedStatement query) throws SQLException {
    query.setFetchSize(Integer.MIN_VALUE);
  }

  @Override
  public String orderedJoin() {
    return "STRAIGHT_JOIN";
  }

  @Override
  public String limit(long rows) {
    return " LIMIT " + rows;
  }

  @Override
  public Optional<BiFunction<DataType, Boolean, String>> madeTypes() {
    return Optional.of(MysqlTypes::made);
  }

  // ---- capture

  @Override
  public List<String> capture(Connection connection, CapturedTable table) throws SQLException {
    return MysqlCapture.of(connection, table).statements(connection);
  }

  @Override
  public List<String> uncapture(Connection connection, TablePath path, int number)
      throws SQLException {
    return MysqlCapture.drops(connection, number);
  }

  // ---- errors

  @Override
  public boolean isViolation(SQLException error) {
    return MysqlErrors.isViolation(error);
  }

  @Override
  public StorageException translate(SQLException error, String doing) {
    return MysqlErrors.translate(error, where, doing);
  }
}
