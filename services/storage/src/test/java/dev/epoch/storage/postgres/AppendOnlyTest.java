package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.Removal;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.NotVersionableException;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.OperationExecutor.CommittedChanges;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.query.ReadQuery;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tables whose rows nothing tells apart: logs, audit tables, pgbench_history. */
class AppendOnlyTest {
  private static final String SAME = "INSERT INTO log VALUES (1, '{\"a\":  1}', NULL)";

  private TestRepository shop;

  @BeforeEach
  void start() {
    shop =
        new TestRepository(
            "CREATE TABLE log (number numeric, doc json, note text DEFAULT 'none')",
            "CREATE INDEX log_number ON log (number)",
            SAME,
            SAME,
            "INSERT INTO log VALUES (2, NULL, 'b')");
  }

  @AfterEach
  void stop() {
    shop.close();
  }

  private void install() {
    shop.installBy("log", TableSchema.ROW_ID);
  }

  /** Rows without their ids, as texts in order. */
  private List<String> rows(TableState state) {
    return shop.rows("log", state).values().stream()
        .map(row -> row.get(0) + "|" + row.get(1) + "|" + row.get(2))
        .sorted()
        .toList();
  }

  private List<String> committed(BranchHandle branch) {
    return rows(shop.committed(branch, "log"));
  }

  private List<String> working(BranchHandle branch) {
    return rows(shop.working(branch, "log"));
  }

  /** The users' table holds what Epoch's own rows of main are. */
  private void assertForwarded() {
    List<String> live =
        shop.database.rows("SELECT number, doc, note FROM log").stream()
            .map(row -> row.get(0) + "|" + row.get(1) + "|" + row.get(2))
            .sorted()
            .toList();
    assertThat(working(shop.main)).isEqualTo(live);
  }

  @Test
  void equalRowsAreCommittedBranchedAndMerged() {
    // given
    install();
    TableState first = shop.committed(shop.main, "log");
    List<String> atFirst = rows(first);
    assertThat(atFirst).hasSize(3);
    BranchHandle branch = shop.branch("x", shop.main);

    // when
    shop.write(branch, SAME, "INSERT INTO log (number) VALUES (7), (7)");
    shop.write(shop.main, SAME, SAME);
    shop.commit(branch, "log");
    shop.commit(shop.main, "log");
    List<String> ours = committed(shop.main);
    Operation merge =
        shop.merge(
            shop.main,
            "log",
            shop.head(shop.main, "log").anchor(),
            shop.changes("log", first, shop.committed(branch, "log")));

    // then
    assertThat(rows(first)).isEqualTo(atFirst);
    assertThat(committed(branch)).hasSize(6).contains("7|null|none");
    assertThat(ours).hasSize(5);
    assertThat(committed(shop.main)).hasSize(8);
    assertThat(shop.database.value("SELECT count(*) FROM log WHERE number = 1")).isEqualTo("5");
    assertForwarded();

    // when
    shop.revert(merge);

    // then
    assertThat(committed(shop.main)).isEqualTo(ours);
    assertForwarded();
    assertThat(pending(shop.main)).isEqualTo(0);
  }

  private long pending(BranchHandle branch) {
    return shop.adapter.pending(branch, List.of(shop.at(branch, "log"))).values().stream()
        .mapToLong(PendingChanges::total)
        .sum();
  }

  @Test
  void rowsAreNotChangedAndTruncatingIsCommitted() {
    // given
    install();
    BranchHandle branch = shop.branch("x", shop.main);
    TableState before = shop.committed(shop.main, "log");
    List<String> rowsBefore = rows(before);

    // then
    for (BranchHandle each : List.of(shop.main, branch)) {
      for (String change :
          List.of("UPDATE log SET note = 'x' WHERE number = 2", "DELETE FROM log")) {
        assertThatThrownBy(() -> shop.write(each, change))
            .hasMessageContaining("rows of append-only table \"log\" cannot be updated or deleted")
            .hasMessageContaining("epoch table add --key")
            .extracting(failure -> ((SQLException) failure.getCause()).getSQLState())
            .isEqualTo("0A000");
      }
    }
    shop.write(
        shop.main,
        "SELECT epoch.use_branch('main')",
        "UPDATE log SET note = 'x' WHERE false",
        "DELETE FROM log WHERE false",
        SAME);
    assertThatThrownBy(() -> shop.write(branch, "INSERT INTO public.log VALUES (1)"))
        .hasMessageContaining("may not write the live table");

    // when
    shop.write(shop.main, "TRUNCATE log", "INSERT INTO log VALUES (9)");
    shop.commit(shop.main, "log");

    // then
    assertThat(committed(shop.main)).containsExactly("9|null|none");
    assertThat(rows(before)).isEqualTo(rowsBefore);
    assertThat(working(branch)).isEqualTo(rowsBefore);
    assertForwarded();
  }

  @Test
  void recordsHaveIdsAndQueriesHaveNot() throws Exception {
    install();
    BranchHandle branch = shop.branch("x", shop.main);
    for (BranchHandle each : List.of(branch, shop.main)) {
      // when
      WriteResult added =
          write(each, put("{\"number\": 5}"), put("{\"number\": 5}"), put("{\"note\": null}"));

      // then
      assertThat(added).isEqualTo(new WriteResult(3, 0, 0, 0));
      List<String> ids =
          shop.rows("log", shop.working(each, "log")).values().stream()
              .filter(row -> "5".equals(row.get(0)))
              .map(row -> row.get(3))
              .sorted()
              .toList();
      assertThat(ids).hasSize(2).doesNotHaveDuplicates();
      String same = "{\"epoch_row\": %s, \"number\": 5}".formatted(ids.getFirst());
      assertThat(write(each, put(same))).isEqualTo(new WriteResult(0, 0, 0, 1));
      for (String refused :
          List.of(
              "{\"epoch_row\": %s, \"number\": 6}".formatted(ids.getFirst()),
              "{\"epoch_row\": 99, \"number\": 5}")) {
        assertThatThrownBy(() -> write(each, put(refused)))
            .isInstanceOf(WriteRefusedException.class)
            .hasMessageContaining("append-only table log cannot be changed");
      }
      assertThat(
              write(each, new RowWrite.Delete(record("{\"epoch_row\": " + ids.getFirst() + "}"))))
          .isEqualTo(new WriteResult(0, 0, 1, 0));
      assertThat(working(each)).hasSize(5).contains("null|null|null");
      shop.commit(each, "log");
      assertThat(
              shop.adapter
                  .query(
                      new ReadQuery(
                          "SELECT * FROM log",
                          List.of(),
                          Map.of(shop.table("log"), shop.committed(each, "log")),
                          100,
                          Duration.ofSeconds(10)))
                  .columns())
          .hasSize(3);
    }
    assertForwarded();
  }

  private WriteResult write(BranchHandle branch, RowWrite... writes) {
    return shop.adapter.write(branch, shop.at(branch, "log"), List.of(writes));
  }

  private static RowWrite put(String json) {
    return new RowWrite.Upsert(record(json));
  }

  private static Map<String, JsonNode> record(String json) {
    try {
      return new ObjectMapper()
          .readValue(
              json, new com.fasterxml.jackson.core.type.TypeReference<Map<String, JsonNode>>() {});
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Test
  void whatTriggersMakeOfMergedRowsIsCommitted() {
    // given
    shop.database.execute(
        """
        CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.note = 'drop' THEN RETURN NULL; END IF;
          NEW.note := NEW.note || '!';
          RETURN NEW;
        END $$\
        """,
        """
        CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.number < 3 THEN INSERT INTO log VALUES (NEW.number + 1, NULL, 'more'); END IF;
          RETURN NULL;
        END $$\
        """,
        "CREATE TRIGGER stamp BEFORE INSERT ON log FOR EACH ROW EXECUTE FUNCTION stamp()",
        "CREATE TRIGGER more AFTER INSERT ON log FOR EACH ROW EXECUTE FUNCTION more()");
    install();
    BranchHandle branch = shop.branch("x", shop.main);
    TableState base = shop.committed(shop.main, "log");
    shop.write(branch, "INSERT INTO log VALUES (2, NULL, 'kept'), (4, NULL, 'drop')");
    shop.commit(branch, "log");

    // when
    shop.merge(
        shop.main,
        "log",
        shop.head(shop.main, "log").anchor(),
        shop.changes("log", base, shop.committed(branch, "log")));
    shop.write(shop.main, "INSERT INTO log VALUES (1, NULL, 'live')");

    // then
    assertThat(committed(shop.main)).hasSize(5).contains("2|null|kept!", "3|null|more!");
    assertThat(working(shop.main)).hasSize(8).contains("1|null|live!");
    assertForwarded();
  }

  @Test
  void idsThatWereLostComeBackFromTheLog() {
    loseIds(
        "number DESC", 4, List.of(SAME, "TRUNCATE log", SAME, "INSERT INTO log VALUES (3), (3)"));
  }

  @Test
  void idsOfTheRowsThatWereThereFirstComeBackInTheirOrder() {
    loseIds("ctid", 6, List.of(SAME, "", "INSERT INTO log VALUES (2, NULL, 'b'), (3, NULL, 'c')"));
  }

  /**
   * @param order in which rows are stored when all is lost
   * @param statements each committed by itself; none: the row with id 2 is deleted
   */
  private void loseIds(String order, int rowsAtLast, List<String> statements) {
    // given
    install();
    RowsLocation origin = shop.head(shop.main, "log");
    List<TableState> states = new ArrayList<>(List.of(shop.committed(shop.main, "log")));
    List<CommittedChanges> commits = new ArrayList<>();
    for (String statement : statements) {
      if (statement.isEmpty()) {
        write(shop.main, new RowWrite.Delete(record("{\"epoch_row\": 2}")));
      } else {
        shop.write(shop.main, statement);
      }
      Operation operation = shop.commit(shop.main, "log");
      states.add(shop.committed(shop.main, "log"));
      commits.add(
          new CommittedChanges(
              operation.id().position(),
              shop.head(shop.main, "log"),
              RowStream.of(shop.changes("log", states.get(states.size() - 2), states.getLast()))));
    }
    BranchHandle branch = shop.branch("x", shop.main);
    shop.write(branch, "INSERT INTO log VALUES (8)");
    List<Map<?, ?>> contents = new ArrayList<>();
    states.forEach(state -> contents.add(shop.rows("log", state)));

    // when
    shop.database.execute(
        "ALTER TABLE log RENAME TO kept",
        "DROP TRIGGER epoch_capture_insert ON kept",
        "CREATE TABLE log (LIKE kept INCLUDING ALL)",
        "INSERT INTO log SELECT * FROM kept ORDER BY " + order,
        "DROP TABLE epoch." + Quote.identifier("log__r_" + shop.table("log").id()) + " CASCADE");
    shop.adapter.repair(shop.table("log"), origin.anchor());
    shop.adapter.restore(shop.main, origin, shop.at(shop.main, "log"), commits.iterator());

    // then
    for (int i = 0; i < states.size(); i++) {
      assertThat(shop.rows("log", states.get(i))).isEqualTo(contents.get(i));
    }
    shop.write(shop.main, "INSERT INTO log VALUES (10)");
    assertThat(working(shop.main)).hasSize(rowsAtLast);
    assertForwarded();
  }

  @Test
  void aBranchThatIsMaterializedReadsTheSame() {
    install();
    BranchHandle branch = shop.branch("x", shop.main);
    shop.write(branch, SAME);
    shop.adapter.copy(branch, List.of(shop.table("log")), Duration.ofSeconds(10));
    shop.write(branch, "INSERT INTO log VALUES (4)");
    shop.write(branch, "SELECT 1 / (count(*) - 4) FROM log");
    assertThat(working(branch)).hasSize(5);
  }

  @Test
  void tablesThatCannotBeAppendOnlyAreRefused() {
    shop.database.execute(
        "CREATE TABLE keyed (id integer PRIMARY KEY)",
        "CREATE TABLE parted (id integer) PARTITION BY LIST (id)",
        "CREATE TABLE computed (id integer, twice integer GENERATED ALWAYS AS (id * 2) STORED)",
        "CREATE TABLE child (id integer REFERENCES keyed ON DELETE CASCADE)");
    Map.of(
            "keyed", "unique index or exclusion constraint keyed_pkey",
            "parted", "is partitioned",
            "computed", "Column twice",
            "child", "Foreign key child_id_fkey")
        .forEach((table, reason) ->
            assertThatThrownBy(() -> shop.installBy(table, TableSchema.ROW_ID))
                .isInstanceOf(NotVersionableException.class)
                .hasMessageContaining(reason));
  }

  @Test
  void removingItLeavesNothing() {
    String traces =
        """
        SELECT relname FROM pg_class WHERE relname LIKE 'log\\_\\_%'
        UNION ALL SELECT tgname FROM pg_trigger WHERE tgrelid = 'log'::regclass
        UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'log\\_\\_%'\
        """;
    install();
    shop.write(shop.branch("x", shop.main), SAME);
    assertThat(shop.database.rows(traces)).isNotEmpty();

    shop.adapter.remove(shop.table("log"), Removal.OF_EVERYTHING);

    assertThat(shop.database.rows(traces)).isEmpty();
    shop.database.execute("DELETE FROM log");
  }

  @Test
  void whatCommitsReadStaysWhenItIsRemoved() {
    // given
    install();
    BranchHandle branch = shop.branch("x", shop.main);
    List<TableState> states = new ArrayList<>(List.of(shop.committed(shop.main, "log")));
    for (String statement : List.of(SAME, "TRUNCATE log", SAME)) {
      shop.write(shop.main, statement);
      shop.commit(shop.main, "log");
      states.add(shop.committed(shop.main, "log"));
    }
    shop.write(branch, SAME);
    shop.commit(branch, "log");
    states.add(shop.committed(branch, "log"));
    List<Map<?, ?>> contents = new ArrayList<>();
    states.forEach(state -> contents.add(shop.rows("log", state)));

    // when
    shop.adapter.requireRemovable(shop.table("log"), new Removal(false, true));
    shop.adapter.remove(shop.table("log"), new Removal(false, true));
    shop.database.execute("DROP TABLE log");

    // then
    for (int i = 0; i < states.size(); i++) {
      Map<RowKey, Row> rows = new HashMap<>();
      TestRepository.list(
              shop.adapter.rows(shop.table("log").asRemoved(), states.get(i), RowQuery.all()))
          .forEach(row -> rows.put(row.key(shop.table("log").schema().keyIndexes()), row));
      assertThat(rows).isEqualTo(contents.get(i));
    }
  }
}
