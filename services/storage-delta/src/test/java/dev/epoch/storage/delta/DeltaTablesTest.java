package dev.epoch.storage.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.error.NotVersionableException;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.objects.ObjectContent;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.disk.DiskObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions, keys, schemas and errors, on copies of golden tables. */
class DeltaTablesTest {
  @TempDir Path folder;

  private ObjectStore store;
  private DeltaTables tables;

  @BeforeEach
  void open() throws IOException {
    store = new DiskObjectStore(folder);
    tables = new DeltaTables(store);
  }

  /** A copy of a golden table, which a test may damage. */
  private String copy(String name) throws IOException {
    Path golden = GoldenTables.folder().resolve(name);
    try (Stream<Path> files = Files.walk(golden)) {
      for (Path file : files.toList()) {
        Path target = folder.resolve(name).resolve(golden.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
    return name;
  }

  @Test
  void aVersionStaysWhatItWas() throws IOException {
    String table = copy("snapshot-data3");

    for (int version = 0; version < 4; version++) {
      DeltaVersion golden =
          new DeltaTables(new DiskObjectStore(GoldenTables.folder()))
              .latest("snapshot-data" + version);
      assertThat(RowDigest.of(tables.at(table, version))).isEqualTo(RowDigest.of(golden));
    }
    assertThat(tables.latest(table).number()).isEqualTo(3);
  }

  @Test
  void aRowIsFoundByItsKey() throws IOException {
    DeltaVersion version = tables.latest(copy("basic-with-inserts-updates"));
    TableSchema schema = version.schema(List.of("id"));

    assertThat(version.row(schema, RowKey.of("42"))).contains(Row.of("42", "N/A"));
    assertThat(tables.at("basic-with-inserts-updates", 0).row(schema, RowKey.of("42")))
        .contains(Row.of("42", "val=42"));
    assertThat(version.row(schema, RowKey.of("1000"))).isEmpty();
    assertThat(version.row(schema, RowKey.of("no number"))).isEmpty();
    assertThatThrownBy(() -> version.schema(List.of("none")))
        .isInstanceOf(NotVersionableException.class)
        .hasMessageContaining("no column none");
  }

  @Test
  void keysOfPartitionsAndRowsOfDeletionVectors() throws IOException {
    DeltaVersion version = tables.latest(copy("dv-with-columnmapping"));
    TableSchema schema = version.schema(List.of("part", "col1"));

    int found = 0;
    try (RowStream<Row> rows = version.rows()) {
      while (rows.hasNext()) {
        Row row = rows.next();
        assertThat(version.row(schema, row.key(schema.keyIndexes()))).contains(row);
        found++;
      }
    }
    assertThat(found).isEqualTo(35);
    // deleted by a vector: its row is still in the file
    assertThat(version.row(schema, RowKey.of("0", "0"))).isEmpty();
  }

  @Test
  void aKeyThatSeveralRowsHaveIsSaid() throws IOException {
    DeltaVersion version = tables.latest(copy("snapshot-data1"));
    assertThatThrownBy(() -> version.row(version.schema(List.of("col1")), RowKey.of("3")))
        .isInstanceOf(NotVersionableException.class)
        .hasMessageContaining("Several rows");
  }

  @Test
  void rowsComeInTheOrderOfTheirKeys() throws IOException {
    DeltaVersion version = tables.latest(copy("basic-with-inserts-updates"));
    List<String> ids = new ArrayList<>();
    try (RowStream<Row> rows = version.rowsByKey(version.schema(List.of("id")))) {
      rows.forEachRemaining(row -> ids.add(row.get(0)));
    }
    assertThat(ids).isEqualTo(IntStream.range(0, 100).mapToObj(String::valueOf).toList());
  }

  @Test
  void rowsWithoutAKeyOfTheirOwnHaveNoOrder() throws IOException {
    DeltaVersion twice = tables.latest(copy("snapshot-data1"));
    assertThatThrownBy(() -> drain(twice.rowsByKey(twice.schema(List.of("col1")))))
        .isInstanceOf(NotVersionableException.class)
        .hasMessageContaining("Several rows have the key");
    DeltaVersion nulls = tables.latest(copy("data-reader-primitives"));
    assertThatThrownBy(() -> drain(nulls.rowsByKey(nulls.schema(List.of("as_int")))))
        .isInstanceOf(NotVersionableException.class)
        .hasMessageContaining("no value in its key");
  }

  private static void drain(RowStream<Row> rows) {
    try (rows) {
      rows.forEachRemaining(row -> {});
    }
  }

  @Test
  void columnsKeepTheirIdsWhereTheyAreMapped() throws IOException {
    List<Column> mapped = tables.latest(copy("table-with-columnmapping-mode-name")).columns();
    assertThat(mapped).allSatisfy(column -> assertThat(column.id()).startsWith("col-"));
    assertThat(mapped.getFirst().name()).isEqualTo("ByteType");

    Column plain = tables.latest(copy("snapshot-data0")).columns().getFirst();
    assertThat(plain.id()).isEqualTo(plain.name()).isEqualTo("col1");
    assertThat(plain.type()).isEqualTo(DataType.of(Kind.INTEGER, "integer"));
  }

  @Test
  void typesThatHoldOthersAreArraysAndComposites() throws IOException {
    List<Column> columns = tables.latest(copy("data-reader-map")).columns();
    DataType map =
        columns.stream()
            .filter(column -> column.name().equals("f"))
            .findFirst()
            .orElseThrow()
            .type();
    assertThat(map.name()).isEqualTo("map<integer,array<struct<val:integer>>>");
    assertThat(map.kind()).isEqualTo(Kind.ARRAY);
    assertThat(map.element().kind()).isEqualTo(Kind.COMPOSITE);
  }

  // ---- what goes wrong

  @Test
  void aFolderWithoutATableIsSaid() throws IOException {
    store.put("plain/file.parquet", ObjectContent.of(new byte[1]));
    for (String path : List.of("none", "plain")) {
      assertThatThrownBy(() -> tables.latest(path))
          .as(path)
          .isInstanceOf(TableNotFoundException.class)
          .hasMessageContaining("no Delta table at " + path);
    }
  }

  @Test
  void versionsThatAreNotThereYetOrNoMoreAreSaid() throws IOException {
    String table = copy("basic-with-inserts-deletes-checkpoint");
    assertThatThrownBy(() -> tables.at(table, 99))
        .isInstanceOf(TableNotFoundException.class)
        .hasMessageContaining("99");

    // a clean-up removes what is before the checkpoint
    for (int version = 0; version < 10; version++) {
      store.delete("%s/_delta_log/%020d.json".formatted(table, version));
    }
    assertThatThrownBy(() -> tables.at(table, 3)).isInstanceOf(HistoryPrunedException.class);
    assertThat(tables.latest(table).number()).isEqualTo(13);
  }

  @Test
  void aFileThatWasVacuumedIsSaid() throws IOException {
    String table = copy("snapshot-data0");
    try (Stream<Path> files = Files.list(folder.resolve(table))) {
      Path parquet = files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
      Files.delete(parquet);
    }
    assertThatThrownBy(() -> RowDigest.of(tables.latest(table)))
        .isInstanceOf(HistoryPrunedException.class)
        .hasMessageContaining("gone");
  }

  @Test
  void featuresThatAreNotReadAreNamed() throws IOException {
    String log = "table/_delta_log/%020d.json".formatted(0);
    store.put(
        log,
        text(
            """
            {"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["timeMachine"],"writerFeatures":["timeMachine"]}}
            {"metaData":{"id":"1","format":{"provider":"parquet","options":{}},"schemaString":"{\\"type\\":\\"struct\\",\\"fields\\":[]}","partitionColumns":[],"configuration":{}}}
            """));
    assertThatThrownBy(() -> tables.latest("table"))
        .isInstanceOf(NotVersionableException.class)
        .hasMessageContaining("timeMachine");
  }

  @Test
  void filesOutsideTheStoreAreRefused() throws IOException {
    String table = copy("snapshot-data0");
    store.put(
        "%s/_delta_log/%020d.json".formatted(table, 1),
        text(
            """
            {"add":{"path":"file:///etc/passwd","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}}
            """));
    assertThatThrownBy(() -> RowDigest.of(tables.latest(table)))
        .isInstanceOf(NotVersionableException.class)
        .hasMessageContaining("file:/etc/passwd");

    store.put(
        "%s/_delta_log/%020d.json".formatted(table, 2),
        text(
            """
            {"remove":{"path":"file:///etc/passwd","deletionTimestamp":1,"dataChange":true}}
            {"add":{"path":"../../secret","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}}
            """));
    assertThatThrownBy(() -> RowDigest.of(tables.latest(table)))
        .isInstanceOf(NotVersionableException.class);
  }

  private static ObjectContent text(String text) {
    return ObjectContent.of(text.getBytes(StandardCharsets.UTF_8));
  }
}
