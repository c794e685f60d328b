package dev.epoch.model.changes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Digest;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.Tables;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChangeSetTest {
  private static final TableSchema TABLE = Tables.table("id bigint", "name text");

  @Test
  void readsWhatWasWritten() {
    // given
    List<RowChange> changes = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      changes.add(
          new RowChange(
              RowKey.of("" + i), Row.of("" + i, "a\"\\\n\u0001é€😀" + i), Row.of("" + i, null)));
    }
    changes.add(new RowChange(RowKey.of("x"), null, Row.of("x", "y".repeat(5000))));
    Map<Digest, byte[]> store = new HashMap<>();

    // when
    ChangeSetWriter writer = new ChangeSetWriter(TABLE, store::put, 1024);
    changes.forEach(writer::add);
    ChangeSet written = writer.finish();
    ChangeSetReader reader = new ChangeSetReader(written.root(), store::get);

    // then
    assertThat(reader.changeSet()).isEqualTo(written);
    List<RowChange> read = new ArrayList<>();
    reader.changes().forEachRemaining(read::add);
    assertThat(read).isEqualTo(changes);
    assertThat(store.values()).allMatch(bytes -> bytes.length <= 1024);
  }
}
