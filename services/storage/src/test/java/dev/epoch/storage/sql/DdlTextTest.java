package dev.epoch.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.model.schema.migration.Hazard;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.sql.DdlStatement.Altered;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DdlTextTest {
  @Test
  void splitsAtSemicolonsThatEndStatements() {
    assertThat(
            DdlText.parse(
                """
                -- first; a comment
                CREATE TABLE "a;b" (t text DEFAULT ';');
                CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC
                  SELECT CASE WHEN true THEN 1 END; SELECT 2; END;
                CREATE FUNCTION g() RETURNS void LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;;
                CREATE RULE r AS ON INSERT TO v DO INSTEAD (SELECT 1; SELECT 2)
                """))
        .extracting(DdlStatement::sql)
        .satisfiesExactly(
            sql -> assertThat(sql).isEqualTo("CREATE TABLE \"a;b\" (t text DEFAULT ';')"),
            sql -> assertThat(sql).endsWith("SELECT 2; END"),
            sql -> assertThat(sql).endsWith("END $$"),
            sql -> assertThat(sql).startsWith("CREATE RULE"));
  }

  @Test
  void tellsWhichColumnsGoOrChangeTheirTypes() {
    DdlStatement statement =
        only(
            "ALTER TABLE IF EXISTS ONLY public.\"Users\" DROP COLUMN IF EXISTS a CASCADE, DROP"
                + " \"B\", ADD c numeric(4, 2) CHECK (c > 0), ALTER COLUMN d SET DATA TYPE int"
                + " USING (d::int), ALTER e TYPE text, ALTER f DROP NOT NULL, DROP CONSTRAINT g");

    assertThat(statement.altered())
        .contains(new Altered("public.\"Users\"", List.of("a", "B"), List.of("d", "e")));
    assertThat(statement.destructive()).isTrue();
    assertThat(statement.hazards())
        .extracting(Hazard::operation)
        .containsExactly(
            "DROP COLUMN",
            "DROP COLUMN",
            "ALTER COLUMN TYPE",
            "ALTER COLUMN TYPE",
            "DROP CONSTRAINT");
    assertThat(only("ALTER TABLE t ADD a int").altered()).isEqualTo(Optional.empty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          DROP TABLE a, b              | true
          DROP SCHEMA s                | true
          DROP SEQUENCE s              | true
          DROP MATERIALIZED VIEW v     | false
          DROP TYPE t                  | false
          DROP TYPE t CASCADE          | true
          DROP FUNCTION f(int), g(int) | false
          DROP INDEX CONCURRENTLY i    | false
          TRUNCATE a                   | true
          ALTER TABLE t ADD b int      | false
          ALTER TYPE t ADD VALUE 'x'   | false
          COMMENT ON TABLE t IS 'x'    | false
          """)
  void tellsWhatTakesSomethingAwayForGood(String sql, boolean destructive) {
    assertThat(only(sql).destructive()).isEqualTo(destructive);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CREATE INDEX CONCURRENTLY i ON t (a)     | true
          CREATE INDEX i ON t (a)                  | false
          REINDEX TABLE CONCURRENTLY t             | true
          REINDEX TABLE t                          | false
          REINDEX SCHEMA s                         | true
          ALTER TYPE t ADD VALUE 'x'               | true
          ALTER TYPE t RENAME VALUE 'x' TO 'y'     | false
          """)
  void tellsWhatNoTransactionTakes(String sql, boolean alone) {
    assertThat(only(sql).alone()).isEqualTo(alone);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ; -- nothing",
        "UPDATE t SET a = 1",
        "CREATE TABLE a (b int); BEGIN",
        "DO $$ BEGIN END $$",
        "CREATE TEMP TABLE t (a int)",
        "CREATE DATABASE d",
        "ALTER SYSTEM SET fsync = off",
        "DROP ROLE r",
        "DROP TABLE epoch.tables",
        "DROP SCHEMA epoch CASCADE",
        "CREATE TABLE t (a int",
        "CREATE TABLE t a int)",
        "CREATE TABLE t (a text DEFAULT 'x)"
      })
  void refusesWhatChangesNoSchemaOfUsers(String sql) {
    assertThatThrownBy(() -> DdlText.parse(sql)).isInstanceOf(QueryRefusedException.class);
  }

  private static DdlStatement only(String sql) {
    List<DdlStatement> statements = DdlText.parse(sql);
    assertThat(statements).hasSize(1);
    return statements.getFirst();
  }
}
