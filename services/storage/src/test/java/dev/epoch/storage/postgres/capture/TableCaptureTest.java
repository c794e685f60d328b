package dev.epoch.storage.postgres.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.OperationId;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.error.TableOwnedException;
import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.postgres.catalog.EpochSchema;
import dev.epoch.storage.postgres.catalog.Layout;
import dev.epoch.storage.postgres.connection.LockRetries;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableCaptureTest {
  private static final TablePath USERS = new TablePath("public", "users");

  /** Everything in the catalogs that Epoch could leave behind. */
  private static final String TRACES =
      """
      SELECT 'schema ' || nspname || ' ' || coalesce(nspacl::text, '') FROM pg_namespace
      WHERE nspname NOT LIKE 'pg\\_t%'
      UNION ALL
      SELECT 'relation ' || oid::regclass || relkind::text || ' ' || coalesce(relacl::text, '')
      FROM pg_class WHERE relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)
      UNION ALL
      SELECT 'function ' || oid::regprocedure FROM pg_proc
      UNION ALL
      SELECT 'trigger ' || tgname || ' on ' || tgrelid::regclass FROM pg_trigger
      UNION ALL
      SELECT 'type ' || oid::regtype FROM pg_type
      WHERE typnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)
      UNION ALL
      SELECT 'constraint ' || conname FROM pg_constraint WHERE connamespace <> 'pg_catalog'::regnamespace
      UNION ALL
      SELECT 'default privileges ' || defaclacl::text FROM pg_default_acl
      UNION ALL
      SELECT 'setting ' || setconfig::text FROM pg_db_role_setting
      ORDER BY 1
      """;

  private static VersionedDatabase start(boolean superuser) {
    VersionedDatabase database =
        superuser ? VersionedDatabase.startAsSuperuser() : VersionedDatabase.startWithoutSchema();
    database
        .sql()
        .execute(
            "CREATE TABLE users (id serial PRIMARY KEY, name text)",
            "CREATE SCHEMA sales",
            "CREATE TABLE sales.users (id integer PRIMARY KEY) PARTITION BY RANGE (id)",
            "CREATE TABLE sales.users_1 PARTITION OF sales.users FOR VALUES FROM (0) TO (10)",
            "INSERT INTO users (name) VALUES ('one')");
    return database;
  }

  private static List<String> traces(VersionedDatabase database) {
    return database.sql().rows(TRACES).stream().map(List::getFirst).toList();
  }

  private static List<String> difference(List<String> before, List<String> after) {
    List<String> difference = new ArrayList<>();
    before.stream()
        .filter(line -> !after.contains(line))
        .map("- "::concat)
        .forEach(difference::add);
    after.stream()
        .filter(line -> !before.contains(line))
        .map("+ "::concat)
        .forEach(difference::add);
    return difference;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void removingLeavesNoTrace(boolean superuser) throws SQLException {
    try (VersionedDatabase database = start(superuser)) {
      // given
      List<String> untouched = traces(database);
      TableHandle first = database.installReal(USERS, "users");
      List<String> withOne = traces(database);
      TableHandle second = database.installReal(new TablePath("sales", "users"), "sales_users");
      BranchHandle branch = database.branch("feature/x", first, second);
      try (Connection connection = database.connect(branch);
          Statement statement = connection.createStatement()) {
        statement.execute("INSERT INTO users (name) VALUES ('two')");
        statement.execute("INSERT INTO sales_users VALUES (3)");
      }
      assertThat(traces(database)).isNotEqualTo(withOne);

      // when: one table
      database.remove(second);
      database.remove(second);
      database.branches.drop(branch);

      // then
      assertThat(difference(withOne, traces(database)))
          .noneMatch(line -> line.contains(second.id()))
          .noneMatch(line -> line.startsWith("+ schema") && line.contains(branch.id()))
          .noneMatch(line -> line.contains("sales.users"));

      // when: all
      database.capture.uninstall();
      database.capture.uninstall();

      // then
      assertThat(difference(untouched, traces(database))).isEmpty();
      assertThat(database.sql().rows("SELECT * FROM users")).containsExactly(List.of("1", "one"));
    }
  }

  @Test
  void uninstallingLeavesWhatOthersKeepInTheSchema() {
    try (VersionedDatabase database = start(false)) {
      // given
      database.installReal(USERS, "users");
      database.sql().execute("CREATE TABLE epoch.events (position bigint)");

      // when
      database.capture.uninstall();

      // then
      assertThat(
              database
                  .sql()
                  .rows("SELECT relname FROM pg_class WHERE relnamespace = 'epoch'::regnamespace"))
          .containsExactly(List.of("events"));
      assertThat(
              database
                  .sql()
                  .value("SELECT count(*) FROM pg_proc WHERE pronamespace = 'epoch'::regnamespace"))
          .isEqualTo("0");
    }
  }

  @Test
  void aTableThatIsGoneCanBeRemoved() {
    try (VersionedDatabase database = start(false)) {
      // given
      TableHandle users = database.installReal(USERS, "users");
      database.sql().execute("DROP TABLE users");

      // when
      database.remove(users);

      // then
      assertThat(database.sql().value("SELECT count(*) FROM epoch.tables")).isEqualTo("0");
    }
  }

  @Test
  void repeatingAnInstallationChangesNothing() {
    try (VersionedDatabase database = start(false)) {
      // given
      TableHandle users = database.handle("t00000000000a", USERS, "users", "id");
      OperationId operation = database.nextOperation();
      database.capture.install(operation, users);
      List<String> installed = traces(database);
      database.sql().execute("UPDATE users SET name = 'changed'");

      // when
      database.capture.install(operation, users);

      // then
      assertThat(difference(installed, traces(database))).isEmpty();
      assertThat(
              database.sql().value("SELECT count(*) FROM epoch." + Layout.of(users).workingSet()))
          .isEqualTo("1");
    }
  }

  @Test
  void aTableHasOneOwner() {
    try (VersionedDatabase database = start(false)) {
      // given
      database.installReal(USERS, "users");
      TableHandle other =
          new TableHandle(
              "other",
              "t00000000000a",
              "people",
              USERS,
              database.handle("x", USERS, "x", "id").schema());

      // when, then
      assertThatThrownBy(() -> database.capture.install(database.nextOperation(), other))
          .isInstanceOf(TableOwnedException.class)
          .hasMessageContaining(VersionedDatabase.REPOSITORY);
    }
  }

  @Test
  void whatCannotBeCapturedIsRefused() {
    try (VersionedDatabase database = start(false)) {
      // given
      TableHandle missing =
          database.handle("t00000000000a", new TablePath("public", "nothing"), "nothing", "id");
      TableHandle reserved = database.handle("t00000000000b", USERS, "users", "epoch_kind");

      // when, then
      assertThatThrownBy(() -> database.capture.install(database.nextOperation(), missing))
          .isInstanceOf(TableNotFoundException.class);
      assertThatThrownBy(() -> database.capture.install(database.nextOperation(), reserved))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("epoch_kind");
    }
  }

  @Test
  void waitsForWritersAndGivesUpInTheEnd() throws SQLException {
    try (VersionedDatabase database = start(false);
        Connection writer = database.sql().connect();
        Statement statement = writer.createStatement()) {
      // given
      TableHandle users = database.handle("t00000000000a", USERS, "users", "id");
      TableCapture impatient =
          new TableCapture(
              database.connections(),
              new LockRetries(Duration.ofMillis(20), Duration.ofMillis(200)));
      writer.setAutoCommit(false);
      statement.execute("UPDATE users SET name = 'before'");

      // when, then
      OperationId operation = database.nextOperation();
      assertThatThrownBy(() -> impatient.install(operation, users))
          .isInstanceOf(BusyException.class);

      // when
      writer.commit();
      impatient.install(operation, users);

      // then: what was written before is in the first state
      assertThat(database.lastCommit(users)).hasSize(1);
    }
  }

  @Test
  void manyServersMayStartAtOnce() throws InterruptedException {
    try (VersionedDatabase database = start(false)) {
      // when
      List<Thread> threads =
          IntStream.range(0, 4)
              .mapToObj(i ->
                  Thread.startVirtualThread(
                      () -> database.connections().writeOnly(EpochSchema::ensure)))
              .toList();
      for (Thread thread : threads) {
        thread.join(Duration.ofSeconds(20));
      }

      // then
      assertThat(database.sql().value("SELECT version FROM epoch.storage_version")).isEqualTo("1");
    }
  }

  @Test
  void anUpgradeMakesTheEventTriggers() {
    try (VersionedDatabase database = start(true)) {
      // given a database as an earlier version left it
      TableHandle users = database.installReal(USERS, "users");
      database.branch("feature/x", users);
      database.sql().rows("SELECT epoch.use_branch('feature/x')");
      database
          .sql()
          .executeAsSuperuser(
              "DROP EVENT TRIGGER epoch_alterations",
              "DROP EVENT TRIGGER epoch_closed_schema",
              "UPDATE epoch.storage_version SET fingerprint = 'old'");

      // when
      database.connections().writeOnly(EpochSchema::ensure);

      // then
      assertThat(
              database
                  .sql()
                  .rows(
                      """
                      SELECT evtname FROM pg_event_trigger
                      WHERE evtname IN ('epoch_alterations', 'epoch_closed_schema')
                      ORDER BY 1
                      """))
          .containsExactly(List.of("epoch_alterations"), List.of("epoch_closed_schema"));
    }
  }

  @Test
  void anOlderSchemaIsBroughtUpToDateAndANewerOneLeft() {
    try (VersionedDatabase database = start(false)) {
      // given
      TableHandle users = database.installReal(USERS, "users");
      BranchHandle branch = database.branch("feature/x", users);
      database.sql().rows("SELECT epoch.use_branch('feature/x')");
      database.sql().rows("SELECT epoch.ensure_overlay(?, ?)", branch.id(), users.id());
      database
          .sql()
          .execute(
              "UPDATE epoch.storage_version SET fingerprint = 'old'",
              "DROP TRIGGER epoch_capture_before_insert ON users",
              "DROP TRIGGER epoch_capture_before_update ON users",
              "DROP TABLE epoch.nested_images",
              "DROP FUNCTION epoch.use_branch",
              "DROP FUNCTION epoch.label CASCADE");

      // when
      database.connections().writeOnly(EpochSchema::ensure);

      // then
      database.sql().rows("SELECT epoch.use_branch('feature/x')");
      database.sql().execute("UPDATE users SET name = 'captured'");
      assertThat(database.lastCommit(users)).containsExactly(List.of("1", "one"));
      assertThat(
              database
                  .sql()
                  .rows(
                      """
                      SELECT tgname FROM pg_trigger
                      WHERE tgrelid = 'users'::regclass AND tgname LIKE '%\\_before\\_%'
                      ORDER BY 1
                      """))
          .containsExactly(
              List.of("epoch_capture_before_delete"),
              List.of("epoch_capture_before_insert"),
              List.of("epoch_capture_before_truncate"),
              List.of("epoch_capture_before_update"));
      assertThat(database.sql().value("SELECT count(*) FROM epoch.nested_images")).isEqualTo("0");

      // given
      database.sql().execute("UPDATE epoch.storage_version SET version = 99, fingerprint = 'new'");

      // when
      database.connections().writeOnly(EpochSchema::ensure);

      // then
      assertThat(database.sql().value("SELECT fingerprint FROM epoch.storage_version"))
          .isEqualTo("new");
    }
  }

  @Test
  void functionsThatAnotherVersionMadeAreDropped() {
    try (VersionedDatabase database = start(false)) {
      // given: a function that only the older version has, one that others need, one of others
      database.installReal(USERS, "users");
      database
          .sql()
          .execute(
              "CREATE FUNCTION epoch.former() RETURNS int LANGUAGE sql AS 'SELECT 1'",
              "CREATE FUNCTION epoch.kept() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'",
              "CREATE TABLE needy (id int DEFAULT epoch.kept())",
              "CREATE FUNCTION epoch.of_others() RETURNS int LANGUAGE sql AS 'SELECT 1'",
              "UPDATE epoch.storage_version SET fingerprint = 'old',"
                  + " functions = functions || '{former,kept}'");

      // when
      database.connections().writeOnly(EpochSchema::ensure);

      // then
      assertThat(foreignFunctions(database)).containsExactly(List.of("kept"), List.of("of_others"));

      // when
      database.sql().execute("DROP FUNCTION epoch.of_others", "DROP TABLE needy");
      database.capture.uninstall();

      // then
      assertThat(database.sql().value("SELECT to_regnamespace('epoch')")).isNull();
    }
  }

  @Test
  void functionsOfACatalogThatDoesNotNameThemAreDropped() {
    try (VersionedDatabase database = start(false)) {
      // given
      database.installReal(USERS, "users");
      database
          .sql()
          .execute(
              "CREATE FUNCTION epoch.is_not_called() RETURNS int LANGUAGE sql AS 'SELECT 1'",
              "ALTER TABLE epoch.storage_version DROP COLUMN functions",
              "UPDATE epoch.storage_version SET fingerprint = 'old'");

      // when
      database.capture.uninstall();

      // then
      assertThat(database.sql().value("SELECT to_regnamespace('epoch')")).isNull();
    }
  }

  private static List<List<String>> foreignFunctions(VersionedDatabase database) {
    return database
        .sql()
        .rows(
            """
            SELECT proname FROM pg_proc
            WHERE pronamespace = 'epoch'::regnamespace AND proname IN ('former', 'kept', 'of_others')
            ORDER BY 1
            """);
  }
}
