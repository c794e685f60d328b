package dev.epoch.log.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.Digest;
import dev.epoch.log.ChunkNotFoundException;
import dev.epoch.log.ChunkStore;
import dev.epoch.log.CorruptChunkException;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link ChunkStore} does. */
public abstract class AbstractChunkStoreTests {
  private static final Duration WAIT = Duration.ofSeconds(30);

  private ChunkStore store;

  /** An empty store. */
  protected abstract ChunkStore createStore();

  /** Changes the stored bytes of a chunk. */
  protected abstract void corrupt(Digest digest);

  @BeforeEach
  void openStore() {
    store = createStore();
  }

  private static Map<Digest, byte[]> chunks(byte[]... contents) {
    Map<Digest, byte[]> chunks = new LinkedHashMap<>();
    for (byte[] content : contents) {
      chunks.put(Digest.of(content), content);
    }
    return chunks;
  }

  private static byte[] random(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(WAIT);
  }

  @Test
  void chunksAreReadAsTheyWerePut() {
    // given
    Random random = Seed.random("chunksAreReadAsTheyWerePut");
    Map<Digest, byte[]> chunks =
        chunks(
            new byte[0],
            new byte[1],
            new byte[ChunkStore.MAX_CHUNK_BYTES],
            random(random, 1),
            random(random, 100_000),
            random(random, ChunkStore.MAX_CHUNK_BYTES),
            "{\"a\": 1}, ".repeat(5000).getBytes(StandardCharsets.UTF_8));

    // when
    await(store.putAll(chunks));

    // then
    chunks.forEach((digest, content) -> assertThat(await(store.get(digest))).isEqualTo(content));
  }

  @Test
  void manyChunksArePutAtOnce() {
    // given
    Random random = Seed.random("manyChunksArePutAtOnce");
    Map<Digest, byte[]> chunks = new LinkedHashMap<>();
    for (int i = 0; i < 300; i++) {
      chunks.putAll(chunks(random(random, random.nextInt(50_000))));
    }

    // when
    await(store.putAll(chunks));

    // then
    assertThat(await(store.present(chunks.keySet()))).isEqualTo(chunks.keySet());
    chunks.forEach((digest, content) -> assertThat(await(store.get(digest))).isEqualTo(content));
  }

  @Test
  void puttingAgainChangesNothing() {
    // given
    Map<Digest, byte[]> chunks = chunks(new byte[] {1, 2, 3}, new byte[] {4});

    // when
    await(store.putAll(chunks));
    await(store.putAll(chunks));
    await(store.putAll(Map.of()));

    // then
    chunks.forEach((digest, content) -> assertThat(await(store.get(digest))).isEqualTo(content));
  }

  @Test
  void writersOfEqualChunksDoNotDisturbEachOther() {
    // given
    Random random = Seed.random("writersOfEqualChunksDoNotDisturbEachOther");
    List<Map.Entry<Digest, byte[]>> entries = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      entries.addAll(chunks(random(random, 2000)).entrySet());
    }

    // when
    List<CompletableFuture<Void>> puts = new ArrayList<>();
    for (int writer = 0; writer < 16; writer++) {
      Collections.shuffle(entries, random);
      Map<Digest, byte[]> chunks = new LinkedHashMap<>();
      entries.forEach(entry -> chunks.put(entry.getKey(), entry.getValue()));
      puts.add(store.putAll(chunks).subscribeAsCompletionStage());
    }

    // then
    puts.forEach(put -> await(Uni.createFrom().completionStage(put)));
    entries.forEach(
        entry -> assertThat(await(store.get(entry.getKey()))).isEqualTo(entry.getValue()));
  }

  @Test
  void whatIsNotStoredIsNotFound() {
    // given
    Digest stored = Digest.of(new byte[] {1});
    Digest missing = Digest.of(new byte[] {2});
    await(store.putAll(chunks(new byte[] {1})));

    // then
    assertThat(await(store.present(List.of(stored, missing)))).containsExactly(stored);
    assertThat(await(store.present(List.of()))).isEmpty();
    assertThatThrownBy(() -> await(store.get(missing))).isInstanceOf(ChunkNotFoundException.class);
  }

  @Test
  void aWrongNameOrLengthIsRefusedAndNothingIsStored() {
    // given
    byte[] good = {1};
    byte[] tooLong = new byte[ChunkStore.MAX_CHUNK_BYTES + 1];
    Map<Digest, byte[]> wrongName = chunks(good);
    wrongName.put(Digest.of(new byte[] {2}), new byte[] {3});

    // then
    assertThatThrownBy(() -> await(store.putAll(wrongName)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> await(store.putAll(chunks(good, tooLong))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(await(store.present(List.of(Digest.of(good))))).isEmpty();
  }

  @Test
  void corruptionIsFoundOnRead() {
    // given
    Random random = Seed.random("corruptionIsFoundOnRead");
    for (byte[] content :
        List.of(
            random(random, 1000),
            new byte[1000],
            "text ".repeat(99).getBytes(StandardCharsets.UTF_8))) {
      Digest digest = Digest.of(content);
      await(store.putAll(Map.of(digest, content)));

      // when
      corrupt(digest);

      // then
      assertThatThrownBy(() -> await(store.get(digest))).isInstanceOf(CorruptChunkException.class);
    }
  }
}
