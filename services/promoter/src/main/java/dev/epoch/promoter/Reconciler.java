package dev.epoch.promoter;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Makes the promotions that files ask for, again and again: when an event of one of their
 * repositories comes, and each interval. Files are read anew each time.
 */
public final class Reconciler implements AutoCloseable {
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

  private final Path files;
  private final RestApi server;
  private final Clock clock;
  private final Duration interval;
  private final Consumer<String> log;
  private final Runnable before;
  private final Wanted wanted = new Wanted();
  private final Map<String, Known> known = new ConcurrentHashMap<>();
  private final Map<String, Listener> listeners = new ConcurrentHashMap<>();
  private final Map<String, String> told = new ConcurrentHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param files a file, or a folder of them
   * @param interval at the latest after so long, everything is looked at
   * @param before runs before files are read, such as a pull
   * @param log takes lines
   */
  public Reconciler(
      Path files,
      RestApi.Settings server,
      Clock clock,
      Duration interval,
      Runnable before,
      Consumer<String> log) {
    this.files = files;
    this.server = new RestApi(server, "");
    this.clock = clock;
    this.interval = interval;
    this.before = before;
    this.log = log;
  }

  /** Works until it is closed. */
  public void run() throws InterruptedException {
    while (closed.getCount() > 0) {
      Predicate<String> repositories = wanted.await(interval);
      if (closed.getCount() > 0) {
        reconcile(repositories);
      }
    }
  }

  /** Looks at everything once. */
  public void reconcile() throws InterruptedException {
    reconcile(_ -> true);
  }

  private void reconcile(Predicate<String> repositories) throws InterruptedException {
    List<PromotionFile> read;
    try {
      before.run();
      read = PromotionFile.read(files);
    } catch (WrongFileException wrong) {
      tell("files", wrong.getMessage());
      return;
    }
    List<Thread> work =
        read.stream()
            .filter(file ->
                repositories.test(file.repository()) || !listeners.containsKey(file.repository()))
            .map(file -> Thread.ofVirtual().name(file.path().toString()).start(() -> apply(file)))
            .toList();
    for (Thread thread : work) {
      thread.join();
    }
  }

  private void apply(PromotionFile file) {
    RestApi api = server.about(file.repository());
    listeners.computeIfAbsent(file.repository(), _ -> new Listener(api, file.repository()));
    try {
      for (Decision decision :
          new Promotions(api, clock, known.computeIfAbsent(file.repository(), _ -> new Known()))
              .apply(file, List.of(), false)) {
        if (decision.environment().source() != null) {
          tell(
              file.repository() + " " + decision.environment().name(), DecisionText.line(decision));
        }
      }
      tell(file.repository(), "reachable");
    } catch (ApiException failure) {
      tell(file.repository(), failure.getMessage());
    }
  }

  /** What is new. */
  private void tell(String about, String what) {
    if (!what.equals(told.put(about, what))) {
      log.accept(about + ": " + what);
    }
  }

  /** Waits for events of a repository, and wakes the reconciler. */
  private final class Listener implements Runnable {
    private final RestApi api;
    private final String repository;
    private volatile InputStream stream;
    private long position = Long.MAX_VALUE;

    private Listener(RestApi api, String repository) {
      this.api = api;
      this.repository = repository;
      Thread.ofVirtual().name("events").start(this);
    }

    @Override
    public void run() {
      while (closed.getCount() > 0) {
        try {
          if (position == Long.MAX_VALUE) {
            position = head();
            // what was before may have come after the look that began to listen
            wanted.one(repository);
          }
          listen();
        } catch (IOException | RuntimeException lost) {
          if (pause()) {
            return;
          }
          wanted.one(repository);
        }
      }
    }

    private long head() {
      return Math.max(
          0, api.get("reflog", Map.of("limit", "1")).at("/entries/0/position").asLong());
    }

    private void listen() throws IOException {
      try (InputStream opened = api.events(position + 1);
          BufferedReader lines =
              new BufferedReader(new InputStreamReader(opened, StandardCharsets.UTF_8))) {
        stream = opened;
        String line;
        while ((line = lines.readLine()) != null && closed.getCount() > 0) {
          if (line.startsWith("id:")) {
            position = Long.parseLong(line.substring(3).strip());
            wanted.one(repository);
          }
        }
      }
    }

    private boolean pause() {
      try {
        return closed.await(AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return true;
      }
    }

    private void close() {
      InputStream open = stream;
      if (open != null) {
        try {
          open.close();
        } catch (IOException gone) {
          // nobody reads it any more
        }
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
    listeners.values().forEach(Listener::close);
    wanted.all();
  }
}
