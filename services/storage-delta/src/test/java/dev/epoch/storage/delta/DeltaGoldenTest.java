package dev.epoch.storage.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.value.Values;
import dev.epoch.storage.delta.GoldenTables.Expected;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.disk.DiskObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each golden table is read as delta-rs reads it, or refused by a message that says why. */
class DeltaGoldenTest {
  /** Tables that take seconds. */
  private static final long MANY = 50_000;

  private ObjectStore store;
  private DeltaTables tables;

  @BeforeEach
  void open() throws IOException {
    store = new DiskObjectStore(GoldenTables.folder());
    tables = new DeltaTables(store);
  }

  @AfterEach
  void close() {
    if (store != null) {
      store.close();
    }
  }

  static Stream<Expected> small() {
    return GoldenTables.all().stream()
        .filter(table -> table.refusal() == null && table.rows() < MANY);
  }

  static Stream<Expected> large() {
    return GoldenTables.all().stream().filter(table -> table.rows() >= MANY);
  }

  static Stream<Expected> refused() {
    return GoldenTables.all().stream().filter(table -> table.refusal() != null);
  }

  @ParameterizedTest
  @MethodSource("small")
  void isReadAsOthersReadIt(Expected table) {
    DeltaVersion version = tables.latest(table.name());

    assertThat(version.number()).isEqualTo(table.version());
    assertThat(RowDigest.of(version)).isEqualTo(new RowDigest(table.rows(), table.digest()));
  }

  @Tag("nightly")
  @ParameterizedTest
  @MethodSource("large")
  void isReadAsOthersReadItAlsoIfItIsLarge(Expected table) {
    isReadAsOthersReadIt(table);
  }

  @ParameterizedTest
  @MethodSource("refused")
  void isRefusedByName(Expected table) {
    assertThatThrownBy(() -> RowDigest.of(tables.latest(table.name())))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(table.refusal());
  }

  @ParameterizedTest
  @MethodSource("small")
  void textsAreCanonical(Expected table) {
    DeltaVersion version = tables.latest(table.name());
    try (RowStream<Row> rows = version.rows()) {
      rows.forEachRemaining(row -> {
        for (int i = 0; i < row.size(); i++) {
          String text = row.get(i);
          if (text != null) {
            assertThat(Values.canonical(version.columns().get(i).type(), text)).isEqualTo(text);
          }
        }
      });
    }
  }

  @Test
  void noTableIsForgotten() throws IOException {
    Path folder = GoldenTables.folder();
    try (Stream<Path> files = Files.walk(folder)) {
      List<String> found =
          files
              .filter(file -> file.getFileName().toString().equals("_delta_log"))
              .map(file -> folder.relativize(file.getParent()).toString())
              .toList();
      assertThat(GoldenTables.all().stream().map(Expected::name))
          .containsExactlyInAnyOrderElementsOf(found);
    }
  }
}
