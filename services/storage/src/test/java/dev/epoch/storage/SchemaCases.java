package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Users alter a table between two states: each state is read with its own columns. */
abstract class SchemaCases extends StorageAdapterCases {
  private DataType integer;
  private DataType text;

  @BeforeEach
  void types() {
    integer = type(DataType.Kind.INTEGER, "integer");
    text = type(DataType.Kind.TEXT, "text");
  }

  private DataType type(DataType.Kind kind, String name) {
    return backend.type(DataType.of(kind, name)).orElseThrow();
  }

  private static final Row ONE = Row.of("1", "one", "10");
  private static final Row TWO = Row.of("2", "two", "20");
  private static final Row THREE = Row.of("3", null, null);

  /** Number, the key; name; count: with three rows, of which the first was changed since. */
  private VersionedTable shape() {
    VersionedTable table =
        new VersionedTable(
            backend,
            "shape",
            List.of(
                new Column("id", "id", integer, false, null, null, null),
                new Column("name", "name", text, true, null, null, null),
                new Column("count", "count", integer, true, null, null, null)),
            List.of("id"),
            List.of(ONE.with(1, "uno"), TWO, THREE));
    first = table.head(table.main);
    write(table, table.handle, ONE.with(1, "uno"), ONE);
    table.commit(table.main);
    before = table.head(table.main);
    return table;
  }

  /** The state that was installed; the first row is named uno. */
  private TableState first;

  /** The last state with the columns of the beginning. */
  private TableState before;

  private static TableHandle now(VersionedTable table) {
    return table.handle.with(
        table
            .adapter
            .schemas(table.main, List.of(table.at(table.main)))
            .getOrDefault(table.handle.id(), table.handle.schema()));
  }

  private static List<Row> read(VersionedTable table, TableHandle handle, TableState state) {
    return VersionedTable.list(
        table.adapter.rows(handle, state, RowQuery.page(null, Long.MAX_VALUE)));
  }

  private static void write(VersionedTable table, TableHandle handle, Row from, Row to) {
    table.backend.applicationWrites(
        handle, List.of(new RowChange(from.key(handle.schema().keyIndexes()), from, to)));
  }

  private static TableState commit(VersionedTable table, TableHandle handle) {
    Operation commit =
        new Operation(
            table.nextOperation(),
            table.main,
            List.of(
                new Operation.CommitWorkingSet(
                    new BranchTable(handle, table.heads.get(table.main.id())))));
    table.heads.put(
        table.main.id(), table.adapter.apply(commit, Map.of()).locations().get(handle.id()));
    return table.head(table.main);
  }

  private static List<String> names(TableHandle handle) {
    return handle.schema().columns().stream().map(Column::name).toList();
  }

  private void assertOldStatesStand(VersionedTable table) {
    assertThat(read(table, table.handle, first)).containsExactly(ONE.with(1, "uno"), TWO, THREE);
    assertThat(read(table, table.handle, before)).containsExactly(ONE, TWO, THREE);
    assertThat(table.adapter.lost(table.handle)).isEmpty();
  }

  @Test
  void anAddedColumnBeginsWithItsDefaultInEveryState() {
    // given
    VersionedTable table = shape();

    // when
    backend.alter(table.handle.path(), new Alteration.Add("extra", text, "x"));
    TableHandle now = now(table);

    // then
    assertThat(names(now)).containsExactly("id", "name", "count", "extra");
    assertOldStatesStand(table);
    assertThat(read(table, now, before))
        .containsExactly(
            Row.of("1", "one", "10", "x"),
            Row.of("2", "two", "20", "x"),
            Row.of("3", null, null, "x"));
    assertThat(pending(table, now)).isZero();

    // when
    write(table, now, Row.of("2", "two", "20", "x"), Row.of("2", "two", "20", null));
    TableState after = commit(table, now);

    // then
    assertThat(read(table, now, after))
        .containsExactly(
            Row.of("1", "one", "10", "x"),
            Row.of("2", "two", "20", null),
            Row.of("3", null, null, "x"));
    assertThat(VersionedTable.list(table.adapter.changes(now, before, after, ChangeQuery.all())))
        .containsExactly(
            new RowChange(
                table.key(TWO), Row.of("2", "two", "20", "x"), Row.of("2", "two", "20", null)));
    assertOldStatesStand(table);
  }

  private static long pending(VersionedTable table, TableHandle handle) {
    PendingChanges changes =
        table
            .adapter
            .pending(table.main, List.of(new BranchTable(handle, table.heads.get(table.main.id()))))
            .getOrDefault(handle.id(), new PendingChanges(0, 0, 0));
    return changes.total();
  }

  @Test
  void aRenamedColumnIsTheSame() {
    // given
    VersionedTable table = shape();

    // when
    backend.alter(table.handle.path(), new Alteration.Rename("name", "label"));
    TableHandle now = now(table);

    // then
    assertThat(names(now)).containsExactly("id", "label", "count");
    assertThat(now.schema().column("label").orElseThrow().id())
        .isEqualTo(table.handle.schema().column("name").orElseThrow().id());
    assertOldStatesStand(table);
    assertThat(read(table, now, before)).containsExactly(ONE, TWO, THREE);
    assertThat(pending(table, now)).isZero();

    // when
    write(table, now, TWO, TWO.with(1, "due"));
    TableState after = commit(table, now);

    // then
    assertThat(VersionedTable.list(table.adapter.changes(now, before, after, ChangeQuery.all())))
        .containsExactly(new RowChange(table.key(TWO), TWO, TWO.with(1, "due")));
    assertOldStatesStand(table);
  }

  /** What the live table alone had may be gone, and then is said to be; nothing else is. */
  @Test
  void aDroppedColumnIsReadInOldStatesOrSaidToBeLost() {
    // given
    VersionedTable table = shape();

    // when
    backend.alter(table.handle.path(), new Alteration.Drop("count"));
    TableHandle now = now(table);

    // then
    assertThat(names(now)).containsExactly("id", "name");
    assertThat(pending(table, now)).isZero();
    boolean lost = !table.adapter.lost(table.handle).isEmpty();
    assertThat(table.adapter.lost(table.handle)).isSubsetOf("count");
    assertThat(table.adapter.lost(now)).isEmpty();
    // the first row's image was taken when it was changed
    assertThat(read(table, table.handle, first))
        .containsExactly(ONE.with(1, "uno"), lost ? TWO.with(2, null) : TWO, THREE);
    assertThat(read(table, now, before))
        .containsExactly(Row.of("1", "one"), Row.of("2", "two"), Row.of("3", null));

    // when: a column of the same name is another one
    write(table, now, Row.of("3", null), Row.of("3", "three"));
    TableState after = commit(table, now);
    backend.alter(table.handle.path(), new Alteration.Add("count", integer, "7"));
    TableHandle again = now(table);

    // then
    assertThat(again.schema().column("count").orElseThrow().id())
        .isNotEqualTo(table.handle.schema().column("count").orElseThrow().id());
    assertThat(read(table, again, after))
        .containsExactly(
            Row.of("1", "one", "7"), Row.of("2", "two", "7"), Row.of("3", "three", "7"));
    assertThat(read(table, now, after)).contains(Row.of("3", "three"));
    assertThat(read(table, table.handle, first))
        .containsExactly(ONE.with(1, "uno"), lost ? TWO.with(2, null) : TWO, THREE);
  }

  @Test
  void aWiderTypeKeepsEveryValue() {
    // given
    VersionedTable table = shape();

    DataType wide = type(DataType.Kind.INTEGER, "bigint");

    // when
    backend.alter(table.handle.path(), new Alteration.Retype("count", wide));
    TableHandle now = now(table);

    // then
    assertThat(now.schema().column("count").orElseThrow().type().name()).isEqualTo(wide.name());
    assertOldStatesStand(table);
    assertThat(read(table, now, before)).containsExactly(ONE, TWO, THREE);

    // when
    write(table, now, TWO, TWO.with(2, "9000000000"));
    TableState after = commit(table, now);

    // then
    assertThat(read(table, now, after)).containsExactly(ONE, TWO.with(2, "9000000000"), THREE);
    assertOldStatesStand(table);
  }

  @Test
  void aBranchKeepsTheColumnsOfItsHead() {
    // given
    VersionedTable table = shape();
    BranchHandle feature = table.branch("feature", table.main);
    table.write(feature, table.upsert(TWO.with(1, "due")));
    table.commit(feature);
    TableState head = table.head(feature);

    // when
    backend.alter(table.handle.path(), new Alteration.Add("extra", text, null));
    backend.alter(table.handle.path(), new Alteration.Rename("name", "label"));
    TableHandle now = now(table);
    write(table, now, Row.of("1", "one", "10", null), Row.of("1", "one", "10", "live"));
    commit(table, now);

    // then
    assertThat(read(table, table.handle, head)).containsExactly(ONE, TWO.with(1, "due"), THREE);
    assertThat(read(table, now, head))
        .containsExactly(
            Row.of("1", "one", "10", null),
            Row.of("2", "due", "20", null),
            Row.of("3", null, null, null));
    assertOldStatesStand(table);
  }
}
