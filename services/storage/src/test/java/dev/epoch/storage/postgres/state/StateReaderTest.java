package dev.epoch.storage.postgres.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StateReaderTest {
  private TestRepository shop;
  private BranchHandle main;

  @BeforeEach
  void start() {
    shop =
        new TestRepository(
            "CREATE TABLE users (id integer PRIMARY KEY, name text, balance numeric, extra json)",
            "INSERT INTO users VALUES (1, 'Ann', 1.0, '{\"a\": 1}'), (2, 'Bob', 2, NULL),"
                + " (3, 'Cid', 3, NULL)");
    shop.install("users");
    main = shop.main;
  }

  @AfterEach
  void stop() {
    shop.close();
  }

  @Test
  void aCommittedStateStaysWhileTheLiveTableChanges() {
    // given
    TableState first = shop.committed(main, "users");
    Map<RowKey, Row> rows = shop.rows("users", first);

    // when
    shop.write(
        main,
        "UPDATE users SET name = 'Anna' WHERE id = 1",
        "DELETE FROM users WHERE id = 2",
        "INSERT INTO users VALUES (4, 'Dan', 4, NULL)");

    // then
    assertThat(rows).hasSize(3);
    assertThat(shop.rows("users", first)).isEqualTo(rows);
    assertThat(shop.adapter.pending(main, List.of(shop.at(main, "users"))))
        .isEqualTo(Map.of("t1", new PendingChanges(1, 1, 1)));
    assertThat(kinds(shop.changes("users", first, shop.working(main, "users"))))
        .containsExactlyInAnyOrder("UPDATE 1", "DELETE 2", "INSERT 4");

    // when
    shop.commit(main, "users");
    TableState second = shop.committed(main, "users");
    shop.write(main, "UPDATE users SET name = 'Anne' WHERE id = 1");

    // then
    assertThat(second).isNotEqualTo(first);
    assertThat(shop.rows("users", first)).isEqualTo(rows);
    assertThat(shop.rows("users", second).get(RowKey.of("1")).get(1)).isEqualTo("Anna");
    assertThat(kinds(shop.changes("users", first, second)))
        .containsExactlyInAnyOrder("UPDATE 1", "DELETE 2", "INSERT 4");
    assertThat(kinds(shop.changes("users", second, first)))
        .containsExactlyInAnyOrder("UPDATE 1", "INSERT 2", "DELETE 4");
  }

  @Test
  void equalIsNotTheSame() {
    // given
    TableState first = shop.committed(main, "users");

    // when
    shop.write(main, "UPDATE users SET balance = 1.00, extra = '{\"a\":1}' WHERE id = 1");
    shop.commit(main, "users");

    // then
    RowChange change = shop.changes("users", first, shop.committed(main, "users")).getFirst();
    assertThat(change.before()).isEqualTo(Row.of("1", "Ann", "1.0", "{\"a\": 1}"));
    assertThat(change.after()).isEqualTo(Row.of("1", "Ann", "1.00", "{\"a\":1}"));
  }

  @Test
  void aChangeTakenBackIsNone() {
    // given
    TableState first = shop.committed(main, "users");

    // when
    shop.write(main, "UPDATE users SET name = 'X'");
    shop.write(
        main, "UPDATE users SET name = 'Ann' WHERE id = 1", "DELETE FROM users WHERE id > 1");
    shop.write(main, "INSERT INTO users VALUES (2, 'Bob', 2), (3, 'Cid', 3)");

    // then
    assertThat(shop.adapter.pending(main, List.of(shop.at(main, "users")))).isEmpty();
    assertThat(shop.changes("users", first, shop.working(main, "users"))).isEmpty();
    shop.commit(main, "users");
    assertThat(shop.committed(main, "users")).isEqualTo(first);
  }

  @Test
  void branchesSeeTheirOwnWritesOnly() {
    // given
    BranchHandle feature = shop.branch("feature", main);
    TableState before = shop.committed(main, "users");

    // when
    shop.write(feature, "UPDATE users SET name = 'Annie' WHERE id = 1");
    shop.write(feature, "DELETE FROM users WHERE id = 3");
    shop.write(main, "UPDATE users SET name = 'Robert' WHERE id = 2");
    shop.commit(main, "users");

    // then
    assertThat(names(shop.working(feature, "users"))).containsOnly("Annie", "Bob");
    assertThat(names(shop.working(main, "users"))).containsOnly("Ann", "Robert", "Cid");
    assertThat(kinds(shop.changes("users", before, shop.working(feature, "users"))))
        .containsExactlyInAnyOrder("UPDATE 1", "DELETE 3");

    // when
    shop.commit(feature, "users");
    TableState committed = shop.committed(feature, "users");
    shop.write(feature, "INSERT INTO users VALUES (3, 'Cyd')", "DELETE FROM users WHERE id = 1");

    // then
    assertThat(names(committed)).containsOnly("Annie", "Bob");
    assertThat(names(shop.working(feature, "users"))).containsOnly("Bob", "Cyd");
    assertThat(kinds(shop.changes("users", committed, shop.working(feature, "users"))))
        .containsExactlyInAnyOrder("DELETE 1", "INSERT 3");
    assertThat(kinds(shop.changes("users", committed, shop.committed(main, "users"))))
        .containsExactlyInAnyOrder("UPDATE 1", "UPDATE 2", "INSERT 3");
    assertThat(
            TestRepository.list(
                shop.adapter.threeWay(
                    shop.table("users"), before, committed, shop.committed(main, "users"))))
        .singleElement()
        .satisfies(row -> {
          assertThat(row.key()).isEqualTo(RowKey.of("2"));
          assertThat(row.base()).isEqualTo(row.ours());
          assertThat(row.theirs().get(1)).isEqualTo("Robert");
        });
  }

  @Test
  void aMergeIntoABranchMovesItsAnchor() {
    // given
    BranchHandle feature = shop.branch("feature", main);
    TableState base = shop.committed(main, "users");
    shop.write(feature, "UPDATE users SET name = 'Annie' WHERE id = 1");
    shop.commit(feature, "users");
    TableState before = shop.committed(feature, "users");
    shop.write(
        main,
        "UPDATE users SET name = 'Robert' WHERE id = 2",
        "INSERT INTO users VALUES (4, 'Dan')");
    shop.commit(main, "users");
    List<RowChange> theirs = shop.changes("users", base, shop.committed(main, "users"));

    // when
    shop.merge(feature, "users", shop.head(main, "users").anchor(), theirs);

    // then
    assertThat(names(shop.committed(feature, "users")))
        .containsOnly("Annie", "Robert", "Cid", "Dan");
    assertThat(names(before)).containsOnly("Annie", "Bob", "Cid");
    assertThat(
            kinds(
                shop.changes(
                    "users", shop.committed(main, "users"), shop.committed(feature, "users"))))
        .containsExactly("UPDATE 1");
    assertThat(shop.database.value("SELECT count(*) FROM epoch.users__v_feature_t1_bfeature"))
        .isEqualTo("1");
  }

  @Test
  void aMergeIntoTheDefaultBranchWritesTheLiveTable() {
    // given
    TableState before = shop.committed(main, "users");

    // when
    shop.merge(
        main,
        "users",
        0,
        List.of(
            new RowChange(RowKey.of("1"), null, Row.of("1", "Ann", "5", null)),
            new RowChange(RowKey.of("2"), Row.of("2", "Bob", "2", null), null),
            new RowChange(RowKey.of("9"), null, Row.of("9", "Eve", null, "[]"))));

    // then
    assertThat(shop.database.rows("SELECT * FROM users ORDER BY id"))
        .isEqualTo(
            List.of(
                java.util.Arrays.asList("1", "Ann", "5", null),
                java.util.Arrays.asList("3", "Cid", "3", null),
                java.util.Arrays.asList("9", "Eve", null, "[]")));
    assertThat(kinds(shop.changes("users", before, shop.committed(main, "users"))))
        .containsExactlyInAnyOrder("UPDATE 1", "DELETE 2", "INSERT 9");
    assertThat(shop.adapter.pending(main, List.of(shop.at(main, "users")))).isEmpty();
  }

  @Test
  void pagesAndConditions() {
    // given
    TableState first = shop.committed(main, "users");
    shop.write(main, "INSERT INTO users SELECT i, 'n' || i FROM generate_series(4, 30) i");
    shop.write(main, "DELETE FROM users WHERE id = 2");
    TableState working = shop.working(main, "users");

    // then
    assertThat(ids(first, RowQuery.page(RowKey.of("1"), 1))).containsExactly("2");
    assertThat(ids(working, RowQuery.page(RowKey.of("1"), 3))).containsExactly("3", "4", "5");
    assertThat(ids(working, RowQuery.page(null, 2))).containsExactly("1", "3");
    assertThat(ids(working, new RowQuery(null, Map.of("name", "n7"), OptionalLong.empty(), true)))
        .containsExactly("7");
    assertThat(
            ids(
                first,
                new RowQuery(null, Map.of("extra", "{\"a\": 1}"), OptionalLong.empty(), true)))
        .containsExactly("1");
    assertThat(shop.adapter.row(shop.table("users"), first, RowKey.of("2")))
        .contains(Row.of("2", "Bob", "2", null));
    assertThat(shop.adapter.row(shop.table("users"), working, RowKey.of("2")))
        .isEqualTo(Optional.empty());
  }

  private List<String> ids(TableState state, RowQuery query) {
    return TestRepository.list(shop.adapter.rows(shop.table("users"), state, query)).stream()
        .map(row -> row.get(0))
        .toList();
  }

  private List<String> names(TableState state) {
    return shop.rows("users", state).values().stream().map(row -> row.get(1)).toList();
  }

  private static List<String> kinds(List<RowChange> changes) {
    return changes.stream().map(change -> change.kind() + " " + change.key()).toList();
  }
}
