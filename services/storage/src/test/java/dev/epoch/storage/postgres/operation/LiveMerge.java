package dev.epoch.storage.postgres.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.ConstraintViolationsException.Violation;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** Merges into live tables, and what is in the tables and in the head afterwards. */
abstract class LiveMerge {
  TestRepository shop;
  final Map<String, List<RowChange>> changes = new LinkedHashMap<>();
  final Map<String, TableState> before = new HashMap<>();

  void start(List<String> tables, String... statements) {
    shop = new TestRepository(statements);
    shop.install(tables.toArray(String[]::new));
    tables.forEach(table -> before.put(table, shop.committed(shop.main, table)));
  }

  @AfterEach
  void stop() {
    shop.close();
  }

  void put(String table, String... values) {
    Row row = Row.of(values);
    changes
        .computeIfAbsent(table, _ -> new ArrayList<>())
        .add(new RowChange(RowKey.of(values[0]), null, row));
  }

  void delete(String table, String id) {
    changes
        .computeIfAbsent(table, _ -> new ArrayList<>())
        .add(new RowChange(RowKey.of(id), Row.of(id), null));
  }

  Operation merge() {
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

  List<String> violations() {
    ConstraintViolationsException failure =
        catchThrowableOfType(ConstraintViolationsException.class, this::merge);
    assertThat(failure).as("nothing was refused").isNotNull();
    before.forEach((table, state) -> assertThat(live(table)).isEqualTo(texts(table, state)));
    return failure.violations().stream().map(Violation::constraint).toList();
  }

  List<String> texts(String table, TableState state) {
    return shop.rows(table, state).values().stream().map(Row::toString).sorted().toList();
  }

  List<String> live(String table) {
    return shop.database.rows("SELECT * FROM " + table).stream()
        .map(Object::toString)
        .sorted()
        .toList();
  }

  /**
   * The head is what is there, nothing is uncommitted, and the hash that follows changes is right.
   */
  void assertHeadIsTheTruth(String... tables) {
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

  void assertRevertRestores(Operation operation) {
    Map<String, List<String>> former = new HashMap<>();
    before.forEach((table, state) -> former.put(table, texts(table, state)));
    shop.revert(operation);
    former.forEach((table, rows) -> assertThat(texts(table, before.get(table))).isEqualTo(rows));
  }
}
