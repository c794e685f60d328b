package dev.epoch.storage.postgres.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.state.TableState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Users change a registered table: what Epoch keeps follows it, and every state reads with the
 * columns that it had. Where another table has its name, Epoch says so.
 */
class TableChangesTest {
  private TestRepository shop;

  /**
   * What a user does to the columns, and which of them is lost for rows that nobody has changed.
   */
  enum Change {
    ADD("ALTER TABLE item ADD extra text"),
    ADD_WITH_DEFAULT("ALTER TABLE item ADD extra text NOT NULL DEFAULT 'x'"),
    ADD_AS_FRAMEWORKS_DO(
        "ALTER TABLE item ADD extra text NOT NULL DEFAULT 'x'; ALTER TABLE item ALTER extra DROP"
            + " DEFAULT"),
    ADD_FILLED("ALTER TABLE item ADD extra uuid DEFAULT gen_random_uuid()"),
    RENAME_COLUMN("ALTER TABLE item RENAME name TO label"),
    RENAME_KEY("ALTER TABLE item RENAME id TO number"),
    RENAME_AND_ADD(
        "ALTER TABLE item RENAME name TO label; ALTER TABLE item ADD name text DEFAULT 'n'"),
    SWAP_NAMES(
        "ALTER TABLE item RENAME name TO x; ALTER TABLE item RENAME word TO name; ALTER TABLE item"
            + " RENAME x TO word"),
    DROP("ALTER TABLE item DROP price", "price"),
    DROP_FIRST("ALTER TABLE item DROP name", "name"),
    DROP_AND_ADD(
        "ALTER TABLE item DROP price; ALTER TABLE item ADD price numeric(8, 2) DEFAULT 7", "price"),
    DROP_AND_ADD_ANOTHER("ALTER TABLE item DROP word; ALTER TABLE item ADD word text", "word"),
    RESCALE("ALTER TABLE item ALTER price TYPE numeric(9, 2)"),
    TO_TEXT("ALTER TABLE item ALTER price TYPE text", "price"),
    COLLATE("ALTER TABLE item ALTER name TYPE text COLLATE \"C\"");

    final String statement;
    final String lost;

    Change(String statement) {
      this(statement, null);
    }

    Change(String statement, String lost) {
      this.statement = statement;
      this.lost = lost;
    }
  }

  @BeforeEach
  void start() {
    shop =
        new TestRepository(
            "CREATE TABLE item (id integer PRIMARY KEY, name text, word text, price numeric(8, 2))",
            "INSERT INTO item VALUES (1, 'one', 'w', 1.50), (2, 'two', 'x', 2), (3, 'three', 'y',"
                + " 3)");
    shop.install("item");
  }

  @AfterEach
  void stop() {
    shop.close();
  }

  private TableHandle now() {
    TableHandle table = shop.table("item");
    return table.with(
        shop.adapter
            .schemas(shop.main, List.of(shop.at(shop.main, "item")))
            .getOrDefault(table.id(), table.schema()));
  }

  /** The rows with what was lost of those that nobody changed. */
  private static Map<RowKey, Row> without(Map<RowKey, Row> rows, int column, RowKey... keys) {
    Map<RowKey, Row> lost = new HashMap<>(rows);
    for (RowKey key : keys) {
      lost.computeIfPresent(key, (_, row) -> column < 0 ? row : row.with(column, null));
    }
    return lost;
  }

  @ParameterizedTest
  @EnumSource
  void everyStateReadsWithTheColumnsThatItHad(Change change) {
    // given
    TableHandle before = shop.table("item");
    TableState first = shop.committed(shop.main, "item");
    shop.write(shop.main, "UPDATE item SET name = 'uno' WHERE id = 1");
    shop.commit(shop.main, "item");
    TableState head = shop.committed(shop.main, "item");
    BranchHandle feature = shop.branch("feature", shop.main);
    shop.adapter.write(
        feature,
        shop.at(feature, "item"),
        List.of(
            new RowWrite.Upsert(Map.of("id", IntNode.valueOf(4), "price", IntNode.valueOf(5)))));
    shop.commit(feature, "item");
    TableState branched = shop.committed(feature, "item");
    Map<RowKey, Row> rowsOfFirst = shop.rows(before, first);
    Map<RowKey, Row> rowsOfHead = shop.rows(before, head);
    Map<RowKey, Row> rowsOfBranch = shop.rows(before, branched);

    // when
    shop.database.execute(change.statement);
    if (change == Change.TO_TEXT) {
      // the role of the tests may have no event trigger: somebody has to look before the next write
      now();
    }
    shop.database.execute(
        "DELETE FROM item WHERE " + (change == Change.RENAME_KEY ? "number" : "id") + " = 2");

    // then
    int lost = change.lost == null ? -1 : before.schema().indexOf(change.lost);
    RowKey two = RowKey.of("2");
    RowKey three = RowKey.of("3");
    RowKey one = RowKey.of("1");
    assertThat(shop.rows(before, first)).isEqualTo(without(rowsOfFirst, lost, two, three));
    assertThat(shop.rows(before, head)).isEqualTo(without(rowsOfHead, lost, one, two, three));
    assertThat(shop.rows(before, branched)).isEqualTo(without(rowsOfBranch, lost, one, two, three));
    assertThat(shop.adapter.lost(before))
        .isEqualTo(change.lost == null ? Set.of() : Set.of(change.lost));
    assertThat(
            shop.adapter
                .pending(shop.main, List.of(shop.at(shop.main, "item")))
                .get(before.id())
                .deleted())
        .isEqualTo(1);

    // when
    TableHandle after = now();
    shop.commit(shop.main, "item");

    // then
    TableState second = shop.committed(shop.main, "item");
    // collations are no part of a schema
    assertThat(after.schema().equals(before.schema())).isEqualTo(change == Change.COLLATE);
    assertThat(shop.rows(after, second))
        .hasSize(2)
        .isEqualTo(shop.rows(after, shop.working(shop.main, "item")));
    assertThat(shop.changes(after, head, second)).hasSize(1);
    assertThat(shop.rows(before, first)).isEqualTo(without(rowsOfFirst, lost, two, three));

    // when
    shop.write(shop.main, "UPDATE item SET word = 'last'");
    shop.commit(shop.main, "item");

    // then
    assertThat(shop.rows(before, first)).isEqualTo(without(rowsOfFirst, lost, two, three));
    assertThat(shop.rows(before, branched)).isEqualTo(without(rowsOfBranch, lost, one, two, three));
    assertThat(shop.rows(after, second)).hasSize(2);
    shop.adapter.write(
        feature,
        shop.at(feature, "item"),
        List.of(new RowWrite.Upsert(Map.of("id", IntNode.valueOf(5)))));
    shop.commit(feature, "item");
    assertThat(shop.changes(before, branched, shop.committed(feature, "item"))).hasSize(1);

    // when
    shop.merge(feature, after, shop.head(shop.main, "item").anchor(), List.of());

    // then
    assertThat(shop.rows(after, shop.committed(feature, "item"))).hasSizeGreaterThan(2);
  }

  /** What is left of the values is read; that they may have been others is said. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "price|numeric(8, 1)",
        "price|numeric(6, 0)",
        "name|varchar(3) USING left(name, 3)"
      })
  void whatATypeCutsOffIsLost(String change) {
    // given
    TableHandle before = shop.table("item");
    TableState head = shop.committed(shop.main, "item");
    String column = change.substring(0, change.indexOf('|'));

    // when
    shop.database.execute(
        "ALTER TABLE item ALTER %s TYPE %s"
            .formatted(column, change.substring(column.length() + 1)));
    now();

    // then
    assertThat(shop.rows(before, head)).hasSize(3);
    assertThat(shop.adapter.lost(before)).containsExactly(column);
    assertThat(shop.adapter.lost(now())).isEmpty();
  }

  /** Another table, or none, has the name. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE item RENAME TO goods",
        "CREATE SCHEMA attic; ALTER TABLE item SET SCHEMA attic",
        "DROP TABLE item",
        "ALTER TABLE item RENAME TO old_item; CREATE TABLE item (LIKE old_item INCLUDING ALL)"
      })
  void anotherTableIsRefused(String statement) {
    // given
    TableState head = shop.committed(shop.main, "item");
    TableState working = shop.working(shop.main, "item");
    RowWrite record = new RowWrite.Upsert(Map.of("id", IntNode.valueOf(3)));

    // when
    shop.database.execute(statement);

    // then
    assertChanged(() -> shop.rows("item", head));
    assertChanged(() -> shop.adapter.row(shop.table("item"), head, RowKey.of("1")));
    assertChanged(() -> shop.changes("item", head, working));
    assertChanged(() -> shop.adapter.pending(shop.main, List.of(shop.at(shop.main, "item"))));
    assertChanged(() -> shop.commit(shop.main, "item"));
    assertChanged(() -> shop.adapter.write(shop.main, shop.at(shop.main, "item"), List.of(record)));
  }

  @Test
  void whatBecameOfATableIsToldAndWhatIsWrittenMeanwhileIsKept() {
    // given
    TableState head = shop.committed(shop.main, "item");
    TableState working = shop.working(shop.main, "item");
    shop.database.execute("CREATE SCHEMA attic");
    for (List<String> change :
        List.of(
            List.of(
                "ALTER TABLE item RENAME TO goods",
                "it was renamed to public.goods; ALTER TABLE public.goods RENAME TO item takes that back"),
            List.of(
                "ALTER TABLE goods SET SCHEMA attic",
                "it was moved to attic.goods; ALTER TABLE attic.goods RENAME TO item and"
                    + " ALTER TABLE attic.item SET SCHEMA public takes that back"),
            List.of(
                "CREATE TABLE item (id integer PRIMARY KEY)",
                "a table that is not captured has taken its name; it was moved to attic.goods"))) {
      // when
      shop.database.execute(change.getFirst());

      // then
      assertThatThrownBy(() -> shop.changes("item", head, working))
          .isInstanceOf(TableChangedException.class)
          .hasMessageContaining(change.getLast());
    }

    // when
    shop.database.execute(
        "UPDATE attic.goods SET name = 'uno' WHERE id = 1",
        "DROP TABLE item",
        "ALTER TABLE attic.goods RENAME TO item",
        "ALTER TABLE attic.item SET SCHEMA public");

    // then
    assertThat(shop.changes("item", head, working)).hasSize(1);
    shop.commit(shop.main, "item");
    shop.database.execute("DROP TABLE item");
    assertThatThrownBy(() -> shop.rows("item", head)).hasMessageEndingWith("it was dropped");
  }

  private void assertChanged(org.assertj.core.api.ThrowableAssert.ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            TableChangedException.class,
            e -> assertThat(e.remedy()).contains("epoch table remove item"))
        .hasMessageContaining("public.item");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE item ADD CHECK (price >= 0)",
        "CREATE INDEX ON item (name)",
        "ALTER TABLE item ALTER name SET DEFAULT 'new'",
        "ALTER TABLE item ALTER name SET NOT NULL",
        "ALTER TABLE item CLUSTER ON item_pkey; CLUSTER item",
        "ANALYZE item"
      })
  void whatLeavesTheRowsAloneIsNoChange(String statement) {
    TableState first = shop.committed(shop.main, "item");
    shop.database.execute(statement);
    shop.write(shop.main, "UPDATE item SET name = 'uno' WHERE id = 1");
    shop.commit(shop.main, "item");
    assertThat(shop.changes("item", first, shop.committed(shop.main, "item"))).hasSize(1);
  }

  @Test
  void theTypeOfTheKeyStays() {
    assertThatThrownBy(() -> shop.database.execute("ALTER TABLE item ALTER id TYPE bigint"))
        .hasMessageContaining("trigger epoch_capture_key");
  }

  @Test
  void columnsThatWereGoneBeforeDoNotCount() {
    // given
    shop.database.execute(
        "CREATE TABLE other (id integer PRIMARY KEY, gone text, kept text)",
        "ALTER TABLE other DROP gone",
        "INSERT INTO other VALUES (1, 'k')");

    // when
    shop.install("other");

    // then
    assertThat(shop.rows("other", shop.committed(shop.main, "other"))).hasSize(1);
  }
}
