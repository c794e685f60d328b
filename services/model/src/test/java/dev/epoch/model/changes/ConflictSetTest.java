package dev.epoch.model.changes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Digest;
import dev.epoch.model.merge.ConflictType;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.row.RowKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConflictSetTest {

  @Test
  void readsWhatWasWritten() {
    // given
    List<RowConflict> conflicts = new ArrayList<>();
    for (ConflictType type : ConflictType.values()) {
      String constraint =
          type == ConflictType.CONSTRAINT || type.isSchema() ? "unique \"x\"" : null;
      conflicts.add(
          new RowConflict("t1", "users", RowKey.of("1", "é"), type, List.of(), constraint));
      conflicts.add(
          new RowConflict(
              "t2",
              "a \"table\"",
              RowKey.of(""),
              type,
              List.of(
                  FieldConflict.whole("name", null, "\u0000", "x".repeat(3000)),
                  new FieldConflict("data", "/a~1b", "1", null, "{}")),
              constraint));
    }
    Map<Digest, byte[]> store = new HashMap<>();

    // when
    ConflictSetWriter writer = new ConflictSetWriter(store::put, 1024);
    conflicts.forEach(writer::add);
    Digest root = writer.finish();
    ConflictSetReader reader = new ConflictSetReader(root, store::get);

    // then
    List<RowConflict> read = new ArrayList<>();
    reader.conflicts().forEachRemaining(read::add);
    assertThat(read).isEqualTo(conflicts);
    assertThat(reader.count()).isEqualTo(conflicts.size()).isEqualTo(writer.count());
    assertThat(store.values()).allMatch(chunk -> chunk.length <= 1024);
  }
}
