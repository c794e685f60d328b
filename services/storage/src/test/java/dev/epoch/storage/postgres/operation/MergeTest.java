package dev.epoch.storage.postgres.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.ConstraintViolationsException.Violation;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.testing.StoragePostgres;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Merges of several tables with constraints, onto live tables and onto branches. */
class MergeTest {
  private static final boolean NULLS_CAN_BE_THE_SAME = StoragePostgres.majorVersion() >= 15;

  /** Constraints NOT NULL have names from PostgreSQL 18 on. */
  private static final String NOT_NULL_OF_CUSTOMER =
      StoragePostgres.majorVersion() >= 18 ? "purchase_customer_not_null" : "customer NOT NULL";

  private TestRepository shop;
  private final Map<String, List<RowChange>> changes = new LinkedHashMap<>();

  /** Where rows are merged. */
  enum Target {
    LIVE,
    BRANCH
  }

  @BeforeEach
  void start() {
    shop =
        new TestRepository(
            """
            CREATE TABLE customer (
              id integer PRIMARY KEY,
              email text UNIQUE,
              referrer integer REFERENCES customer
            )\
            """,
            """
            CREATE TABLE purchase (
              id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
              customer integer NOT NULL REFERENCES customer ON DELETE CASCADE,
              quantity integer CHECK (quantity > 0),
              price numeric(8, 2),
              total numeric GENERATED ALWAYS AS (quantity * price) STORED
            )\
            """,
            """
            CREATE TABLE slot (
              id integer PRIMARY KEY,
              place integer,
              label text,
              during int4range,
              EXCLUDE USING gist (during WITH &&)
            )\
            """,
            "CREATE UNIQUE INDEX slot_place ON slot (place)"
                + (NULLS_CAN_BE_THE_SAME ? " NULLS NOT DISTINCT" : ""),
            "CREATE UNIQUE INDEX slot_label ON slot (lower(label)) WHERE place > 10",
            "INSERT INTO customer VALUES (1, 'a@x', NULL), (2, 'b@x', 1), (3, 'c@x', 2)",
            "INSERT INTO purchase (customer, quantity, price) VALUES (1, 1, 1.50), (2, 2, 2)",
            "INSERT INTO slot VALUES (1, 1, 'One', '[1,5)'), (2, 2, 'Two', '[5,9)')");
    shop.install("customer", "purchase", "slot");
  }

  @AfterEach
  void stop() {
    shop.close();
  }

  private BranchHandle target(Target target) {
    return switch (target) {
      case LIVE -> shop.main;
      case BRANCH -> shop.branch("feature", shop.main);
    };
  }

  private void put(String table, String... values) {
    Row row = Row.of(values);
    RowKey key = row.key(shop.table(table).schema().keyIndexes());
    changes.computeIfAbsent(table, _ -> new ArrayList<>()).add(new RowChange(key, null, row));
  }

  private void delete(String table, String id) {
    changes
        .computeIfAbsent(table, _ -> new ArrayList<>())
        .add(new RowChange(RowKey.of(id), Row.of(id), null));
  }

  private void merge(BranchHandle branch) {
    List<Operation.TableOperation> tables = new ArrayList<>();
    Map<String, PlannedRows> streams = new HashMap<>();
    changes.forEach((table, rows) -> {
      tables.add(new MergeRows(shop.at(branch, table), shop.head(shop.main, table).anchor()));
      streams.put(shop.table(table).id(), PlannedRows.fixed(RowStream.of(rows)));
    });
    shop.apply(new Operation(shop.nextOperation(), branch, tables), streams);
  }

  private List<Violation> violations(BranchHandle branch) {
    Map<String, Map<RowKey, Row>> before = rows(branch);
    ConstraintViolationsException failure =
        catchThrowableOfType(ConstraintViolationsException.class, () -> merge(branch));
    assertThat(failure).as("nothing was refused").isNotNull();
    assertThat(rows(branch)).isEqualTo(before);
    return failure.violations();
  }

  private Map<String, Map<RowKey, Row>> rows(BranchHandle branch) {
    Map<String, Map<RowKey, Row>> rows = new HashMap<>();
    for (String table : List.of("customer", "purchase", "slot")) {
      rows.put(table, shop.rows(table, shop.working(branch, table)));
    }
    return rows;
  }

  private List<String> texts(BranchHandle branch, String table) {
    return shop.rows(table, shop.committed(branch, table)).values().stream()
        .map(Row::toString)
        .sorted()
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void writesParentsBeforeChildrenAndDeletesThemAfter(Target target) {
    // given
    BranchHandle branch = target(target);

    // when
    put("purchase", "1", "9", "3", "2.00", null);
    put("purchase", "7", "8", "1", "1.00", null);
    delete("purchase", "2");
    delete("customer", "2");
    put("customer", "3", "c@x", "9");
    put("customer", "8", "h@x", "9");
    put("customer", "9", "i@x", "8");
    merge(branch);

    // then
    assertThat(texts(branch, "customer"))
        .containsExactly("[1, a@x, null]", "[3, c@x, 9]", "[8, h@x, 9]", "[9, i@x, 8]");
    assertThat(texts(branch, "purchase"))
        .containsExactly("[1, 9, 3, 2.00, 6.00]", "[7, 8, 1, 1.00, 1.00]");
  }

  @ParameterizedTest
  @EnumSource
  void uniqueValuesAreExchangedAndPassedOn(Target target) {
    // given
    BranchHandle branch = target(target);

    shop.write(branch, "DELETE FROM purchase");
    shop.commit(branch, "purchase");

    // when
    put("customer", "1", "b@x", null);
    put("customer", "2", "a@x", "1");
    delete("customer", "3");
    put("customer", "4", "c@x", "2");
    put("slot", "1", "2", "One", "[5,9)");
    put("slot", "2", "3", "Two", "[9,10)");
    merge(branch);

    // then
    assertThat(texts(branch, "customer"))
        .containsExactly("[1, b@x, null]", "[2, a@x, 1]", "[4, c@x, 2]");
    assertThat(texts(branch, "slot")).containsExactly("[1, 2, One, [5,9)]", "[2, 3, Two, [9,10)]");
    TableState first = new TableState.Committed(dev.epoch.events.table.RowsLocation.live(1));
    assertThat(shop.changes("customer", first, shop.committed(branch, "customer")))
        .extracting(RowChange::kind)
        .containsExactlyInAnyOrder(
            RowChange.Kind.UPDATE,
            RowChange.Kind.UPDATE,
            RowChange.Kind.DELETE,
            RowChange.Kind.INSERT);
  }

  @ParameterizedTest
  @EnumSource
  void allViolationsAreReportedTogether(Target target) {
    // given
    BranchHandle branch = target(target);

    // when
    put("customer", "4", "a@x", null);
    put("customer", "5", "e@x", "77");
    put("purchase", "1", "1", "0", "1", null);
    put("purchase", "5", null, "1", "1", null);
    put("slot", "4", "1", "four", "[20,21)");
    put("slot", "5", "11", "same", "[3,6)");
    put("slot", "6", "12", "SAME", null);
    delete("customer", "2");

    // then purchases of the live table would go with their customer
    List<String> expected =
        new ArrayList<>(target == Target.LIVE ? List.of() : List.of("t2 2 purchase_customer_fkey"));
    expected.addAll(
        List.of(
            "t1 4 customer_email_key",
            "t1 5 customer_referrer_fkey",
            "t1 3 customer_referrer_fkey",
            "t2 1 purchase_quantity_check",
            "t2 5 " + NOT_NULL_OF_CUSTOMER,
            "t3 4 slot_place",
            "t3 5 slot_during_excl",
            "t3 5 slot_during_excl",
            "t3 5 slot_label",
            "t3 6 slot_label"));
    assertThat(violations(branch))
        .extracting(v -> v.table() + " " + v.key() + " " + v.constraint())
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest
  @EnumSource
  void nullsCanBeTheSame(Target target) {
    assumeTrue(NULLS_CAN_BE_THE_SAME);

    // given
    BranchHandle branch = target(target);

    // when
    put("slot", "3", null, null, null);
    put("slot", "4", null, null, null);

    // then
    assertThat(violations(branch)).extracting(Violation::constraint).containsOnly("slot_place");
  }

  @Test
  void violationsOfChangesThatOnlyTheBranchHas() {
    // given
    BranchHandle branch = shop.branch("feature", shop.main);
    shop.write(branch, "INSERT INTO customer VALUES (10, 'j@x')");
    shop.write(branch, "INSERT INTO purchase (customer, quantity) VALUES (10, 1)");
    shop.commit(branch, "customer", "purchase");

    // when
    put("customer", "11", "j@x", null);
    delete("customer", "10");

    // then
    assertThat(violations(branch))
        .singleElement()
        .satisfies(violation -> {
          assertThat(violation.table()).isEqualTo("t2");
          assertThat(violation.constraint()).isEqualTo("purchase_customer_fkey");
          assertThat(violation.message()).contains("10");
        });
  }

  @Test
  void aMergeOntoUncommittedChangesIsRefused() {
    // given
    shop.write(shop.main, "UPDATE customer SET email = 'z@x' WHERE id = 1");

    // when
    put("customer", "5", "e@x", null);

    // then
    assertThatThrownBy(() -> merge(shop.main))
        .isInstanceOfSatisfying(
            PendingChangesException.class, e -> assertThat(e.tables()).containsExactly("customer"));
    assertThat(shop.database.value("SELECT count(*) FROM customer")).isEqualTo("3");
  }

  @Test
  void triggersFireAndOnlyForColumnsThatChanged() {
    // given
    shop.database.execute(
        "CREATE TABLE note (id serial, text text)",
        """
        CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO public.note (text) VALUES (TG_ARGV[0] || ' ' || NEW.id);
          NEW.label := upper(NEW.label);
          RETURN NEW;
        END $$\
        """,
        "CREATE TRIGGER place BEFORE UPDATE OF place ON slot FOR EACH ROW EXECUTE FUNCTION"
            + " noted('place')",
        "CREATE TRIGGER label BEFORE UPDATE OF label ON slot FOR EACH ROW EXECUTE FUNCTION"
            + " noted('label')",
        "CREATE TRIGGER new BEFORE INSERT ON slot FOR EACH ROW EXECUTE FUNCTION noted('new')");

    // when
    put("slot", "1", "1", "uno", "[1,5)");
    put("slot", "2", "22", "Two", "[5,9)");
    put("slot", "3", "3", "tre", null);
    merge(shop.main);

    // then
    assertThat(shop.database.rows("SELECT text FROM note ORDER BY text"))
        .containsExactly(List.of("label 1"), List.of("new 3"), List.of("place 2"));
    assertThat(texts(shop.main, "slot"))
        .containsExactly("[1, 1, UNO, [1,5)]", "[2, 22, TWO, [5,9)]", "[3, 3, TRE, null]");
    assertThat(shop.adapter.pending(shop.main, List.of(shop.at(shop.main, "slot")))).isEmpty();
  }

  @Test
  void anExchangeThatWouldDeleteReferringRowsIsRefused() {
    // when: purchases go with their customer, so customers cannot be deleted and inserted
    put("customer", "1", "b@x", null);
    put("customer", "2", "a@x", "1");

    // then
    assertThat(catchThrowableOfType(WriteRefusedException.class, () -> merge(shop.main)))
        .hasMessageContaining("customer_email_key");
    assertThat(texts(shop.main, "customer"))
        .containsExactly("[1, a@x, null]", "[2, b@x, 1]", "[3, c@x, 2]");
  }

  @Test
  void sequencesAreNotMoved() {
    // when
    put("purchase", "3", "1", "1", "1", null);
    merge(shop.main);

    // then
    assertThat(shop.database.value("SELECT last_value FROM purchase_id_seq")).isEqualTo("2");
  }

  @Test
  void aRevertedMergeLeavesWhatItFound() {
    // given
    Map<String, Map<RowKey, Row>> before = rows(shop.main);
    put("customer", "1", "b@x", null);
    put("customer", "2", "z@x", "1");
    put("customer", "9", "i@x", "1");
    put("purchase", "9", "9", "1", "1.00", null);
    delete("purchase", "2");
    List<Operation.TableOperation> tables =
        List.of(
            new MergeRows(shop.at(shop.main, "customer"), 0),
            new MergeRows(shop.at(shop.main, "purchase"), 0));
    Operation operation = new Operation(shop.nextOperation(), shop.main, tables);
    shop.apply(
        operation,
        Map.of(
            "t1", PlannedRows.fixed(RowStream.of(changes.get("customer"))),
            "t2", PlannedRows.fixed(RowStream.of(changes.get("purchase")))));

    // when
    shop.revert(operation);

    // then
    assertThat(rows(shop.main)).isEqualTo(before);
    assertThat(shop.database.value("SELECT count(*) FROM epoch.customer__w_t1")).isEqualTo("0");
    assertThat(shop.adapter.result(operation.id())).isEmpty();
    assertThatThrownBy(() -> shop.adapter.apply(operation, Map.of()))
        .hasMessageContaining("reverted");
  }
}
