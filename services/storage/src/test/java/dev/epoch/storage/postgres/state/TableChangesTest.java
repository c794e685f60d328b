package dev.epoch.storage.postgres.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.BranchHandle;
import dev.epoch.storage.Removal;
import dev.epoch.storage.RowQuery;
import dev.epoch.storage.RowWrite;
import dev.epoch.storage.TableChangedException;
import dev.epoch.storage.TableState;
import dev.epoch.storage.postgres.TestRepository;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Users change a registered table: Epoch says so and neither reads nor writes what does not fit.
 */
class TableChangesTest {
  private TestRepository shop;

  /**
   * What a user does, whether applications' statements still work, and how it is undone if it can
   * be.
   */
  enum Change {
    ADD("ALTER TABLE item ADD extra text DEFAULT 'x'", true, "ALTER TABLE item DROP extra"),
    DROP("ALTER TABLE item DROP price", false, null),
    DROP_AND_ADD(
        "ALTER TABLE item DROP price; ALTER TABLE item ADD price numeric(8, 2) DEFAULT 7",
        true,
        null),
    RENAME_COLUMN(
        "ALTER TABLE item RENAME name TO label", false, "ALTER TABLE item RENAME label TO name"),
    SWAP_NAMES(
        "ALTER TABLE item RENAME name TO x; ALTER TABLE item RENAME word TO name; ALTER TABLE item RENAME x TO word",
        true,
        null),
    DROP_AND_ADD_ANOTHER("ALTER TABLE item DROP word; ALTER TABLE item ADD word text", true, null),
    RESCALE("ALTER TABLE item ALTER price TYPE numeric(9, 3)", true, null),
    TO_TEXT("ALTER TABLE item ALTER price TYPE text", false, null),
    COLLATE(
        "ALTER TABLE item ALTER name TYPE text COLLATE \"C\"",
        true,
        "ALTER TABLE item ALTER name TYPE text COLLATE \"default\""),
    RENAME_TABLE("ALTER TABLE item RENAME TO goods", false, "ALTER TABLE goods RENAME TO item"),
    MOVE_TABLE(
        "CREATE SCHEMA attic; ALTER TABLE item SET SCHEMA attic",
        false,
        "ALTER TABLE attic.item SET SCHEMA public"),
    DROP_TABLE("DROP TABLE item", false, null),
    REPLACE_TABLE(
        "ALTER TABLE item RENAME TO old_item; CREATE TABLE item (LIKE old_item INCLUDING ALL)",
        true,
        null);

    final String statement;
    final boolean applicationsGoOn;
    final String undo;

    Change(String statement, boolean applicationsGoOn, String undo) {
      this.statement = statement;
      this.applicationsGoOn = applicationsGoOn;
      this.undo = undo;
    }
  }

  @BeforeEach
  void start() {
    shop =
        new TestRepository(
            "CREATE TABLE item (id integer PRIMARY KEY, name text, word text, price numeric(8, 2))",
            "INSERT INTO item VALUES (1, 'one', 'w', 1.50), (2, 'two', 'x', 2)");
    shop.install("item");
  }

  @AfterEach
  void stop() {
    shop.close();
  }

  private void assertChanged(org.assertj.core.api.ThrowableAssert.ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            TableChangedException.class,
            e -> assertThat(e.remedy()).contains("epoch table remove item"))
        .hasMessageContaining("public.item");
  }

  @ParameterizedTest
  @EnumSource
  void everyAnswerSaysSo(Change change) {
    // given
    TableState first = shop.committed(shop.main, "item");
    Map<RowKey, Row> before = shop.rows("item", first);
    shop.write(shop.main, "UPDATE item SET name = 'uno' WHERE id = 1");
    shop.commit(shop.main, "item");
    TableState head = shop.committed(shop.main, "item");
    TableState working = shop.working(shop.main, "item");
    BranchHandle feature = shop.branch("feature", shop.main);
    List<RowChange> merged =
        List.of(new RowChange(RowKey.of("2"), null, Row.of("2", "zwei", "x", "2.00")));
    RowWrite record = new RowWrite.Upsert(Map.of("id", IntNode.valueOf(3)));

    // when
    shop.database.execute(change.statement);

    // then
    assertChanged(() -> shop.rows("item", first));
    assertChanged(() -> shop.rows("item", head));
    assertChanged(() -> shop.adapter.row(shop.table("item"), first, RowKey.of("1")));
    assertChanged(() -> shop.adapter.rows(shop.table("item"), working, RowQuery.all()));
    assertChanged(() -> shop.changes("item", first, head));
    assertChanged(() -> shop.changes("item", head, working));
    assertChanged(() -> shop.adapter.threeWay(shop.table("item"), first, head, working));
    assertChanged(() -> shop.adapter.pending(shop.main, List.of(shop.at(shop.main, "item"))));
    assertChanged(() -> shop.commit(shop.main, "item"));
    for (BranchHandle branch : List.of(shop.main, feature)) {
      assertChanged(() -> shop.merge(branch, "item", shop.head(branch, "item").anchor(), merged));
      assertChanged(() -> shop.adapter.write(branch, shop.at(branch, "item"), List.of(record)));
    }
    if (change.applicationsGoOn) {
      shop.database.execute("UPDATE item SET word = 'v'", "DELETE FROM item WHERE id = 2");
    }

    // when
    if (change.undo != null) {
      shop.database.execute(change.undo);

      // then
      assertThat(shop.rows("item", first)).isEqualTo(before);
      shop.commit(shop.main, "item");
      assertThat(shop.rows("item", shop.committed(shop.main, "item")))
          .isEqualTo(shop.rows("item", shop.working(shop.main, "item")));
      assertThat(shop.changes("item", head, shop.committed(shop.main, "item")))
          .hasSize(change.applicationsGoOn ? 2 : 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void removingTheTableFreesIt(Change change) {
    // given
    BranchHandle feature = shop.branch("feature", shop.main);
    if (change == Change.ADD || change == Change.RENAME_TABLE || change == Change.REPLACE_TABLE) {
      shop.write(feature, "UPDATE item SET name = 'uno' WHERE id = 1");
    }
    shop.database.execute(change.statement);

    // when
    TableState head = shop.committed(shop.main, "item");
    boolean kept = change == Change.ADD;
    if (kept) {
      shop.adapter.remove(shop.table("item"), new Removal(true, true));
      assertThat(shop.rows(shop.table("item").asRemoved(), head)).hasSize(2);
    } else {
      assertThatThrownBy(() -> shop.adapter.remove(shop.table("item"), new Removal(true, true)))
          .isInstanceOfSatisfying(
              TableChangedException.class,
              e -> assertThat(e.remedy()).endsWith("epoch table remove --purge item"));
      shop.adapter.remove(shop.table("item"), Removal.OF_EVERYTHING);
    }

    // then
    assertThat(
            shop.database.value(
                """
                SELECT count(*)
                FROM pg_trigger t
                JOIN pg_class c ON c.oid = t.tgrelid
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE t.tgname LIKE 'epoch%' AND NOT t.tgisinternal
                AND t.tgrelid <> 'epoch.branch_tables'::regclass
                -- through which sessions on branches read tables that are not registered
                AND n.nspname NOT LIKE 'epoch\\_read\\_%'
                """))
        .isEqualTo("0");
    assertThat(
            shop.database.value(
                "SELECT count(*) > 0 FROM pg_class WHERE relname LIKE 'item\\_\\_%'"))
        .isEqualTo(kept ? "t" : "f");
    for (String table :
        shop.database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").stream()
            .map(List::getFirst)
            .toList()) {
      shop.database.execute("UPDATE " + table + " SET id = id + 1000", "DELETE FROM " + table);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE item ADD CHECK (price >= 0)",
        "CREATE INDEX ON item (name)",
        "ALTER TABLE item ALTER name SET DEFAULT 'new'",
        "ALTER TABLE item ALTER name SET NOT NULL",
        "ALTER TABLE item CLUSTER ON item_pkey; CLUSTER item",
        "ALTER TABLE item DISABLE TRIGGER USER; ALTER TABLE item ENABLE TRIGGER USER",
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
