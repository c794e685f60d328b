package dev.epoch.storage.postgres.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.ConstraintViolationsException.Violation;
import dev.epoch.storage.operation.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What references and partitions have to say about a merge into live tables. */
class LiveMergeReferencesTest extends LiveMerge {
  private void parents(String action) {
    start(
        List.of("parent", "child"),
        "CREATE TABLE parent (id integer PRIMARY KEY, name text)",
        "CREATE TABLE child (id integer PRIMARY KEY, parent integer DEFAULT 1 REFERENCES parent "
            + action
            + ")",
        "INSERT INTO parent VALUES (1, 'a'), (2, 'b')",
        "INSERT INTO child VALUES (10, 1), (20, 2), (21, 2)");
  }

  @Test
  void rowsThatHoldADeletedOneAreReported() {
    for (String action : List.of("", "ON DELETE RESTRICT", "DEFERRABLE INITIALLY DEFERRED")) {
      // given
      parents(action);

      // when
      delete("parent", "2");

      // then
      assertThat(violations()).containsOnly("child_parent_fkey");
      changes.clear();
      before.clear();
      shop.close();
    }
    parents("");
  }

  @Test
  void theActionOfAReferenceIsDoneAsForAnyDelete() {
    Map<String, List<String>> left =
        Map.of(
            "CASCADE", List.of("[10, 1]"),
            "SET NULL", List.of("[10, 1]", "[20, null]", "[21, null]"),
            "SET DEFAULT", List.of("[10, 1]", "[20, 1]", "[21, 1]"));
    left.forEach((action, children) -> {
      // given
      parents("ON DELETE " + action);

      // when
      delete("parent", "2");
      put("child", "10", "1");
      merge();

      // then
      assertThat(live("parent")).containsExactly("[1, a]");
      assertThat(live("child")).isEqualTo(children);
      assertHeadIsTheTruth("parent", "child");
      changes.clear();
      before.clear();
      shop.close();
    });
    parents("");
  }

  @Test
  void aColumnThatMustHaveAParentIsReported() {
    // given
    parents("ON DELETE SET NULL");
    shop.database.execute("ALTER TABLE child ALTER parent SET NOT NULL");

    // when
    delete("parent", "2");

    // then
    assertThat(violations()).containsOnly("child_parent_fkey");
  }

  @Test
  void aCascadeThatTheMergeKnowsOfIsWrittenOnce() {
    // given
    parents("ON DELETE CASCADE");
    delete("parent", "2");
    delete("child", "20");
    put("child", "21", "1");
    put("parent", "3", "c");
    put("child", "30", "3");

    // when
    Operation operation = merge();

    // then
    assertThat(live("child")).containsExactly("[10, 1]", "[21, 1]", "[30, 3]");
    assertHeadIsTheTruth("parent", "child");
    assertRevertRestores(operation);
    assertThat(live("child")).containsExactly("[10, 1]", "[20, 2]", "[21, 2]");
    assertThat(live("parent")).containsExactly("[1, a]", "[2, b]");
  }

  @Test
  void childrenThatLetGoAsTheMergeSays() {
    // given
    parents("ON DELETE SET NULL");
    delete("parent", "2");
    put("child", "20", null);
    put("child", "21", "1");

    // when
    Operation operation = merge();

    // then
    assertThat(live("child")).containsExactly("[10, 1]", "[20, null]", "[21, 1]");
    assertHeadIsTheTruth("parent", "child");
    assertRevertRestores(operation);
    assertThat(live("child")).containsExactly("[10, 1]", "[20, 2]", "[21, 2]");
  }

  @Test
  void unregisteredChildrenHoldTheirParentsOrFollowThem() {
    // given a reference to what is not the key
    start(
        List.of("parent"),
        "CREATE TABLE parent (id integer PRIMARY KEY, name text UNIQUE)",
        "CREATE TABLE child (id integer PRIMARY KEY, parent text REFERENCES parent (name))",
        "INSERT INTO parent VALUES (1, 'a'), (2, 'b')",
        "INSERT INTO child VALUES (20, 'b')");

    // when
    delete("parent", "2");

    // then the row that is held is told
    ConstraintViolationsException held =
        catchThrowableOfType(ConstraintViolationsException.class, this::merge);
    assertThat(held.violations())
        .singleElement()
        .satisfies(violation -> {
          assertThat(violation.constraint()).isEqualTo("child_parent_fkey");
          assertThat(violation.table()).isEqualTo(shop.table("parent").id());
          assertThat(violation.key()).isEqualTo(RowKey.of("2"));
        });

    // when
    shop.database.execute(
        "ALTER TABLE child DROP CONSTRAINT child_parent_fkey, "
            + "ADD FOREIGN KEY (parent) REFERENCES parent (name) ON DELETE CASCADE");
    merge();

    // then
    assertThat(live("child")).isEmpty();
    assertHeadIsTheTruth("parent");
  }

  @Test
  void aRowWithoutPartitionIsReported() {
    // given
    start(
        List.of("sale"),
        "CREATE TABLE sale (id integer, region text, amount integer, PRIMARY KEY (id, region))"
            + " PARTITION BY LIST (region)",
        "CREATE TABLE sale_north PARTITION OF sale FOR VALUES IN ('north')",
        "CREATE TABLE sale_south PARTITION OF sale FOR VALUES IN ('south') PARTITION BY RANGE (id)",
        "CREATE TABLE sale_south_few PARTITION OF sale_south FOR VALUES FROM (0) TO (10)",
        "INSERT INTO sale VALUES (1, 'north', 1)");

    // when
    putSale("2", "south");
    putSale("20", "south");
    putSale("3", "east");
    putSale("4", "north");

    // then
    ConstraintViolationsException failure =
        catchThrowableOfType(ConstraintViolationsException.class, this::merge);
    assertThat(failure.violations())
        .extracting(Violation::constraint, Violation::key)
        .containsExactlyInAnyOrder(
            tuple("partition of sale", RowKey.of("20", "south")),
            tuple("partition of sale", RowKey.of("3", "east")));

    // when
    shop.database.execute("CREATE TABLE sale_rest PARTITION OF sale DEFAULT");
    shop.database.execute("CREATE TABLE sale_south_rest PARTITION OF sale_south DEFAULT");
    merge();

    // then
    assertThat(live("sale")).hasSize(5);
  }

  private void putSale(String id, String region) {
    changes
        .computeIfAbsent("sale", _ -> new ArrayList<>())
        .add(new RowChange(RowKey.of(id, region), null, Row.of(id, region, "1")));
  }

  @Test
  void referencesOfAndToPartitionsAreLookedAt() {
    // given
    start(
        List.of("region", "sale", "visit"),
        "CREATE TABLE region (id integer PRIMARY KEY)",
        "CREATE TABLE sale (id integer PRIMARY KEY, region integer) PARTITION BY RANGE (id)",
        "CREATE TABLE sale_few PARTITION OF sale FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE sale_many PARTITION OF sale FOR VALUES FROM (10) TO (100)",
        "ALTER TABLE sale_few ADD FOREIGN KEY (region) REFERENCES region",
        "CREATE TABLE visit (id integer PRIMARY KEY, sale integer REFERENCES sale_many)",
        "INSERT INTO region VALUES (1), (2)",
        "INSERT INTO sale VALUES (1, 1), (11, 2)",
        "INSERT INTO visit VALUES (5, 11)");

    // when
    delete("region", "1");
    put("sale", "2", "7");
    put("sale", "12", "7");
    delete("sale", "11");
    put("visit", "6", "12");
    put("visit", "7", "2");

    // then
    ConstraintViolationsException failure =
        catchThrowableOfType(ConstraintViolationsException.class, this::merge);
    assertThat(failure.violations())
        .extracting(Violation::constraint, Violation::key)
        .containsExactlyInAnyOrder(
            tuple("sale_few_region_fkey", RowKey.of("1")),
            tuple("sale_few_region_fkey", RowKey.of("2")),
            tuple("visit_sale_fkey", RowKey.of("5")),
            tuple("visit_sale_fkey", RowKey.of("7")));

    // when
    changes.clear();
    put("sale", "12", "7");
    put("visit", "6", "12");
    delete("region", "2");
    merge();

    // then
    assertHeadIsTheTruth("region", "sale", "visit");
  }

  @Test
  void aTreeOfOneTable() {
    // given
    start(
        List.of("node"),
        "CREATE TABLE node (id integer PRIMARY KEY, parent integer REFERENCES node ON DELETE"
            + " CASCADE, name text UNIQUE)",
        "INSERT INTO node VALUES (1, NULL, 'root'), (2, 1, 'a'), (3, 2, 'b'), (4, 3, 'c')");

    // when: 2 goes, 3 moves under 5, which is new and lies under 4's former place
    delete("node", "2");
    put("node", "3", "5", "b");
    put("node", "5", "1", "a");
    delete("node", "4");
    put("node", "6", "6", "c");
    Operation operation = merge();

    // then
    assertThat(live("node"))
        .containsExactly("[1, null, root]", "[3, 5, b]", "[5, 1, a]", "[6, 6, c]");
    assertHeadIsTheTruth("node");
    assertRevertRestores(operation);
    assertThat(live("node"))
        .containsExactly("[1, null, root]", "[2, 1, a]", "[3, 2, b]", "[4, 3, c]");
  }

  @Test
  void tablesThatReferToEachOther() {
    for (String deferrable : List.of("", "DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED")) {
      // given
      start(
          List.of("team", "player"),
          "CREATE TABLE team (id integer PRIMARY KEY, captain integer NOT NULL)",
          "CREATE TABLE player (id integer PRIMARY KEY, team integer NOT NULL REFERENCES team "
              + deferrable
              + ")",
          "WITH p AS (INSERT INTO player VALUES (1, 1) RETURNING 1) INSERT INTO team VALUES (1, 1)",
          "ALTER TABLE team ADD FOREIGN KEY (captain) REFERENCES player " + deferrable);

      // when
      delete("team", "1");
      delete("player", "1");
      put("team", "2", "2");
      put("player", "2", "2");
      put("player", "3", "2");
      Operation operation = merge();

      // then
      assertThat(live("team")).containsExactly("[2, 2]");
      assertThat(live("player")).containsExactly("[2, 2]", "[3, 2]");
      assertHeadIsTheTruth("team", "player");
      assertRevertRestores(operation);
      assertThat(live("player")).containsExactly("[1, 1]");
      changes.clear();
      before.clear();
      if (!deferrable.endsWith("DEFERRED")) {
        shop.close();
      }
    }
  }
}
