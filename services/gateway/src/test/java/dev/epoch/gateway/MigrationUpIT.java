package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.BranchState;
import dev.epoch.gateway.commit.WorkingSetService.TableChange;
import dev.epoch.gateway.migration.MigrationService.Side;
import dev.epoch.gateway.migration.MigrationService.Sides;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.storage.postgres.ddl.PostgresDialect;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a schema diff prints runs in a database that has nothing but the other side. */
class MigrationUpIT extends SchemaScene {
  /**
   * What a branch does.
   *
   * @param made tables that it makes, and registers
   * @param says what UP has
   * @param never what it does not have
   */
  record Change(
      String name,
      List<String> statements,
      List<String> made,
      List<String> says,
      List<String> never) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Change> CHANGES =
      List.of(
          new Change(
              "a table with an identity",
              List.of(
                  "CREATE TABLE n1 (id int GENERATED ALWAYS AS IDENTITY (START WITH 100) PRIMARY KEY, v text)"),
              List.of("n1"),
              List.of("CREATE TABLE public.n1", "GENERATED ALWAYS AS IDENTITY", "START WITH 100"),
              List.of()),
          new Change(
              "a table with a serial",
              List.of("CREATE TABLE n3 (id serial PRIMARY KEY, v text)"),
              List.of("n3"),
              List.of("CREATE TABLE public.n3", "nextval('public.n3_id_seq'::regclass)"),
              List.of()),
          new Change(
              "a column with a serial",
              List.of("ALTER TABLE t ADD n serial"),
              List.of(),
              List.of("nextval('public.t_n_seq'::regclass)"),
              List.of()),
          new Change(
              "a column with a sequence that begins at 100",
              List.of(
                  "CREATE SEQUENCE s START 100", "ALTER TABLE t ADD n int DEFAULT nextval('s')"),
              List.of(),
              List.of("CREATE SEQUENCE public.s", "START WITH 100"),
              List.of("START WITH 1 ")),
          new Change(
              "a function in a default and a check",
              List.of(
                  "CREATE FUNCTION code() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'c' $$",
                  "ALTER TABLE t ADD code text DEFAULT code()",
                  "ALTER TABLE t ADD CONSTRAINT coded CHECK (code = code())"),
              List.of(),
              List.of("public.code()"),
              List.of()),
          new Change(
              "a table that is dropped",
              List.of("DROP TABLE u"),
              List.of(),
              List.of("DROP TABLE IF EXISTS public.u"),
              List.of("DROP TYPE")),
          new Change(
              "a column of a type that others have is dropped",
              List.of("ALTER TABLE u DROP COLUMN status"),
              List.of(),
              List.of("DROP COLUMN IF EXISTS status"),
              List.of("DROP TYPE")),
          new Change(
              "an enum",
              List.of(
                  "CREATE TYPE size AS ENUM ('small', 'large')",
                  "ALTER TABLE t ADD fit size DEFAULT 'small'"),
              List.of(),
              List.of("CREATE TYPE public.size"),
              List.of()));

  static Stream<Arguments> changes() {
    return CHANGES.stream()
        .flatMap(change ->
            Stream.of("recorded", "plain")
                .flatMap(records ->
                    Stream.of("uncommitted", "committed")
                        .map(when -> Arguments.of(change, records, when))));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void runsWhereNothingButTheOtherSideIs(Change change, String records, String when)
      throws SQLException {
    // given
    test.database.execute(
        "CREATE TYPE order_status AS ENUM ('new', 'paid')",
        "CREATE TABLE u (id serial PRIMARY KEY, status order_status)");
    test.register("u");
    if (records.equals("recorded")) {
      test.commitSchema("main", "second");
    } else {
      test.commit("main", "second");
    }
    test.branch("y", "main");
    test.onBranch("y", "SELECT epoch.open_table('t')", "SELECT epoch.open_table('u')");
    test.onBranch("y", change.statements().toArray(String[]::new));
    change.made().forEach(table -> test.registerOn("y", table));
    Side after = new Side.Live(branch("y"));
    if (when.equals("committed")) {
      test.commit("y", change.name());
      after = new Side.Committed(state().head(branch("y")));
    }

    // when
    Sides sides =
        test.server()
            .migrations()
            .sides(
                state(),
                new Side.Committed(state().head(state().branch("main").orElseThrow())),
                after);
    List<String> up = sql(sides.before(), sides.after());

    // then
    assertThat(String.join(";\n", up))
        .contains(change.says())
        .doesNotContain("epoch")
        .satisfies(text -> change.never().forEach(not -> assertThat(text).doesNotContain(not)));
    try (TestDatabase empty = StoragePostgres.database()) {
      empty.execute(
          sql(new DatabaseSchema(new TreeMap<>()), sides.before()).toArray(String[]::new));
      empty.execute(up.toArray(String[]::new));
    }
  }

  private static List<String> sql(DatabaseSchema before, DatabaseSchema after) {
    List<String> statements = new ArrayList<>();
    for (Statement statement :
        new PostgresDialect().between(before, after, MigrationOptions.TRANSACTIONAL).up()) {
      if (!statement.sql().startsWith("CREATE EXTENSION") && !statement.sql().startsWith("GRANT")) {
        statements.add(statement.sql());
      }
    }
    return statements;
  }

  @Test
  void statusCountsRowsOfWhichOnlyANewColumnChanged() throws SQLException {
    // given
    test.onBranch(
        "x",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ADD note text",
        "UPDATE t SET note = 'n' WHERE id < 3");
    test.database.execute("ALTER TABLE t ADD other text", "UPDATE t SET other = 'o' WHERE id = 1");

    // then
    assertThat(updated("x")).isEqualTo(2);
    assertThat(updated("main")).isEqualTo(1);
    test.commit("x", "a column");
    assertThat(test.server().workingSets().changes(state(), branch("x"))).isEmpty();
  }

  private long updated(String branch) {
    return test.server().workingSets().changes(state(), branch(branch)).stream()
        .mapToLong(TableChange::updated)
        .sum();
  }

  private BranchState branch(String name) {
    return state().branch(name).orElseThrow();
  }
}
