package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import dev.epoch.storage.RowWrite;
import dev.epoch.storage.TableState;
import dev.epoch.storage.WriteRefusedException;
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
    Map<String, RowStream<RowChange>> streams = new HashMap<>();
    changes.forEach((table, rows) -> {
      tables.add(new MergeRows(shop.at(shop.main, table), shop.head(shop.main, table).anchor()));
      streams.put(shop.table(table).id(), RowStream.of(rows));
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
  void triggersRunUnderThePathOfTheRoleAndTheDatabase() throws Exception {
    // given functions that name tables without their schema
    triggers(
        "CREATE SCHEMA app",
        "CREATE TABLE app.entry (text text)",
        """
        CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO note SELECT max(id) + 1, current_schema() FROM note;
          RETURN NULL;
        END $$\
        """,
        """
        CREATE FUNCTION entered() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO entry VALUES (OLD.name);
          RETURN NULL;
        END $$\
        """,
        "CREATE CONSTRAINT TRIGGER noted AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED FOR"
            + " EACH ROW EXECUTE FUNCTION noted()",
        "CREATE TRIGGER entered AFTER DELETE ON item FOR EACH ROW EXECUTE FUNCTION entered()");

    // when
    put("item", "3", "tre", "0");
    merge();

    // then
    assertThat(live("note")).containsExactly("[1, first]", "[2, public]");

    // when
    changes.clear();
    delete("item", "3");

    // then it is no table of public, and the refusal says where
    assertThat(catchThrowableOfType(WriteRefusedException.class, this::merge))
        .hasMessageContaining("\"entry\" does not exist")
        .hasMessageContaining("function entered() line 3");

    // when the database says where to look, also to a server that is connected already
    shop.database.execute(
        "ALTER DATABASE " + shop.database.name() + " SET search_path = app, public");
    merge();

    // then
    assertThat(shop.database.value("SELECT text FROM app.entry")).isEqualTo("tre");

    // when the role says something else
    shop.database.executeAsSuperuser(
        "ALTER ROLE " + shop.database.owner() + " SET search_path = \"$user\", public");
    changes.clear();
    delete("item", "2");

    // then
    assertThat(catchThrowableOfType(WriteRefusedException.class, this::merge))
        .hasMessageContaining("\"entry\" does not exist");
    assertThat(live("item")).containsExactly("[1, one, 0]", "[2, two, 0]");

    // when records are written
    JsonNode record = new ObjectMapper().readTree("{\"id\": 4, \"name\": \"four\"}");
    shop.adapter.write(
        shop.main,
        shop.at(shop.main, "item"),
        List.of(new RowWrite.Upsert(Map.of("id", record.get("id"), "name", record.get("name")))));

    // then
    assertThat(live("note")).contains("[3, public]");
    assertThat(
            catchThrowableOfType(
                WriteRefusedException.class,
                () ->
                    shop.adapter.write(
                        shop.main,
                        shop.at(shop.main, "item"),
                        List.of(new RowWrite.Delete(Map.of("id", record.get("id")))))))
        .hasMessageContaining("\"entry\" does not exist");
  }

  @Test
  void namesOfTheApplicationsPathAreNotTakenForPostgresqlsOwn() {
    // given operators and functions that fit what a merge says better than PostgreSQL's own
    triggers(
        "CREATE SCHEMA trap",
        "CREATE FUNCTION trap.never(smallint, integer) RETURNS boolean LANGUAGE sql AS 'SELECT"
            + " false'",
        "CREATE FUNCTION trap.never(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT"
            + " false'",
        "CREATE FUNCTION trap.never(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT false'",
        "CREATE OPERATOR trap.= (LEFTARG = smallint, RIGHTARG = integer, FUNCTION = trap.never)",
        "CREATE OPERATOR trap.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = trap.never)",
        "CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.never)");
    shop.database.execute(
        "ALTER DATABASE " + shop.database.name() + " SET search_path = trap, pg_catalog, public");

    // when
    put("item", "1", "uno", "0");
    put("item", "3", "tre", "5");
    delete("item", "2");
    Operation operation = merge();

    // then
    assertThat(live("item")).containsExactly("[1, uno, 0]", "[3, tre, 5]");
    assertHeadIsTheTruth("item", "note");
    assertRevertRestores(operation);
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
  void aViolationThatOnlyATriggerBringsIsRefused() {
    // given
    triggers(
        "CREATE UNIQUE INDEX item_name ON item (name)",
        "CREATE FUNCTION named() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := 'one';"
            + " RETURN NEW; END $$",
        "CREATE TRIGGER named BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION named()");

    // when
    put("item", "3", "tre", "0");

    // then
    assertThat(catchThrowableOfType(WriteRefusedException.class, this::merge))
        .hasMessageContaining("item_name")
        .hasMessageContaining("Key (name)=(one) already exists");
    assertThat(live("item")).containsExactly("[1, one, 0]", "[2, two, 0]");
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
        "CREATE TRIGGER counted BEFORE INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION"
            + " counted()");

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
        "CREATE CONSTRAINT TRIGGER noted AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED FOR"
            + " EACH ROW EXECUTE FUNCTION noted()");

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
        "CREATE CONSTRAINT TRIGGER marked AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED FOR"
            + " EACH ROW EXECUTE FUNCTION marked()");

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
        "CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
            + " 'not today'; END $$",
        "CREATE TRIGGER refused BEFORE DELETE ON item FOR EACH ROW EXECUTE FUNCTION refused()");

    // when
    delete("item", "2");
    put("item", "1", "uno", "0");

    // then
    assertThat(catchThrowableOfType(WriteRefusedException.class, this::merge).getMessage())
        .contains("not today", "function refused() line 1");
    assertThat(live("item")).containsExactly("[1, one, 0]", "[2, two, 0]");
    assertThat(shop.adapter.pending(shop.main, List.of(shop.at(shop.main, "item")))).isEmpty();
  }
}
