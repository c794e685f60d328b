package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes and commits go on as if the catalogs were as they were last seen, and find out. */
class AssumptionsTest {
  private TestRepository shop;
  private BranchHandle feature;

  @BeforeEach
  void start() {
    shop =
        new TestRepository(
            "CREATE TABLE item (id integer PRIMARY KEY, name text)",
            "INSERT INTO item SELECT i, 'old ' || i FROM generate_series(1, 9) i");
    shop.install("item");
    feature = shop.branch("feature", shop.main);
  }

  @AfterEach
  void stop() {
    shop.close();
  }

  private void write(BranchHandle branch, int id, String name) {
    shop.adapter.write(
        branch,
        shop.at(branch, "item"),
        List.of(
            new RowWrite.Upsert(
                Map.of("id", IntNode.valueOf(id), "name", TextNode.valueOf(name)))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ALTER TABLE item DROP name", "ALTER TABLE item ALTER name SET NOT NULL"})
  void aChangedTableIsFoundBeforeACommit(String change) {
    // given
    for (BranchHandle branch : List.of(shop.main, feature)) {
      for (int i = 0; i < 3; i++) {
        write(branch, 1, "name " + i);
        shop.commit(branch, "item");
      }
      write(branch, 1, "last");
    }

    // when
    shop.database.execute(change);

    // then
    for (BranchHandle branch : List.of(shop.main, feature)) {
      shop.commit(branch, "item");
      if (!change.contains("DROP")) {
        assertThat(shop.rows("item", shop.committed(branch, "item")).get(RowKey.of("1")))
            .isEqualTo(Row.of("1", "last"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aChangedTableIsFoundBeforeAWrite(boolean live) {
    // given
    BranchHandle branch = live ? shop.main : feature;
    for (int i = 0; i < 3; i++) {
      write(branch, 1, "name " + i);
    }

    // when
    shop.database.execute("ALTER TABLE item DROP name");

    // then
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> write(shop.main, 1, "too late"));
  }

  @Test
  void aNewRuleHoldsForTheNextWrite() {
    // given
    write(feature, 1, "one");
    write(feature, 2, "two");

    // when
    shop.database.execute("CREATE UNIQUE INDEX ON item (name)");

    // then
    assertThatExceptionOfType(WriteRefusedException.class)
        .isThrownBy(() -> write(feature, 3, "old 4"))
        .withMessageContaining("duplicate key value");
  }

  @Test
  void aBranchThatStandsElsewhereIsCommittedThere() {
    // given
    for (int i = 0; i < 3; i++) {
      write(feature, 1, "name " + i);
      shop.commit(feature, "item");
    }
    write(shop.main, 5, "new");
    shop.commit(shop.main, "item");
    long anchor = shop.head(shop.main, "item").anchor();
    assertThat(shop.head(feature, "item").anchor()).isLessThan(anchor);
    write(feature, 1, "last");

    // when
    shop.database.execute(
        "UPDATE epoch.branch_tables SET anchor = %d WHERE branch_id = '%s'"
            .formatted(anchor, feature.id()));
    shop.commit(feature, "item");

    // then
    assertThat(shop.head(feature, "item").anchor()).isEqualTo(anchor);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTableThatSessionsHaveOpenedAndAlteredIsWrittenAndCommittedAsItIs(boolean written)
      throws SQLException {
    // given
    for (int i = 0; i < 3; i++) {
      write(feature, 1, "name " + i);
      shop.commit(feature, "item");
    }

    // when
    try (Connection session = shop.database.connect();
        Statement statement = session.createStatement()) {
      statement.execute("SELECT epoch.use_branch('feature')");
      shop.adapter.open(feature, List.of());
      statement.execute("ALTER TABLE item ADD COLUMN note text");
      statement.execute("UPDATE item SET note = 'two' WHERE id = 2");
      if (written) {
        shop.adapter.write(
            feature,
            shop.at(feature, "item"),
            List.of(
                new RowWrite.Upsert(
                    Map.of("id", IntNode.valueOf(3), "note", TextNode.valueOf("three")))));
        assertThat(TestDatabase.rows(session, "SELECT note FROM item WHERE id = 3"))
            .containsExactly(List.of("three"));
      }
    }
    shop.commit(feature, "item");

    // then
    assertThat(shop.table(feature, "item").schema().indexOf("note")).isEqualTo(2);
    var rows =
        shop.rows(
            shop.table(feature, "item"), new TableState.Committed(shop.head(feature, "item")));
    assertThat(rows.get(RowKey.of("2"))).isEqualTo(Row.of("2", "old 2", "two"));
    assertThat(rows.get(RowKey.of("3"))).isEqualTo(Row.of("3", "old 3", written ? "three" : null));
  }

  @Test
  void aTableThatSessionsHaveOpenedIsWrittenAndCommitted() throws SQLException {
    // given
    for (int i = 0; i < 3; i++) {
      write(feature, 1, "name " + i);
      shop.commit(feature, "item");
    }

    // when
    try (Connection session = shop.database.connect();
        Statement statement = session.createStatement()) {
      statement.execute("SELECT epoch.use_branch('feature')");
      for (int round = 1; round <= 2; round++) {
        shop.adapter.open(feature, List.of());
        write(feature, 1, "open " + round);
        assertThat(TestDatabase.rows(session, "SELECT name FROM item WHERE id = 1"))
            .containsExactly(List.of("open " + round));
        shop.commit(feature, "item");
        assertThat(shop.rows("item", shop.committed(feature, "item")).get(RowKey.of("1")))
            .isEqualTo(Row.of("1", "open " + round));
        shop.adapter.close(feature, List.of());
        write(feature, 1, "closed " + round);
        assertThat(TestDatabase.rows(session, "SELECT name FROM item WHERE id = 1"))
            .containsExactly(List.of("closed " + round));
        shop.commit(feature, "item");
      }
    }

    // then
    assertThat(shop.rows("item", shop.committed(feature, "item")).get(RowKey.of("1")))
        .isEqualTo(Row.of("1", "closed 2"));
  }
}
