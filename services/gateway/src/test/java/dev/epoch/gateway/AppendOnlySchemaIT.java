package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.table.TableService;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Columns of a table whose rows nothing tells apart go with commits and merges. */
@Tag("postgres-versions")
class AppendOnlySchemaIT {
  @Test
  void columnsThatAreAddedAreCommittedAndMerged() throws Exception {
    try (TestServer test = new TestServer()) {
      // given
      TestTable log = new TestTable(test, "log");
      test.database.execute(
          "CREATE TABLE log (number int, note text)", "INSERT INTO log VALUES (1, 'a'), (1, 'a')");
      test.server()
          .tables()
          .register(
              test.repository(),
              new TableService.Request(
                  "log",
                  "database:" + test.database.name() + "/public.log",
                  null,
                  null,
                  List.of(TableSchema.ROW_ID)),
              TestServer.caller());
      String first = test.commit("main", "first").commit().id();
      List<String> atFirst = log.rows(first);
      test.branch("x", "main");
      test.onBranch("x", "INSERT INTO log VALUES (7, 'x')");
      test.commit("x", "on x");

      // when
      test.database.execute(
          "ALTER TABLE log ADD level int DEFAULT 3", "INSERT INTO log VALUES (2, 'b', 9)");

      // then
      assertThat(log.status("main")).singleElement().asString().contains("log 100 [");
      String second = test.commit("main", "level").commit().id();
      log.assertRecorded("main");
      assertThat(log.rows("main"))
          .anyMatch(row -> row.startsWith("number=2 note=b level=9"))
          .anyMatch(row -> row.startsWith("number=1 note=a level=3"))
          .hasSize(3);
      assertThat(log.rows(first)).isEqualTo(atFirst);
      assertThat(log.rows("x")).hasSize(3).noneMatch(row -> row.contains("level"));

      // when
      test.merge("x", "main");

      // then
      log.assertRecorded("main");
      assertThat(test.database.value("SELECT string_agg(r::text, ' ' ORDER BY number) FROM log r"))
          .isEqualTo("(1,a,3) (1,a,3) (2,b,9) (7,x,3)");

      // when
      test.merge("main", "x");
      test.onBranch("x", "INSERT INTO log (number, level) VALUES (8, 1)");
      test.commit("x", "eight");
      log.assertRecorded("x");
      test.merge("x", "main");

      // then
      log.assertRecorded("main");
      assertThat(test.database.value("SELECT level FROM log WHERE number = 8")).isEqualTo("1");
      assertThat(log.rows(first)).isEqualTo(atFirst);
      assertThat(log.rows(second)).hasSize(3);

      // when what is kept beside the table is lost
      List<String> atHead = log.rows("main");
      test.database.execute("DROP SCHEMA epoch CASCADE");

      // then
      assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
      assertThat(log.rows(first)).isEqualTo(atFirst);
      assertThat(log.rows("main")).isEqualTo(atHead);
    }
  }
}
