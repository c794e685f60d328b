package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.NoPrimaryKeyException;
import dev.epoch.storage.error.NotVersionableException;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.TableState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tables whose rows nothing tells apart: Epoch gives them ids, and equal rows are several. */
abstract class AppendOnlyCases extends StorageAdapterCases {
  private static final Row SAME = Row.of("1", "same");
  private static final Row OTHER = Row.of("2", null);

  /** Two equal rows, and another. */
  private VersionedTable log() {
    assumeTrue(backend.appendOnly());
    List<Column> columns =
        List.of(
            new Column(
                "number",
                "number",
                DataType.of(DataType.Kind.INTEGER, "integer"),
                true,
                null,
                null,
                null),
            new Column(
                "note", "note", DataType.of(DataType.Kind.TEXT, "text"), true, null, null, null));
    TablePath path = backend.create("log", columns, List.of());
    backend.applicationInserts(path, List.of(SAME, SAME, OTHER));
    return new VersionedTable(backend, "log", path, List.of(TableSchema.ROW_ID));
  }

  /** Rows without their ids, sorted. */
  private static List<String> texts(VersionedTable table, TableState state) {
    return table.rows(state).stream().map(row -> row.get(0) + " " + row.get(1)).sorted().toList();
  }

  private static RowWrite put(Map<String, JsonNode> record) {
    return new RowWrite.Upsert(record);
  }

  private static final RowWrite PUT_SAME =
      put(Map.of("number", IntNode.valueOf(1), "note", TextNode.valueOf("same")));

  /** What cannot be told apart is refused, with what would help. */
  @Test
  void tablesWithoutAKeyAreRefusedWhereNothingTellsRowsApart() {
    assumeFalse(backend.appendOnly());
    DataType type = ValueKinds.of(backend).get(1).type();
    TablePath path =
        backend.create(
            "log",
            List.of(new Column("number", "number", type, true, null, null, null)),
            List.of());
    assertThatThrownBy(() -> adapter.introspect(path, List.of()))
        .isInstanceOf(NoPrimaryKeyException.class);
    assertThatThrownBy(() -> adapter.introspect(path, List.of(TableSchema.ROW_ID)))
        .isInstanceOfSatisfying(
            NotVersionableException.class, e -> assertThat(e.remedy()).contains("key"));
  }

  @Test
  void equalRowsAreSeveral() {
    // given
    VersionedTable table = log();

    // then
    assertThat(table.handle.schema().appendOnly()).isTrue();
    List<Row> rows = table.rows(table.head(table.main));
    assertThat(rows).extracting(row -> row.get(2)).doesNotHaveDuplicates().doesNotContainNull();
    assertThat(texts(table, table.head(table.main))).containsExactly("1 same", "1 same", "2 null");
    assertThat(table.pending(table.main).total()).isZero();
  }

  @Test
  void whatApplicationsAddIsUncommittedAndThenCommitted() {
    // given
    VersionedTable table = log();
    TableState first = table.head(table.main);

    // when
    backend.applicationInserts(table.handle.path(), List.of(SAME, SAME));

    // then
    assertThat(table.pending(table.main)).isEqualTo(new PendingChanges(2, 0, 0));
    table.commit(table.main);
    TableState second = table.head(table.main);
    assertThat(texts(table, first)).hasSize(3);
    assertThat(texts(table, second))
        .containsExactly("1 same", "1 same", "1 same", "1 same", "2 null");
    assertThat(table.changes(first, second))
        .hasSize(2)
        .allMatch(change -> change.kind() == RowChange.Kind.INSERT);
  }

  @Test
  void recordsAreAddedAndDeletedAndNotChanged() {
    VersionedTable table = log();
    for (BranchHandle branch : List.of(table.branch("feature", table.main), table.main)) {
      // given
      TableState before = table.head(branch);

      // when
      WriteResult added = table.write(branch, PUT_SAME, PUT_SAME);

      // then
      assertThat(added).isEqualTo(new WriteResult(2, 0, 0, 0));
      assertThat(texts(table, table.working(branch)))
          .containsExactly("1 same", "1 same", "1 same", "1 same", "2 null");
      Row other =
          table.rows(table.working(branch)).stream()
              .filter(row -> row.get(0).equals("2"))
              .findFirst()
              .orElseThrow();
      assertThat(table.write(branch, table.upsert(other))).isEqualTo(new WriteResult(0, 0, 0, 1));
      assertThatThrownBy(() -> table.write(branch, table.upsert(other.with(1, "changed"))))
          .isInstanceOf(WriteRefusedException.class);
      assertThat(table.write(branch, table.delete(table.key(other))))
          .isEqualTo(new WriteResult(0, 0, 1, 0));
      table.commit(branch);
      assertThat(texts(table, table.head(branch)))
          .containsExactly("1 same", "1 same", "1 same", "1 same");
      assertThat(texts(table, before)).containsExactly("1 same", "1 same", "2 null");
    }
  }

  @Test
  void whatBothSidesAddedIsThereAfterTheMerge() {
    // given
    VersionedTable table = log();
    TableState base = table.head(table.main);
    BranchHandle feature = table.branch("feature", table.main);
    table.write(feature, PUT_SAME);
    table.commit(feature);
    backend.applicationInserts(table.handle.path(), List.of(SAME));
    table.commit(table.main);
    TableState ours = table.head(table.main);

    // when
    Operation merge =
        table.apply(
            table.main,
            new Operation.MergeRows(
                table.at(table.main), table.heads.get(table.main.id()).anchor()),
            table.changes(base, table.head(feature)));

    // then
    assertThat(texts(table, table.head(table.main)))
        .containsExactly("1 same", "1 same", "1 same", "1 same", "2 null");
    assertThat(texts(table, table.working(table.main)))
        .isEqualTo(texts(table, table.head(table.main)));
    assertThat(texts(table, ours)).hasSize(4);

    // when
    table.revert(merge);

    // then
    assertThat(texts(table, table.working(table.main))).isEqualTo(texts(table, ours)).hasSize(4);
  }
}
