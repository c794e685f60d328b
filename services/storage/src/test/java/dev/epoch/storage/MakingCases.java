package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.copy.MadeTable;
import dev.epoch.storage.copy.TableMaker;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tables that are made as copies of others. */
abstract class MakingCases extends StorageAdapterCases {
  private TableMaker maker;
  private TablePath path;

  @BeforeEach
  void aMaker() {
    Assumptions.assumeTrue(adapter.tableMaker().isPresent(), "makes no tables");
    maker = adapter.tableMaker().orElseThrow();
    path = new TablePath(person.path().schema(), "copied");
  }

  private List<Row> rows(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> Row.of(String.valueOf(i), i % 2 == 0 ? null : "it's " + i, null))
        .toList();
  }

  private TableHandle handle() {
    return new TableHandle(
        person.repository(),
        "tcopied00001",
        "copied",
        path,
        adapter.introspect(path, List.of()).schema());
  }

  private List<Row> versioned() {
    TableHandle handle = handle();
    OperationId operation = nextOperation();
    adapter.install(operation, handle);
    List<Row> found = new ArrayList<>();
    try (RowStream<Row> rows =
        adapter.rows(
            handle,
            new TableState.Committed(RowsLocation.live(operation.position())),
            RowQuery.page(null, 10_000))) {
      rows.forEachRemaining(found::add);
    }
    return found;
  }

  @Test
  void aTableIsForeseenMadeAndKept() {
    // when
    MadeTable made = maker.foresee(path, person.schema(), true);
    assertThat(adapter.tables()).doesNotContain(path);
    OperationId operation = nextOperation();
    maker.make(operation, path, made, RowStream.of(rows(2_500)));
    maker.make(operation, path, made, RowStream.of(rows(7)));
    maker.keep(operation, path);
    maker.unmake(operation, path);

    // then
    assertThat(adapter.introspect(path, List.of()).schema()).isEqualTo(made.schema());
    assertThat(made.nearest()).isEmpty();
    assertThat(versioned()).hasSize(2_500).containsAll(rows(2_500));
  }

  @Test
  void whatIsNotKeptIsDroppedByItsOperationAlone() {
    MadeTable made = maker.foresee(path, person.schema(), true);
    OperationId operation = nextOperation();
    maker.unmake(operation, path);
    maker.make(operation, path, made, RowStream.of(rows(3)));

    maker.unmake(nextOperation(), path);
    assertThat(adapter.tables()).contains(path);
    maker.unmake(operation, path);
    maker.unmake(operation, path);

    assertThat(adapter.tables()).doesNotContain(path);
  }

  @Test
  void whatTheTableRefusesLeavesNothing() {
    MadeTable made = maker.foresee(path, person.schema(), true);

    assertThatThrownBy(() ->
            maker.make(
                nextOperation(),
                path,
                made,
                RowStream.of(List.of(rows(1).getFirst(), rows(1).getFirst()))))
        .isInstanceOf(RuntimeException.class);

    assertThat(adapter.tables()).doesNotContain(path);
  }

  @Test
  void aTableOfAnotherIsNotTouched() {
    OperationId operation = nextOperation();

    assertThatThrownBy(() -> maker.foresee(person.path(), person.schema(), true))
        .isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() ->
            maker.make(
                operation,
                person.path(),
                new MadeTable(
                    person.schema(),
                    maker
                        .foresee(path, person.schema(), true)
                        .statement()
                        .replace("copied", "person"),
                    List.of(),
                    List.of()),
                RowStream.of(List.of())))
        .isInstanceOf(StorageException.class);
    maker.unmake(operation, person.path());

    assertThat(backend.usersRows()).hasSize(3);
  }
}
