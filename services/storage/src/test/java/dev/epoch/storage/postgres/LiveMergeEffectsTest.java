package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.ConstraintViolationsException;
import dev.epoch.storage.ConstraintViolationsException.Violation;
import dev.epoch.storage.Operation;
import dev.epoch.storage.Operation.MergeRows;
import dev.epoch.storage.PlannedRows;
import dev.epoch.storage.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What a merge into live tables sets off there, by references and by triggers of users: the head
 * holds what is in the tables afterwards, in the tables of the merge; in others it is uncommitted.
 */
class LiveMergeEffectsTest {
  private TestRepository shop;
  private final Map<String, List<RowChange>> changes = new LinkedHashMap<>();
  private final Map<String, TableState> before = new HashMap<>();

  private void start(List<String> tables, String... statements) {
    shop = new TestRepository(statements);
    shop.install(tables.toArray(String[]::new));
    tables.forEach(table -> before.put(table, shop.committed(shop.main, table)));
  }

  @AfterEach
  void stop() {
    shop.close();
  }

  private void put(String table, String... values) {
    Row row = Row.of(values);
    changes
        .computeIfAbsent(table, _ -> new ArrayList<>())
        .add(new RowChange(RowKey.of(values[0]), null, row));
  }

  private void delete(String table, String id) {
    changes
        .computeIfAbsent(table, _ -> new ArrayList<>())
        .add(new RowChange(RowKey.of(id), Row.of(id), null));
  }

  private Operation merge() {
    List<Operation.TableOperation> tables = new ArrayList<>();
    Map<String, PlannedRows> streams = new HashMap<>();
    changes.forEach((table, rows) -> {
      tables.add(new MergeRows(shop.at(shop.main, table), shop.head(shop.main, table).anchor()));
      streams.put(shop.table(table).id(), PlannedRows.fixed(RowStream.of(rows)));
    });
    Operation operation = new Operation(shop.nextOperation(), shop.main, tables);
    shop.apply(operation, streams);
    return operation;
  }

  private List<String> violations() {
    ConstraintViolationsException failure =
        catchThrowableOfType(ConstraintViolationsException.class, this::merge);
    assertThat(failure).as("nothing was refused").isNotNull();
    before.forEach((table, state) -> assertThat(live(table)).isEqualTo(texts(table, state)));
    return failure.violations().stream().map(Violation::constraint).toList();
  }

  private List<String> texts(String table, TableState state) {
    return shop.rows(table, state).values().stream().map(Row::toString).sorted().toList();
  }

  private List<String> live(String table) {
    return shop.database.rows("SELECT * FROM " + table).stream()
        .map(Object::toString)
        .sorted()
        .toList();
  }

  /**
   * The head is what is there, nothing is uncommitted, and the hash that follows changes is right.
   */
  private void assertHeadIsTheTruth(String... tables) {
    for (String table : tables) {
      TableState head = shop.committed(shop.main, table);
      assertThat(texts(table, head)).isEqualTo(live(table));
      assertThat(shop.adapter.pending(shop.main, List.of(shop.at(shop.main, table)))).isEmpty();
      RowHasher hasher = new RowHasher(shop.table(table).schema());
      ContentSum sum = new ContentSum();
      shop.rows(table, before.get(table)).values().forEach(row -> sum.add(hasher, row));
      shop.changes(table, before.get(table), head).forEach(change -> sum.apply(hasher, change));
      ContentSum whole = new ContentSum();
      shop.rows(table, head).values().forEach(row -> whole.add(hasher, row));
      assertThat(sum).isEqualTo(whole);
    }
  }

  private void assertRevertRestores(Operation operation) {
    Map<String, List<String>> former = new HashMap<>();
    before.forEach((table, state) -> former.put(table, texts(table, state)));
    shop.revert(operation);
    former.forEach((table, rows) -> assertThat(texts(table, before.get(table))).isEqualTo(rows));
  }

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
  void rowsThatReferToADeletedOneAreReportedWhateverTheReferenceDoes() {
    for (String action :
        List.of(
            "",
            "ON DELETE CASCADE",
            "ON DELETE SET NULL",
            "ON DELETE SET DEFAULT",
            "DEFERRABLE INITIALLY DEFERRED")) {
      // given
      parents(action);

      // when: the children would follow or let go, which the merge was not told of
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
  void unregisteredChildrenHoldTheirParentsToo() {
    // given
    start(
        List.of("parent"),
        "CREATE TABLE parent (id integer PRIMARY KEY, name text)",
        "CREATE TABLE child (id integer PRIMARY KEY, parent integer REFERENCES parent ON DELETE CASCADE)",
        "INSERT INTO parent VALUES (1, 'a'), (2, 'b')",
        "INSERT INTO child VALUES (20, 2)");

    // when
    delete("parent", "2");

    // then
    assertThat(violations()).containsExactly("child_parent_fkey");
    assertThat(live("child")).containsExactly("[20, 2]");
  }

  @Test
  void aTreeOfOneTable() {
    // given
    start(
        List.of("node"),
        "CREATE TABLE node (id integer PRIMARY KEY, parent integer REFERENCES node ON DELETE CASCADE, name text UNIQUE)",
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

  private void triggers(String... statements) {
    List<String> all = new ArrayList<>();
    all.add("CREATE TABLE item (id integer PRIMARY KEY, name text, changes integer DEFAULT 0)");
    all.add("CREATE TABLE note (id integer PRIMARY KEY, text text)");
    all.add("INSERT INTO item VALUES (1, 'one', 0), (2, 'two', 0)");
    all.add("INSERT INTO note VALUES (1, 'first')");
    all.addAll(List.of(statements));
    start(List.of("item", "note"), all.toArray(String[]::new));
  }

  @Test
  void whatABeforeTriggerMakesOfARowIsCommitted() {
    // given
    triggers(
        """
        CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN NEW.changes := coalesce(NEW.changes, 0) + 1; RETURN NEW; END $$\
        """,
        "CREATE TRIGGER counted BEFORE INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION counted()");

    // when
    put("item", "1", "uno", "0");
    put("item", "3", "tre", "5");
    Operation operation = merge();

    // then
    assertThat(live("item")).containsExactly("[1, uno, 1]", "[2, two, 0]", "[3, tre, 6]");
    assertHeadIsTheTruth("item", "note");
    assertRevertRestores(operation);
  }

  @Test
  void rowsThatABeforeTriggerKeepsBackAreNotCommitted() {
    // given
    triggers(
        "CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "CREATE TRIGGER kept BEFORE INSERT OR DELETE ON item FOR EACH ROW EXECUTE FUNCTION kept()");

    // when
    put("item", "1", "uno", "0");
    delete("item", "2");
    put("item", "3", "tre", "5");
    merge();

    // then
    assertThat(live("item")).containsExactly("[1, uno, 0]", "[2, two, 0]");
    assertHeadIsTheTruth("item", "note");
  }

  @Test
  void whatAnAfterTriggerWritesToATableOfTheMergeIsCommittedWithIt() {
    // given
    triggers(
        """
        CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO public.note SELECT max(id) + 1, NEW.name FROM public.note;
          UPDATE public.item SET changes = changes + 1 WHERE id = 2;
          RETURN NULL;
        END $$\
        """,
        "CREATE TRIGGER noted AFTER INSERT ON item FOR EACH ROW EXECUTE FUNCTION noted()");

    // when
    put("item", "3", "tre", "0");
    put("note", "1", "erste");
    Operation operation = merge();

    // then
    assertThat(live("item")).containsExactly("[1, one, 0]", "[2, two, 1]", "[3, tre, 0]");
    assertThat(live("note")).containsExactly("[1, erste]", "[2, tre]");
    assertHeadIsTheTruth("item", "note");
    assertRevertRestores(operation);
    assertThat(live("note")).containsExactly("[1, first]");
  }

  @Test
  void whatATriggerWritesToAnotherTableIsUncommittedThere() {
    // given
    triggers(
        """
        CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO public.note SELECT max(id) + 1, NEW.name FROM public.note; RETURN NULL; END $$\
        """,
        "CREATE CONSTRAINT TRIGGER noted AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION noted()");

    // when
    put("item", "3", "tre", "0");
    merge();

    // then
    assertHeadIsTheTruth("item");
    assertThat(texts("note", shop.committed(shop.main, "note"))).containsExactly("[1, first]");
    assertThat(texts("note", shop.working(shop.main, "note")))
        .containsExactly("[1, first]", "[2, tre]");
  }

  @Test
  void aDeferredTriggerThatChangesAMergedRowIsCommittedToo() {
    // given
    triggers(
        """
        CREATE FUNCTION marked() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN UPDATE public.item SET changes = 9 WHERE id = NEW.id; RETURN NULL; END $$\
        """,
        "CREATE CONSTRAINT TRIGGER marked AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION marked()");

    // when
    put("item", "3", "tre", "0");
    merge();

    // then
    assertThat(live("item")).contains("[3, tre, 9]");
    assertHeadIsTheTruth("item", "note");
  }

  @Test
  void aTriggerThatRefusesAbortsTheMerge() {
    // given
    triggers(
        "CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$",
        "CREATE TRIGGER refused BEFORE DELETE ON item FOR EACH ROW EXECUTE FUNCTION refused()");

    // when
    delete("item", "2");
    put("item", "1", "uno", "0");

    // then
    assertThat(
            catchThrowableOfType(dev.epoch.storage.StorageException.class, this::merge)
                .getMessage())
        .contains("not today");
    assertThat(live("item")).containsExactly("[1, one, 0]", "[2, two, 0]");
    assertThat(shop.adapter.pending(shop.main, List.of(shop.at(shop.main, "item")))).isEmpty();
  }
}
