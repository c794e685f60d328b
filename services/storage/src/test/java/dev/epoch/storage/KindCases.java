package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.epoch.events.Digest;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Values of every kind come back as the same text, whoever wrote them and wherever they stand. */
abstract class KindCases extends StorageAdapterCases {
  /** SHA-256 of the sum of all samples: what a backend has that keeps them. */
  private static final String SUM_OF_SAMPLES =
      "7cb4a1504276424c45d94231ea490407c67fa75a836aee12e0cec0acf4627883";

  private List<ValueKinds.Sample> kinds() {
    return ValueKinds.of(backend);
  }

  /** A table whose first column is a number, the key, and that has a column of each type. */
  private VersionedTable wide(List<Row> rows) {
    List<ValueKinds.Sample> samples = new ArrayList<>();
    samples.add(kinds().get(1));
    samples.addAll(kinds());
    List<Boolean> nullable = new ArrayList<>(Collections.nCopies(samples.size(), true));
    nullable.set(0, false);
    return new VersionedTable(
        backend, "wide", ValueKinds.columns(samples, nullable), List.of("c1"), rows);
  }

  /** Row number i holds the i-th text of each kind, counted around; the last one only nulls. */
  private List<Row> samples() {
    List<ValueKinds.Sample> kinds = kinds();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String[] values = new String[kinds.size() + 1];
      values[0] = Integer.toString(i);
      for (int k = 0; k < kinds.size() && i < 7; k++) {
        List<String> texts = kinds.get(k).texts();
        values[k + 1] = texts.get(i % texts.size());
      }
      rows.add(Row.of(values));
    }
    return rows;
  }

  @Test
  void thereIsAColumnOfEachKind() {
    Set<DataType.Kind> kinds = EnumSet.noneOf(DataType.Kind.class);
    ValueKinds.ALL.forEach(sample -> kinds.add(sample.type().kind()));
    assertThat(kinds).isEqualTo(EnumSet.allOf(DataType.Kind.class));
  }

  @Test
  void introspectionTellsTheKinds() {
    VersionedTable table = wide(List.of());
    assertThat(table.handle.schema().primaryKey()).containsExactly("c1");
    List<Column> columns = table.handle.schema().columns();
    List<ValueKinds.Sample> kinds = kinds();
    assertThat(columns).hasSize(kinds.size() + 1);
    for (int i = 0; i < kinds.size(); i++) {
      DataType type = kinds.get(i).type();
      assertThat(columns.get(i + 1))
          .returns("c" + (i + 2), Column::name)
          .returns(true, Column::nullable);
      assertThat(columns.get(i + 1).type())
          .returns(type.kind(), DataType::kind)
          .returns(type.name(), DataType::name)
          .returns(type.labels(), DataType::labels)
          .returns(type.base().kind(), found -> found.base().kind());
    }
    assertThat(columns.getFirst().nullable()).isFalse();
  }

  @Test
  void theJsonOfAValueIsTakenBackAsTheSameText() {
    for (ValueKinds.Sample sample : kinds()) {
      for (String text : sample.texts()) {
        assertThat(
                adapter
                    .values()
                    .toText(sample.type(), adapter.values().toJson(sample.type(), text)))
            .as(sample.type().name())
            .isEqualTo(text);
      }
      assertThat(
              adapter.values().toText(sample.type(), adapter.values().toJson(sample.type(), null)))
          .isNull();
    }
  }

  /** The same rows have the same hash wherever they are, and whoever wrote them. */
  @Test
  void equalRowsHashAlikeOnEveryBackend() {
    // given
    VersionedTable written = wide(List.of());
    List<ValueKinds.Sample> kinds = kinds();
    List<ValueKinds.Sample> everywhere = ValueKinds.those(backend);
    List<Row> rows = new ArrayList<>();
    for (Row row : samples()) {
      List<String> values = new ArrayList<>();
      for (int k = 0; k < kinds.size(); k++) {
        // through JSON, as a client would copy it from another database
        DataType type = kinds.get(k).type();
        values.add(adapter.values().toText(type, adapter.values().toJson(type, row.get(k + 1))));
      }
      rows.add(Row.of(values.toArray(String[]::new)));
    }

    // when
    table(written, samples());
    List<Row> read =
        written.rows(written.working(written.main)).stream()
            .map(row -> Row.of(row.values().subList(1, row.size()).toArray(String[]::new)))
            .toList();

    // then: by the types of another database as by its own
    String hash = hash(schema(everywhere), read);
    assertThat(hash).isEqualTo(hash(schema(everywhere), rows)).isEqualTo(hash(schema(kinds), read));
    if (kinds.size() == ValueKinds.ALL.size()) {
      assertThat(hash).isEqualTo(SUM_OF_SAMPLES);
    }
  }

  private static TableSchema schema(List<ValueKinds.Sample> kinds) {
    return new TableSchema(
        ValueKinds.columns(kinds, Collections.nCopies(kinds.size(), true)),
        List.of("c1"),
        List.of(),
        List.of());
  }

  private static void table(VersionedTable table, List<Row> rows) {
    table.write(table.main, rows.stream().map(table::upsert).toArray(RowWrite[]::new));
  }

  private static String hash(TableSchema schema, List<Row> rows) {
    ContentSum sum = new ContentSum();
    RowHasher hasher = new RowHasher(schema);
    rows.forEach(row -> sum.add(hasher, row));
    return Digest.of(sum.toBase64().getBytes(StandardCharsets.UTF_8)).hex();
  }

  @Test
  void whatApplicationsHaveIsReadInEachState() {
    // given
    VersionedTable table = wide(samples());
    BranchHandle feature = table.branch("feature", table.main);

    // then
    assertThat(table.rows(table.head(table.main))).isEqualTo(samples());
    assertThat(table.rows(table.working(table.main))).isEqualTo(samples());
    assertThat(table.rows(table.head(feature))).isEqualTo(samples());
    assertThat(table.rows(table.working(feature))).isEqualTo(samples());
    for (Row row : samples()) {
      assertThat(table.adapter.row(table.handle, table.head(feature), table.key(row)))
          .contains(row);
    }
  }

  @Test
  void whatApplicationsChangeIsUncommittedAndThenCommitted() {
    // given
    VersionedTable table = wide(samples());
    TableState first = table.head(table.main);
    List<RowChange> changes = rotated(table);

    // when
    table.backend.applicationWrites(table.handle, changes);

    // then
    assertThat(table.changes(first, table.working(table.main)))
        .containsExactlyInAnyOrderElementsOf(changes);
    table.commit(table.main);
    assertThat(table.changes(first, table.head(table.main)))
        .containsExactlyInAnyOrderElementsOf(changes);
    assertThat(table.rows(first)).isEqualTo(samples());
  }

  /** Each row gets the values of the next. */
  private List<RowChange> rotated(VersionedTable table) {
    List<RowChange> changes = new ArrayList<>();
    List<Row> rows = samples();
    for (int i = 0; i < rows.size(); i++) {
      Row after = rows.get((i + 1) % rows.size()).with(0, rows.get(i).get(0));
      changes.add(new RowChange(table.key(rows.get(i)), rows.get(i), after));
    }
    return changes;
  }

  @Test
  void recordsAreWrittenOnAnyBranch() {
    VersionedTable table = wide(List.of());
    for (BranchHandle branch : List.of(table.branch("feature", table.main), table.main)) {
      // given
      TableState empty = table.head(branch);
      RowWrite[] writes = samples().stream().map(table::upsert).toArray(RowWrite[]::new);

      // when
      WriteResult first = table.write(branch, writes);
      WriteResult again = table.write(branch, writes);

      // then
      assertThat(first).isEqualTo(new WriteResult(8, 0, 0, 0));
      assertThat(again).isEqualTo(new WriteResult(0, 0, 0, 8));
      assertThat(table.rows(table.working(branch))).isEqualTo(samples());
      table.commit(branch);
      assertThat(table.rows(table.head(branch))).isEqualTo(samples());
      assertThat(table.rows(empty)).isEmpty();
    }
  }

  @Test
  void oneValueIsChangedAloneAndBack() {
    VersionedTable table = wide(samples());
    BranchHandle feature = table.branch("feature", table.main);
    Row row = samples().getFirst();
    List<Column> columns = table.handle.schema().columns();
    for (BranchHandle branch : List.of(feature, table.main)) {
      for (int i = 1; i < columns.size(); i++) {
        List<String> texts = kinds().get(i - 1).texts();
        Row changed = row.with(i, texts.get(1));
        List<Column> given = List.of(columns.getFirst(), columns.get(i));

        // when, then
        assertThat(table.write(branch, table.upsert(changed, given)).updated())
            .as(columns.get(i).type().name())
            .isEqualTo(1);
        assertThat(table.changes(table.head(branch), table.working(branch)))
            .containsExactly(new RowChange(RowKey.of("0"), row, changed));
        table.write(branch, table.upsert(row.with(i, null), given));
        assertThat(table.adapter.row(table.handle, table.working(branch), RowKey.of("0")))
            .contains(row.with(i, null));
        table.write(branch, table.upsert(row, given));
        assertThat(table.pending(branch).total()).as(columns.get(i).type().name()).isZero();
      }
    }
  }

  @Test
  void mergedRowsHoldWhatWasPlanned() {
    VersionedTable table = wide(samples());
    for (BranchHandle branch : List.of(table.branch("feature", table.main), table.main)) {
      // given
      TableState before = table.head(branch);
      List<RowChange> changes = rotated(table);

      // when
      Operation merge =
          table.apply(
              branch,
              new Operation.MergeRows(table.at(branch), table.heads.get(branch.id()).anchor()),
              changes);

      // then
      assertThat(table.changes(before, table.head(branch)))
          .containsExactlyInAnyOrderElementsOf(changes);
      assertThat(table.rows(table.working(branch))).isEqualTo(table.rows(table.head(branch)));
      assertThat(
              VersionedTable.list(
                  table.adapter.threeWay(
                      table.handle, before, table.head(branch), table.head(branch))))
          .hasSize(changes.size());
      table.revert(merge);
      assertThat(table.rows(table.working(branch))).isEqualTo(samples());
    }
  }

  /** A required composite whose fields are all null is there, and is not null. */
  @Test
  void aCompositeOfNullsIsAValue() {
    // given
    Optional<ValueKinds.Sample> found =
        kinds().stream()
            .filter(sample -> sample.type().kind() == DataType.Kind.COMPOSITE)
            .findFirst();
    assumeTrue(found.isPresent());
    ValueKinds.Sample composite = found.get();
    VersionedTable table =
        new VersionedTable(
            backend,
            "pairs",
            ValueKinds.columns(List.of(kinds().get(1), composite), List.of(false, false)),
            List.of("c1"),
            List.of(Row.of("1", "(1,\"a b\")")));
    for (BranchHandle branch : List.of(table.branch("feature", table.main), table.main)) {
      // when
      table.apply(
          branch,
          new Operation.MergeRows(table.at(branch), table.heads.get(branch.id()).anchor()),
          List.of(new RowChange(RowKey.of("2"), null, Row.of("2", "(,)"))));
      table.write(branch, table.upsert(Row.of("3", "(,)")));

      // then
      assertThat(table.rows(table.working(branch)))
          .containsExactly(Row.of("1", "(1,\"a b\")"), Row.of("2", "(,)"), Row.of("3", "(,)"));
      assertThat(
              VersionedTable.list(
                  table.adapter.rows(
                      table.handle,
                      table.working(branch),
                      new RowQuery(
                          null, Collections.singletonMap("c2", null), OptionalLong.empty(), true))))
          .isEmpty();
    }
  }

  @Test
  void rowsAreFoundByAnyValue() {
    VersionedTable table = wide(samples());
    List<Column> columns = table.handle.schema().columns();
    Set<DataType.Kind> compared =
        EnumSet.of(
            DataType.Kind.BOOLEAN,
            DataType.Kind.INTEGER,
            DataType.Kind.TEXT,
            DataType.Kind.BYTES,
            DataType.Kind.DATE,
            DataType.Kind.UUID,
            DataType.Kind.ENUM);
    for (int i = 1; i < columns.size(); i++) {
      if (!compared.contains(columns.get(i).type().kind())) {
        continue;
      }
      int place = i;
      for (Optional<String> text :
          List.of(Optional.of(kinds().get(i - 1).texts().getFirst()), Optional.<String>empty())) {
        Map<String, String> where =
            Collections.singletonMap(columns.get(i).name(), text.orElse(null));
        assertThat(
                VersionedTable.list(
                    table.adapter.rows(
                        table.handle,
                        table.head(table.main),
                        new RowQuery(null, where, OptionalLong.empty(), true))))
            .as(columns.get(i).type().name())
            .isEqualTo(
                samples().stream()
                    .filter(row -> text.equals(Optional.ofNullable(row.get(place))))
                    .toList());
      }
    }
  }
}
