package dev.epoch.storage.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.epoch.model.row.RowStream;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.postgres.PostgresTest;
import dev.epoch.storage.testing.StoragePostgres;
import io.vertx.sqlclient.PoolOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseTest {
  private static PostgresTest postgres;

  @BeforeAll
  static void start() {
    postgres = new PostgresTest();
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  @BeforeEach
  void tables() {
    postgres.sql.execute(
        "DROP TABLE IF EXISTS child, parent",
        "CREATE TABLE parent (id integer PRIMARY KEY, n integer NOT NULL CHECK (n > 0))",
        """
        CREATE TABLE child (
          id integer PRIMARY KEY,
          parent integer REFERENCES parent DEFERRABLE INITIALLY DEFERRED
        )
        """);
  }

  @Test
  void aFailureThatTheBodySwallowsIsNoCommit() {
    // when
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() ->
            postgres.database.writeOnly(session -> {
              session.execute("INSERT INTO public.parent VALUES (1, 1)");
              try {
                session.execute("SELECT 1 / 0");
              } catch (RuntimeException ignored) {
                // the body believes that all is well
              }
            }));

    // then
    assertThat(postgres.sql.value("SELECT count(*) FROM parent")).isEqualTo("0");
    assertThat(oneByDatabase()).isEqualTo(1);
  }

  @Test
  void constraintFailuresSayWhatPostgresqlSaid() {
    for (var expected :
        List.of(
            new Object[] {
              "INSERT INTO public.parent VALUES (1, 1), (1, 1)",
              ConstraintFailure.Kind.UNIQUE,
              "parent_pkey"
            },
            new Object[] {
              "INSERT INTO public.parent VALUES (1, 0)",
              ConstraintFailure.Kind.CHECK,
              "parent_n_check"
            },
            new Object[] {
              "INSERT INTO public.child VALUES (1, 7)",
              ConstraintFailure.Kind.FOREIGN_KEY,
              "child_parent_fkey"
            })) {
      ConstraintFailure failure =
          catchThrowableOfType(
              ConstraintFailure.class,
              () -> postgres.database.write(session -> session.execute((String) expected[0])));
      assertThat(failure.kind()).isEqualTo(expected[1]);
      assertThat(failure.constraint()).isEqualTo(expected[2]);
      assertThat(failure.schema()).isEqualTo("public");
      assertThat(failure.detail()).isNotBlank();
    }
    ConstraintFailure failure =
        catchThrowableOfType(
            ConstraintFailure.class,
            () ->
                postgres.database.write(
                    session -> session.execute("INSERT INTO public.parent VALUES (1, NULL)")));
    assertThat(failure.kind()).isEqualTo(ConstraintFailure.Kind.NOT_NULL);
    assertThat(failure.column()).isEqualTo("n");
  }

  @Test
  void aPlanThatDoesNotFitAnyMoreIsMadeAgain() {
    for (String type : List.of("integer", "text", "numeric", "text")) {
      postgres.sql.execute("ALTER TABLE parent DROP COLUMN n, ADD COLUMN n " + type);
      for (int i = 0; i < 6; i++) {
        int count =
            postgres.database.read(
                session -> session.list("SELECT n FROM public.parent", row -> row).size());
        assertThat(count).isZero();
      }
      try (RowStream<Object> rows =
          postgres.database.stream("SELECT n FROM public.parent", List.of(), row -> row)) {
        assertThat(rows.hasNext()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, Session.PAGE - 1, Session.PAGE, Session.PAGE + 1, 2 * Session.PAGE, 9_999})
  void streamsEndWhereTheirRowsDo(int rows) {
    try (RowStream<Integer> stream =
        postgres.database.stream(
            "SELECT n FROM generate_series(1, $1::integer) AS n",
            List.of(rows),
            row -> row.getInteger(0))) {
      int next = 0;
      while (stream.hasNext()) {
        assertThat(stream.next()).isEqualTo(++next);
      }
      assertThat(next).isEqualTo(rows);
    }
  }

  @Test
  void aStreamThatIsClosedEarlyLeavesNothingBehind() {
    // the page ahead fails: nobody has asked for it
    String failing = "SELECT 1 / ($1::integer - n) FROM generate_series(1, 9999) AS n";
    for (int i = 0; i < 30; i++) {
      try (RowStream<Integer> stream =
          postgres.database.stream(failing, List.of(Session.PAGE + 1), row -> row.getInteger(0))) {
        assertThat(stream.next()).isZero();
      }
    }
    assertThat(oneByDatabase()).isEqualTo(1);
    try (RowStream<Integer> stream =
        postgres.database.stream(failing, List.of(Session.PAGE + 1), row -> row.getInteger(0))) {
      assertThatExceptionOfType(StorageException.class)
          .isThrownBy(() -> stream.forEachRemaining(_ -> {}));
    }
  }

  @Test
  void locksThatCannotBeHadAreBusy() throws SQLException {
    try (Connection other = postgres.sql.connect()) {
      other.setAutoCommit(false);
      other.createStatement().execute("LOCK TABLE parent IN ACCESS EXCLUSIVE MODE");
      assertThatExceptionOfType(BusyException.class)
          .isThrownBy(() ->
              postgres.database.writeOnly(session -> {
                session.run("SET LOCAL lock_timeout = '20ms'");
                session.execute("INSERT INTO public.parent VALUES (1, 1)");
              }));
    }
    assertThat(oneByDatabase()).isEqualTo(1);
  }

  @Test
  void aSessionThatIsEndedIsUnavailableBeforeCommitAndUnknownInIt() {
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() ->
            postgres.database.writeOnly(
                session -> session.execute("SELECT pg_terminate_backend(pg_backend_pid())")));
    postgres.sql.execute(
        """
        CREATE OR REPLACE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_terminate_backend(pg_backend_pid());
          RETURN NULL;
        END $$
        """,
        """
        CREATE CONSTRAINT TRIGGER die AFTER INSERT ON parent
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()
        """);
    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() ->
            postgres.database.writeOnly(
                session -> session.execute("INSERT INTO public.parent VALUES (1, 1)")));
    assertThat(oneByDatabase()).isEqualTo(1);
  }

  @Test
  void connectionsThatDiedInThePoolArePassedOver() {
    for (int i = 0; i < 5; i++) {
      assertThat(oneByDatabase()).isEqualTo(1);
      postgres.sql.executeAsSuperuser(
          """
          SELECT pg_terminate_backend(pid)
          FROM pg_stat_activity
          WHERE datname = '%s' AND pid <> pg_backend_pid()
          """
              .formatted(postgres.sql.name()));
    }
    assertThat(oneByDatabase()).isEqualTo(1);
  }

  @Test
  void whatIsNotThereIsSaid() {
    assertThatExceptionOfType(TableNotFoundException.class)
        .isThrownBy(() -> postgres.database.read(s -> s.execute("SELECT FROM public.nothing")));
    for (var options :
        List.of(
            postgres.sql.options().setPort(1),
            postgres.sql.options().setDatabase("no_such_database"),
            postgres.sql.options().setUser("no_such_role"))) {
      try (Database database =
          new Database(StoragePostgres.vertx(), options, new PoolOptions().setMaxSize(1))) {
        assertThatExceptionOfType(StorageUnavailableException.class)
            .isThrownBy(() -> database.read(session -> session.execute("SELECT 1")))
            .satisfies(e -> assertThat(e.remedy()).isNotBlank())
            .withMessageNotContaining(postgres.sql.owner() + " password");
      }
    }
  }

  @Test
  void anExhaustedPoolIsBusy() {
    PoolOptions one = new PoolOptions().setMaxSize(1).setConnectionTimeout(1);
    try (Database database = new Database(StoragePostgres.vertx(), postgres.sql.options(), one)) {
      assertThatExceptionOfType(BusyException.class)
          .isThrownBy(
              () -> database.read(outer -> database.read(inner -> inner.execute("SELECT 1"))));
    }
  }

  private static int oneByDatabase() {
    for (int i = 0; i < 8; i++) {
      postgres.database.read(session -> session.first("SELECT 1", row -> row.getInteger(0)));
    }
    return postgres
        .database
        .read(session -> session.first("SELECT 1", row -> row.getInteger(0)))
        .orElseThrow();
  }
}
