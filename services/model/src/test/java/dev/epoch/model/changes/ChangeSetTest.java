package dev.epoch.model.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.Digest;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.Property;
import dev.epoch.model.Tables;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChangeSetTest {
  private static final TableSchema TABLE = Tables.table("id bigint", "name text");
  private static final int SMALL = 1024;
  private static final String[] NASTY = {
    null,
    "",
    "null",
    "\u0000",
    "\"",
    "\\",
    "\\u0000",
    "\n\r\t\b\f\u001f\u007f",
    "]\n[",
    "é€日本",
    "\ud83d\ude00",
    "\ud83d",
    "\ude00",
    "\ude00\ud83d",
    "\ufeff",
    "\u2028",
    "a".repeat(700),
    "\u0001".repeat(400),
    "€".repeat(500)
  };

  @Test
  void readsWhatWasWritten() {
    Property.holds(
        2000,
        ChangeSetTest::changes,
        ChangeSetTest::withoutOne,
        changes -> {
          Map<Digest, byte[]> store = new HashMap<>();
          ChangeSet written = write(changes, store);
          ChangeSetReader reader = new ChangeSetReader(written.root(), store::get);

          assertThat(reader.changeSet()).isEqualTo(written);
          assertThat(list(reader.changes())).isEqualTo(changes);
          assertThat(list(reader.changes())).isEqualTo(changes);
          assertThat(store.values()).allMatch(chunk -> chunk.length <= SMALL);
          assertThat(write(changes, new HashMap<>())).isEqualTo(written);
        });
  }

  @Test
  void anEmptyChangeSetHasARootToo() {
    Map<Digest, byte[]> store = new HashMap<>();
    ChangeSet written = write(List.of(), store);

    assertThat(written.total()).isZero();
    assertThat(store).hasSize(1);
    assertThat(list(new ChangeSetReader(written.root(), store::get).changes())).isEmpty();
  }

  /** Sixty thousand changes in chunks of 1 KiB: manifests of manifests of manifests. */
  @Test
  void manifestsNest() {
    List<RowChange> changes = new ArrayList<>();
    for (int i = 0; i < 60_000; i++) {
      changes.add(new RowChange(RowKey.of("" + i), null, Row.of("" + i, "x".repeat(20))));
    }
    Map<Digest, byte[]> store = new HashMap<>();

    ChangeSet written = write(changes, store);

    String root = new String(store.get(written.root()), StandardCharsets.UTF_8);
    assertThat(root).contains("\"inserted\":60000", "\"level\":3");
    assertThat(store.values()).allMatch(chunk -> chunk.length <= SMALL);
    assertThat(list(new ChangeSetReader(written.root(), store::get).changes())).isEqualTo(changes);
  }

  /** The written form never changes: what a log keeps is read for ever. */
  @Test
  void theFormOfAChunk() {
    Map<Digest, byte[]> store = new HashMap<>();
    ChangeSet written =
        ChangeSetWriter.write(
            TABLE,
            List.of(
                    new RowChange(RowKey.of("1"), null, Row.of("1", "Ada")),
                    new RowChange(RowKey.of("2"), Row.of("2", "Bob"), Row.of("2", null)),
                    new RowChange(RowKey.of("3"), Row.of("3", "\u0007\"\\\n\té"), null))
                .iterator(),
            store::put);

    assertThat(store.values())
        .extracting(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .containsExactlyInAnyOrder(
            """
            {"format":"epoch-changes","version":1,"columns":[["id","id"],["name","name"]],"key":["id"]}
            [["1"],null,["1","Ada"]]
            [["2"],["2","Bob"],["2",null]]
            [["3"],["3","\\u0007\\"\\\\\\n\\té"],null]
            """,
            """
            {"format":"epoch-changes","version":1,"columns":[["id","id"],["name","name"]],"key":["id"],\
            "inserted":1,"updated":1,"deleted":1,"items":3,"level":0,"entries":[{"chunk":"%s","items":3}]}\
            """
                .formatted(other(store, written.root())));
    assertThat(written.root())
        .hasToString("500aed1951e93529d3a9e1b5c84c5b300b7ae42712fc05298d0bb4d6ad3a21b9");
  }

  private static Digest other(Map<Digest, byte[]> store, Digest root) {
    return store.keySet().stream().filter(name -> !name.equals(root)).findFirst().orElseThrow();
  }

  @Test
  void everyFlippedBitIsFound() {
    Map<Digest, byte[]> store = new HashMap<>();
    List<RowChange> changes = changes(new Random(3));
    ChangeSet written = write(changes, store);
    Random random = new Random(7);
    List<Digest> names = List.copyOf(store.keySet());
    for (int i = 0; i < 1000; i++) {
      Digest name = names.get(random.nextInt(names.size()));
      byte[] good = store.get(name);
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      store.put(name, bad);
      assertThatThrownBy(() -> list(new ChangeSetReader(written.root(), store::get).changes()))
          .isInstanceOf(MalformedChunkException.class)
          .hasMessageContaining(name.hex());
      store.put(name, good);
    }
    assertThat(list(new ChangeSetReader(written.root(), store::get).changes())).isEqualTo(changes);
  }

  @Test
  void missingAndWrongChunksAreFound() {
    Map<Digest, byte[]> store = new HashMap<>();
    ChangeSet written = write(changes(new Random(3)), store);
    for (Digest name : List.copyOf(store.keySet())) {
      byte[] chunk = store.remove(name);
      assertThatThrownBy(() -> list(new ChangeSetReader(written.root(), store::get).changes()))
          .isInstanceOf(MalformedChunkException.class)
          .hasMessageContaining("is missing");
      store.put(name, chunk);
    }
    Digest conflicts = new ConflictSetWriter(store::put).finish();
    assertThatThrownBy(() -> new ChangeSetReader(conflicts, store::get))
        .isInstanceOf(MalformedChunkException.class)
        .hasMessageContaining("no manifest of epoch-changes");
  }

  /** Bytes with the right name but not of our making. */
  @Test
  void forgedChunksAreRefused() {
    for (String lines :
        new String[] {
          "",
          "[]",
          "{}",
          "{}\n",
          "{}\n[[\"1\"],null,null]",
          "{}\n[[\"1\"],null,[\"1\"]]",
          "{}\n[[\"1\"],null,[\"1\",\"a\",\"b\"]]",
          "{}\n[[null],null,[\"1\",\"a\"]]",
          "{}\n[null,null,[\"1\",\"a\"]]",
          "{}\n[[\"1\"],null,[\"1\",2]]",
          "{}\n[[\"1\"],null,[\"1\",\"a\"],1]",
          "{}\n[[\"1\"],null,[\"1\",\"a\"]",
          "{}\n[[\"1\"],null,[\"1\",\"a\"]]\n[[\"2\"],null,[\"2\",\"a\"]]",
          "{}\nnull",
          "{}\n" + "[".repeat(100_000)
        }) {
      Map<Digest, byte[]> store = new HashMap<>();
      Digest chunk = put(store, lines);
      Digest root =
          put(
              store,
              """
              {"format":"epoch-changes","version":1,"columns":[["a","id"],["b","name"]],"key":["id"],
               "entries":[{"chunk":"%s","items":1}]}
              """
                  .formatted(chunk));
      assertThatThrownBy(() -> list(new ChangeSetReader(root, store::get).changes()))
          .as(lines.length() > 80 ? "deep" : lines)
          .isInstanceOf(MalformedChunkException.class);
    }
  }

  private static Digest put(Map<Digest, byte[]> store, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    store.put(Digest.of(bytes), bytes);
    return Digest.of(bytes);
  }

  @Test
  void rowsOfAnotherWidthAreNotWritten() {
    ChangeSetWriter writer = new ChangeSetWriter(TABLE, (name, bytes) -> {});

    assertThatThrownBy(() -> writer.add(new RowChange(RowKey.of("1"), null, Row.of("1"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static ChangeSet write(List<RowChange> changes, Map<Digest, byte[]> store) {
    ChangeSetWriter writer = new ChangeSetWriter(TABLE, store::put, SMALL);
    changes.forEach(writer::add);
    return writer.finish();
  }

  private static List<RowChange> changes(Random random) {
    List<RowChange> changes = new ArrayList<>();
    for (int i = random.nextInt(40); i >= 0; i--) {
      Row before = random.nextBoolean() ? row(random) : null;
      Row after = before == null || random.nextBoolean() ? row(random) : null;
      changes.add(new RowChange(RowKey.of("" + i), before, after));
    }
    return changes;
  }

  private static Row row(Random random) {
    return Row.of(NASTY[random.nextInt(NASTY.length)], NASTY[random.nextInt(NASTY.length)]);
  }

  private static List<List<RowChange>> withoutOne(List<RowChange> changes) {
    List<List<RowChange>> smaller = new ArrayList<>();
    for (int i = 0; i < changes.size(); i++) {
      List<RowChange> fewer = new ArrayList<>(changes);
      fewer.remove(i);
      smaller.add(fewer);
    }
    return smaller;
  }

  private static List<RowChange> list(RowStream<RowChange> stream) {
    List<RowChange> list = new ArrayList<>();
    stream.forEachRemaining(list::add);
    return list;
  }
}
