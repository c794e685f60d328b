package dev.epoch.log.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.log.SnapshotStore;
import dev.epoch.log.SnapshotStore.Parts;
import dev.epoch.log.SnapshotStore.Snapshot;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link SnapshotStore} does. */
public abstract class AbstractSnapshotStoreTests {
  private static final Duration WAIT = Duration.ofSeconds(30);

  private SnapshotStore store;

  /** An empty store. */
  protected abstract SnapshotStore createStore();

  @BeforeEach
  void openStore() {
    store = createStore();
  }

  private void save(String stream, long version, int format, byte... state) {
    await(store.save(new Snapshot(stream, version, format, state)));
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(WAIT);
  }

  private Optional<Snapshot> latest(String stream, int format) {
    return await(store.latest(stream, format));
  }

  @Test
  void aSnapshotIsReadAsItWasSaved() {
    // given
    byte[] random = new byte[3_000_000];
    Seed.random("aSnapshotIsReadAsItWasSaved").nextBytes(random);

    // when
    save("a", 7, 1, random);
    save("b", 8, 1, new byte[5_000_000]);
    save("c", 9, 1);

    // then
    Snapshot a = latest("a", 1).orElseThrow();
    assertThat(a.stream()).isEqualTo("a");
    assertThat(a.version()).isEqualTo(7);
    assertThat(a.format()).isEqualTo(1);
    assertThat(a.state()).isEqualTo(random);
    assertThat(latest("b", 1).orElseThrow().state()).isEqualTo(new byte[5_000_000]);
    assertThat(latest("c", 1).orElseThrow().state()).isEmpty();
  }

  @Test
  void theNewestStays() {
    // when
    save("a", 7, 1, (byte) 7);
    save("a", 9, 1, (byte) 9);
    save("a", 8, 1, (byte) 8);

    // then
    assertThat(latest("a", 1)).map(Snapshot::version).contains(9L);
    assertThat(latest("a", 1).orElseThrow().state()).containsExactly(9);
  }

  private List<byte[]> parts(Parts of, int count) {
    return await(store.parts(of, count).collect().asList());
  }

  @Test
  void partsAreReadInOrderUpToTheFirstThatIsMissing() {
    // given
    Parts graph = new Parts("a", 1, 1, "graph");
    for (int i = 0; i < 150; i++) {
      if (i != 140) {
        await(store.savePart(graph, i, new byte[] {(byte) i}));
      }
    }
    await(store.savePart(new Parts("a", 1, 1, "other"), 3, new byte[5_000_000]));

    // then
    assertThat(parts(graph, 130)).hasSize(130).extracting(part -> part[0]).contains((byte) 129);
    assertThat(parts(graph, 64)).hasSize(64);
    assertThat(parts(graph, 150)).hasSize(140);
    assertThat(parts(graph, 0)).isEmpty();
    assertThat(await(store.part(graph, 7)).orElseThrow()).containsExactly(7);
    assertThat(await(store.part(graph, 140))).isEmpty();
    assertThat(await(store.part(new Parts("a", 1, 1, "other"), 3)).orElseThrow())
        .hasSize(5_000_000);
  }

  @Test
  void partsOfALaterOriginReplaceAllBefore() {
    // given
    await(store.savePart(new Parts("a", 1, 1, "graph"), 0, new byte[] {1}));
    await(store.savePart(new Parts("a", 2, 1, "graph"), 0, new byte[] {2}));
    await(store.savePart(new Parts("b", 1, 1, "graph"), 0, new byte[] {3}));

    // when
    await(store.savePart(new Parts("a", 1, 9, "graph"), 0, new byte[] {4}));

    // then
    assertThat(parts(new Parts("a", 1, 1, "graph"), 1)).isEmpty();
    assertThat(parts(new Parts("a", 1, 9, "graph"), 1)).hasSize(1);
    assertThat(parts(new Parts("a", 2, 1, "graph"), 1)).hasSize(1);
    assertThat(parts(new Parts("b", 1, 1, "graph"), 1)).hasSize(1);
  }

  @Test
  void formatsDoNotReplaceEachOther() {
    // when
    save("a", 7, 1, (byte) 1);
    save("a", 9, 2, (byte) 2);

    // then
    assertThat(latest("a", 1)).map(Snapshot::version).contains(7L);
    assertThat(latest("a", 2)).map(Snapshot::version).contains(9L);
    assertThat(latest("a", 3)).isEmpty();
    assertThat(latest("b", 1)).isEmpty();
  }
}
