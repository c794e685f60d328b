package dev.epoch.model.schema.migration.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That the spellings mean the same is shown with PostgreSQL and the tools in {@code qa}. */
class ToolTextTest {

  /** {@code ~} stands for the end of a line. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT 1|SELECT 1",
        "SELECT '$1 {x}'|SELECT '$1 {x}'",
        "SELECT 'a ${b} c'|SELECT E'a \\x24{b} c'",
        "SELECT 'it''s \\ ${b}'|SELECT E'it''s \\\\ \\x24{b}'",
        "SELECT E'\\n${b}\\''|SELECT E'\\n\\x24{b}\\''",
        "AS $$SELECT '${b}\\'$$|AS E'SELECT ''\\x24{b}\\\\'''",
        "AS $f$ $$x$$ ${b} $f$|AS E' $$x$$ \\x24{b} '",
        "SELECT \"a${b}\"\"\"|SELECT U&\"a\\0024{b}\"\"\"",
        "SELECT 'a~-- b'|SELECT 'a~-- b'",
        "SELECT 'a~--changeset b:c'|SELECT E'a\\n--changeset b:c'",
        "SELECT 'a~  -- ROLLBACK b'|SELECT E'a\\n  -- ROLLBACK b'",
        "SELECT 'a~/* liquibase rollback'|SELECT E'a\\n/* liquibase rollback'",
        "AS $$a~--rollback b~-- c$$|AS E'a\\n--rollback b~-- c'",
        "SELECT '${a}', 'b', x$1, 'c'|SELECT E'\\x24{a}', 'b', x$1, 'c'",
      })
  void textsAreSpeltSoThatNoToolReadsThem(String sql, String spelt) {
    assertThat(ToolText.of(sql.replace('~', '\n'))).isEqualTo(spelt.replace('~', '\n'));
  }

  @Test
  void commentsOfTheFileHoldNoPlaceholder() {
    assertThat(ToolText.comment("-- Migration: main -> a${b}"))
        .isEqualTo("-- Migration: main -> a$ {b}");
  }

  @Test
  void theFormsOfAChangeSet() {
    LiquibaseFile whole =
        new LiquibaseFile(
            "V2 x", "main -> x", List.of("A\n1", "B < 'c'"), List.of("C", "D\n2"), false, false);

    assertThat(whole.sql())
        .isEqualTo(
            """
            --liquibase formatted sql

            --changeset epoch:V2_x stripComments:false splitStatements:false rollbackSplitStatements:false
            --comment: main -> x
            A
            1;
            B < 'c';
            --rollback C;
            --rollback D
            --rollback 2;
            """);
    assertThat(whole.xml())
        .contains(
            """
              <changeSet author="epoch" id="V2_x">
                <comment>main -&gt; x</comment>
                <sql splitStatements="false" stripComments="false">A
            1</sql>
                <sql splitStatements="false" stripComments="false">B &lt; 'c'</sql>
                <rollback>
            """);
    LiquibaseFile alone = new LiquibaseFile("1", "x", List.of("A"), List.of("B"), true, true);
    assertThat(alone.sql())
        .contains(
            """
            --changeset epoch:1 runInTransaction:false stripComments:false endDelimiter:--// rollbackEndDelimiter:--//
            --comment: x
            A
            --//
            --rollback B
            --rollback --//
            """);
    assertThat(alone.xml()).contains("id=\"1\" runInTransaction=\"false\">");
  }
}
