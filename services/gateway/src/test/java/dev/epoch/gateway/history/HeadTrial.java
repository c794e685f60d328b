package dev.epoch.gateway.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.gateway.history.HeadStore.Answer;
import dev.epoch.gateway.history.HeadStore.Moved;
import dev.epoch.gateway.history.HeadStore.Refused;
import dev.epoch.gateway.history.HeadStore.Stored;
import dev.epoch.gateway.history.HeadStore.Unchanged;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients race on a few branch names: they read, write rows, commit, merge, create and delete, some
 * with an expected head, of now or of before. What each was told is recorded and checked.
 */
public final class HeadTrial {
  private static final int CLIENTS = 12;
  private static final int NAMES = 5;
  private static final String MAIN = "main";

  /** A trial goes on until it has brought these about, so many times as long at most. */
  private static final int MOST_TIMES = 10;

  private static final List<String> NEEDED =
      List.of(
          "commit moved",
          "merge moved",
          "create moved",
          "delete moved",
          "commit HEAD_MOVED",
          "merge HEAD_MOVED");

  private final HeadStore store;
  private final int operations;
  private final Random random;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<String, Integer> counts = new ConcurrentSkipListMap<>();

  /**
   * @param operations how many at least; writes of rows are not counted
   */
  public HeadTrial(HeadStore store, int operations, Random random) {
    this.store = store;
    this.operations = operations;
    this.random = random;
  }

  /** How often each operation ended how: {@code commit moved=12}. */
  public Map<String, Integer> counts() {
    return counts;
  }

  /** Runs the clients; a failure of one fails the trial. */
  public HeadHistory run() {
    Map<String, Head> initial = store.heads();
    Set<String> before = new HashSet<>();
    store.commits().forEach(commit -> before.add(commit.id()));
    List<HeadOperation> recorded = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<HeadOperation>>> clients = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        Client next = new Client(new Random(random.nextLong()));
        clients.add(threads.submit(next::run));
      }
      for (Future<List<HeadOperation>> client : clients) {
        recorded.addAll(client.get());
      }
    } catch (ExecutionException e) {
      throw new AssertionError("a client failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    Map<String, HeadHistory.Commit> commits = new HashMap<>();
    List<Stored> stored = store.commits();
    // a merge and the live changes that it commits first are one move of the head
    Map<String, String> beneathLive = new HashMap<>();
    stored.stream()
        .filter(commit -> commit.message().startsWith("Live changes before merging"))
        .forEach(commit -> beneathLive.put(commit.id(), commit.parents().getFirst()));
    for (Stored commit : stored) {
      if (!before.contains(commit.id()) && !beneathLive.containsKey(commit.id())) {
        String parent = commit.parents().getFirst();
        commits.put(
            commit.id(),
            new HeadHistory.Commit(
                Integer.parseInt(commit.message()), beneathLive.getOrDefault(parent, parent)));
      }
    }
    return new HeadHistory(initial, recorded, store.heads(), commits);
  }

  /** Runs the clients and checks. */
  public void check() {
    HeadHistory history = run();
    assertThat(HeadChecker.anomalies(history)).isEmpty();
    assertThat(history.operations()).hasSizeGreaterThanOrEqualTo(operations);
    assertThat(counts.keySet()).as("the trial has to bring it about").containsAll(NEEDED);
  }

  /** One client, which remembers the heads that it saw. */
  private final class Client {
    private final Random own;
    private final Map<String, Head> known = new HashMap<>();
    private final List<HeadOperation> done = new ArrayList<>();

    Client(Random own) {
      this.own = own;
    }

    List<HeadOperation> run() {
      int number;
      while ((number = numbers.incrementAndGet()) <= operations
          || (number <= MOST_TIMES * operations && !counts.keySet().containsAll(NEEDED))) {
        step(number);
      }
      return done;
    }

    private void step(int number) {
      String name = name();
      int kind = own.nextInt(100);
      if (kind < 84) {
        long invoked = System.nanoTime();
        Head head = store.read(name);
        done.add(HeadOperation.read(number, name, invoked, System.nanoTime(), head));
        known.put(name, head);
        count("read", "");
      } else if (kind < 91) {
        String expected = expected(name);
        if (own.nextInt(5) > 0) {
          store.write(number, name);
        }
        record(number, "commit", name, expected, () -> store.commit(number, name, expected));
      } else if (kind < 95) {
        String source = name();
        String expected = expected(name);
        record(number, "merge", name, expected, () -> store.merge(number, source, name, expected));
      } else if (kind < 99) {
        String from = name();
        record(number, "create", name, null, () -> store.create(number, name, from));
      } else {
        record(number, "delete", name, null, () -> store.delete(number, name));
      }
    }

    private String name() {
      int i = own.nextInt(NAMES);
      return i == 0 ? MAIN : "feature/" + i;
    }

    /** Nothing, or the head that the client saw last, which may be an old one. */
    private String expected(String name) {
      Head head = known.get(name);
      return head == null || own.nextInt(3) == 0 ? null : head.commit();
    }

    private void record(
        int number,
        String what,
        String name,
        String expected,
        java.util.function.Supplier<Answer> operation) {
      long invoked = System.nanoTime();
      Answer answer = operation.get();
      long returned = System.nanoTime();
      switch (answer) {
        case Moved moved -> {
          if (expected != null) {
            assertThat(moved.before().commit())
                .as("head that operation %s moved", number)
                .isEqualTo(expected);
          }
          done.add(
              HeadOperation.write(
                  number,
                  name,
                  invoked,
                  returned,
                  moved.before(),
                  moved.after(),
                  moved.position()));
          known.put(name, moved.after());
          count(what, "moved");
        }
        case Unchanged unchanged -> {
          done.add(HeadOperation.read(number, name, invoked, returned, unchanged.head()));
          count(what, "unchanged");
        }
        case Refused refused -> {
          done.add(
              HeadOperation.refused(
                  number,
                  name,
                  invoked,
                  returned,
                  expected == null ? null : new Head(null, expected),
                  refused.actual()));
          count(what, refused.code());
        }
      }
    }

    private void count(String what, String how) {
      synchronized (counts) {
        counts.merge((what + " " + how).strip(), 1, Integer::sum);
      }
    }
  }
}
