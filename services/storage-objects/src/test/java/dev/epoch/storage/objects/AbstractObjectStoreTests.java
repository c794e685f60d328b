package dev.epoch.storage.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.epoch.storage.objects.ObjectStoreException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every object store must do. A subclass opens an empty one. */
public abstract class AbstractObjectStoreTests {
  private static final int WRITERS = 16;

  protected ObjectStore store;

  /** An empty store; another one each time. */
  protected abstract ObjectStore open() throws Exception;

  /** How many races are worth their time. */
  protected int races() {
    return 50;
  }

  /** Whether the server of the test orders keys beyond the basic plane as the store would. */
  protected boolean ordersAllCharacters() {
    return true;
  }

  /**
   * Whether the server of the test compares a version and writes as one step, as the store does.
   */
  protected boolean racesForVersions() {
    return true;
  }

  @BeforeEach
  void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  private static ObjectContent text(String text) {
    return ObjectContent.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private String text(InputStream bytes) throws IOException {
    try (bytes) {
      return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private List<String> keys(String prefix, String after) throws IOException {
    List<String> keys = new ArrayList<>();
    Iterator<StoredObject> found = store.list(prefix, after);
    found.forEachRemaining(each -> keys.add(each.key()));
    return keys;
  }

  @Test
  void whatIsWrittenIsReadWholeAndInParts() throws IOException {
    StoredObject written = store.put("a/b.txt", text("hello world"));

    StoredObject found = store.find("a/b.txt").orElseThrow();
    assertThat(found)
        .isEqualTo(new StoredObject("a/b.txt", 11, found.modified(), written.version()));
    assertThat(found.modified()).isCloseTo(written.modified(), within(5, ChronoUnit.SECONDS));
    assertThat(store.list("", "").next()).isEqualTo(found);
    assertThat(written.size()).isEqualTo(11);
    assertThat(text(store.open("a/b.txt"))).isEqualTo("hello world");
    assertThat(store.read("a/b.txt", 6, 5)).isEqualTo("world".getBytes(StandardCharsets.UTF_8));
    assertThat(store.read("a/b.txt", 6, 50)).isEqualTo("world".getBytes(StandardCharsets.UTF_8));
    assertThat(store.read("a/b.txt", 11, 5)).isEmpty();
    assertThat(store.read("a/b.txt", 3, 0)).isEmpty();
    store.check();
  }

  @Test
  void aVersionIsOfOneContent() throws IOException {
    StoredObject first = store.put("a", text("one"));
    StoredObject second = store.put("a", text("two"));

    assertThat(second.version()).isNotEqualTo(first.version());
    assertThat(store.putIfMatches("a", first.version(), text("three"))).isEmpty();
    assertThat(text(store.open("a"))).isEqualTo("two");
    Optional<StoredObject> third = store.putIfMatches("a", second.version(), text("three"));
    assertThat(third).isPresent();
    assertThat(text(store.open("a"))).isEqualTo("three");
    assertThat(store.find("a").orElseThrow().version()).isEqualTo(third.get().version());
    store.delete("a");
    assertThat(store.putIfMatches("a", third.get().version(), text("four"))).isEmpty();
    assertThat(store.find("a")).isEmpty();
  }

  @Test
  void whatIsThereIsNotReplacedByWhoWantsNothingThere() throws IOException {
    assertThat(store.putIfAbsent("log/1", text("one"))).isPresent();
    assertThat(store.putIfAbsent("log/1", text("two"))).isEmpty();

    assertThat(text(store.open("log/1"))).isEqualTo("one");
  }

  @Test
  void whatIsNotThereIsSaid() throws IOException {
    assertThat(store.find("none")).isEmpty();
    store.delete("none");
    for (Callable<?> read :
        List.<Callable<?>>of(
            () -> store.open("none"),
            () -> store.read("none", 0, 1),
            () -> store.copy("none", "other"))) {
      assertThatThrownBy(read::call)
          .isInstanceOfSatisfying(
              ObjectStoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NO_OBJECT));
    }
    assertThat(store.find("other")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/a", "a/", "a//b", ".", "a/../b", "a/./b", "a\nb", "a\\b"})
  void whatIsNoKeyIsRefused(String key) {
    assertThatThrownBy(() -> store.put(key, text("x")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.find(key)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "ä/ö", "a+b%20c", "a=1/b=2024-01-31 10%3A00", "x'\"&?#", "🎈"})
  void keysAreAsTheyAre(String key) throws IOException {
    store.put(key, text(key));

    assertThat(keys("", "")).containsExactly(key);
    assertThat(text(store.open(key))).isEqualTo(key);
    assertThat(store.find(key).orElseThrow().key()).isEqualTo(key);
  }

  @Test
  void listsInTheOrderOfTheBytes() throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of(
                "a-b", "a.b", "a/b", "a/b/c2", "a0", "ab", "b", "B", "ä", "a/c", "z/1", "\uE000",
                "😀"));
    all.remove("a/b/c2");
    all.add("a/d/e");
    if (!ordersAllCharacters()) {
      all.remove("😀");
    }
    List<String> mixed = new ArrayList<>(all);
    Collections.shuffle(mixed, new Random(1));
    for (String key : mixed) {
      store.put(key, text(key));
    }
    all.sort(ObjectKey::compare);

    assertThat(keys("", "")).containsExactlyElementsOf(all);
    for (String after : all) {
      assertThat(keys("", after))
          .as(after)
          .containsExactlyElementsOf(all.subList(all.indexOf(after) + 1, all.size()));
    }
    for (String prefix : List.of("a", "a/", "a/d", "a/d/", "a/d/e", "z", "none", "none/none")) {
      assertThat(keys(prefix, ""))
          .as(prefix)
          .containsExactlyElementsOf(all.stream().filter(key -> key.startsWith(prefix)).toList());
    }
  }

  @Test
  void listsMoreThanAPage() throws IOException {
    for (int i = 0; i < 1_203; i++) {
      store.put("log/%020d.json".formatted(i), text("{}"));
    }

    assertThat(keys("log/", "")).hasSize(1_203).isSorted();
    assertThat(keys("log/", "log/%020d.json".formatted(1_199))).hasSize(3);
  }

  @Test
  void aLargeObjectIsWholeOrNotThere() throws Exception {
    byte[] bytes = new byte[20 * 1024 * 1024 + 7];
    new Random(1).nextBytes(bytes);
    CountDownLatch half = new CountDownLatch(1);
    CountDownLatch seen = new CountDownLatch(1);
    ObjectContent slow =
        new ObjectContent() {
          @Override
          public long size() {
            return bytes.length;
          }

          @Override
          public InputStream open() {
            return new InputStream() {
              private int place;

              @Override
              public int read() {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
              }

              @Override
              public int read(byte[] into, int from, int length) {
                if (place == bytes.length) {
                  return -1;
                }
                if (place > bytes.length / 2) {
                  half.countDown();
                  try {
                    seen.await(30, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                }
                int count = Math.min(Math.min(length, 1 << 16), bytes.length - place);
                System.arraycopy(bytes, place, into, from, count);
                place += count;
                return count;
              }
            };
          }
        };
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Optional<StoredObject>> written =
          threads.submit(() -> store.putIfAbsent("large", slow));
      assertThat(half.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(store.find("large")).isEmpty();
      assertThat(keys("", "")).isEmpty();
      seen.countDown();

      assertThat(written.get()).isPresent();
    }
    assertThat(store.read("large", bytes.length - 3, 3))
        .containsExactly(bytes[bytes.length - 3], bytes[bytes.length - 2], bytes[bytes.length - 1]);
    try (InputStream read = store.open("large")) {
      assertThat(read.readAllBytes()).isEqualTo(bytes);
    }
  }

  @Test
  void contentThatFailsLeavesWhatWasThere() throws IOException {
    store.put("a", text("before"));
    ObjectContent broken =
        new ObjectContent() {
          @Override
          public long size() {
            return 100;
          }

          @Override
          public InputStream open() throws IOException {
            throw new IOException("broken");
          }
        };
    ObjectContent shorter =
        new ObjectContent() {
          @Override
          public long size() {
            return 100;
          }

          @Override
          public InputStream open() {
            return new ByteArrayInputStream(new byte[50]);
          }
        };

    for (ObjectContent content : List.of(broken, shorter)) {
      assertThatThrownBy(() -> store.put("a", content)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> store.putIfAbsent("b", content)).isInstanceOf(IOException.class);
    }

    assertThat(text(store.open("a"))).isEqualTo("before");
    assertThat(keys("", "")).containsExactly("a");
  }

  @Test
  void copiesAndDeletes() throws IOException {
    store.put("a", text("one"));
    store.put("b/c", text("other"));

    store.copy("a", "b/c");
    store.delete("a");
    store.delete("a");

    assertThat(keys("", "")).containsExactly("b/c");
    assertThat(text(store.open("b/c"))).isEqualTo("one");
  }

  @Test
  void oneOfManyWritersFindsNothingThere() throws Exception {
    for (int race = 0; race < races(); race++) {
      String key = "log/%05d".formatted(race);
      List<Optional<StoredObject>> outcomes =
          race(writer -> store.putIfAbsent(key, text("writer " + writer)));

      assertThat(outcomes.stream().filter(Optional::isPresent)).as(key).hasSize(1);
      int winner =
          outcomes.indexOf(outcomes.stream().filter(Optional::isPresent).findFirst().orElseThrow());
      assertThat(text(store.open(key))).isEqualTo("writer " + winner);
    }
  }

  @Test
  void oneOfManyWritersReplacesAVersion() throws Exception {
    assumeTrue(
        racesForVersions(), "the server of this test does not compare and write as one step");
    ObjectVersion version = store.put("head", text("start")).version();
    for (int race = 0; race < races(); race++) {
      ObjectVersion expected = version;
      int turn = race;
      List<Optional<StoredObject>> outcomes =
          race(writer -> store.putIfMatches("head", expected, text(turn + " by " + writer)));

      List<StoredObject> won = outcomes.stream().flatMap(Optional::stream).toList();
      assertThat(won).as("race " + race).hasSize(1);
      assertThat(text(store.open("head")))
          .isEqualTo(race + " by " + outcomes.indexOf(Optional.of(won.getFirst())));
      version = won.getFirst().version();
    }
  }

  /** One of those that race, from 0. */
  protected interface Writer {
    Optional<StoredObject> write(int number) throws IOException;
  }

  /** What sixteen writers are told that begin at once. */
  protected static List<Optional<StoredObject>> race(Writer writer) throws Exception {
    CountDownLatch ready = new CountDownLatch(WRITERS);
    List<Future<Optional<StoredObject>>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      for (int i = 0; i < WRITERS; i++) {
        int number = i;
        all.add(
            threads.submit(() -> {
              ready.countDown();
              ready.await();
              return writer.write(number);
            }));
      }
    }
    List<Optional<StoredObject>> outcomes = new ArrayList<>();
    for (Future<Optional<StoredObject>> each : all) {
      outcomes.add(each.get());
    }
    return outcomes;
  }
}
