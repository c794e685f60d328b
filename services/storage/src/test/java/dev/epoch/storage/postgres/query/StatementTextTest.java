package dev.epoch.storage.postgres.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.epoch.storage.error.QueryRefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "-- only a comment",
        ";",
        "DELETE FROM users",
        "/* SELECT */ DELETE FROM users",
        "EXPLAIN",
        "EXPLAIN ANALYZE",
        "EXPLAIN ANALYZE DELETE FROM users",
        "EXPLAIN (ANALYZE; DROP TABLE users) SELECT 1",
        "EXPLAIN (GENERIC_PLAN) SELECT 1",
        "COPY users TO PROGRAM 'x'",
        "SET search_path = x",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE users",
        "SELECT ';'; DROP TABLE users",
        "SELECT 'a'';' ; DROP TABLE users",
        "SELECT $$ $$; DROP TABLE users",
        "SELECT E'\\''; DROP TABLE users --'",
        "SELECT 1 /* /* */ */; DROP TABLE users",
        "SELECT 1) AS s; DROP TABLE users; --",
        "SELECT 1) AS s, (SELECT 2",
        "SELECT (1",
        "SELECT (1;)",
        "SELECT 'open",
        "SELECT \"open",
        "SELECT $$open",
        "SELECT $a$open$b$",
        "SELECT /* open",
        "SELECT $0",
        "SELECT $999999",
        "SELECT 1\0",
        "1",
        "'SELECT'",
      })
  void refusesWhatIsNotOneReadingStatement(String sql) {
    assertThatExceptionOfType(QueryRefusedException.class)
        .isThrownBy(() -> StatementText.parse(sql));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select 1",
        "((SELECT 1) UNION (SELECT 2))",
        "WITH x AS (SELECT 1) TABLE x",
        "VALUES (1), (2)",
        "TABLE users",
        "EXPLAIN SELECT 1",
        "explain (analyze, format json) (SELECT 1)",
        "EXPLAIN ANALYZE VERBOSE WITH x AS (SELECT 1) TABLE x",
        "/* a /* nested */ comment */ -- and more\n SELECT 1 ; ; -- end",
        "SELECT ';', \";\", $$;$$, $x$;$$;$x$, E'\\';' -- ;\n/*;*/",
      })
  void takesReadingStatements(String sql) {
    assertThat(StatementText.parse(sql).sql()).isNotBlank().doesNotEndWith("; ;");
  }

  @Test
  void putsExpressionsInThePlaceOfParametersOnly() {
    // given
    String sql =
        "SELECT $1, '$1', \"$1\", $$ $1 $$, $a$ $2 $a$, E'\\'$1', -- $1\n /* $1 */ a$1, $2+$1, 'x'\n'$1'";

    // when
    StatementText statement = StatementText.parse(sql);

    // then
    assertThat(statement.parameterCount()).isEqualTo(2);
    assertThat(statement.sql(number -> "<" + number + ">"))
        .isEqualTo(
            "SELECT <1>, '$1', \"$1\", $$ $1 $$, $a$ $2 $a$, E'\\'$1', -- $1\n /* $1 */ a$1, <2>+<1>, 'x'\n'$1'");
  }

  /** To PostgreSQL the space of Unicode is part of the name. */
  @Test
  void onlySpaceOfPostgresEndsAName() {
    assertThat(StatementText.parse("SELECT a\u3000$1, $1").sql(number -> "P"))
        .isEqualTo("SELECT a\u3000$1, P");
  }

  @Test
  void anEscapeStringGoesOnOnTheNextLine() {
    StatementText statement = StatementText.parse("SELECT E'a' -- x\n  '\\'$1' , $1");
    assertThat(statement.sql(number -> "P")).isEqualTo("SELECT E'a' -- x\n  '\\'$1' , P");
  }

  @Test
  void knowsTheNamesItMayMean() {
    StatementText statement =
        StatementText.parse(
            "SELECT Users.id FROM USERS, \"Order Lines\" o, \"a\"\"b\", \u00c9t\u00e9");
    assertThat(statement.mentions("users")).isTrue();
    assertThat(statement.mentions("Order Lines")).isTrue();
    assertThat(statement.mentions("a\"b")).isTrue();
    assertThat(statement.mentions("\u00c9t\u00e9")).isTrue();
    assertThat(statement.mentions("orders")).isFalse();
    assertThat(StatementText.parse("SELECT FROM U&\"d\\0061ta\"").mentions("data")).isTrue();
  }
}
