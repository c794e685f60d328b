package dev.epoch.benchmarks;

import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.ServerProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * What measures work with: the packaged server as a process on its own embedded PostgreSQL, and the
 * PostgreSQL of a user. Data that several measures read is made once.
 */
public final class Workbench implements AutoCloseable {

  private final Scale scale;
  private final long seed;
  private final Path home;
  private final PrintStream progress;
  private final UserPostgres postgres;
  private final ServerProcess server;
  private final Map<Class<?>, Object> fixtures = new LinkedHashMap<>();
  private final Thread emergency = new Thread(this::closeQuietly);

  /** In MiB; the merge of a row of 50 MB takes more than 2,000. */
  private static final int SERVER_HEAP = 6144;

  /**
   * What is measured on the layers of a branch must not be materialized by the server meanwhile;
   * what is to be materialized is so by command.
   */
  private static final Map<String, String> LAYERS_STAY = Map.of("EPOCH_COPIES_LIMIT", "0");

  /** Subscribers run in the process of the benchmark. */
  private static final Map<String, String> RECEIVERS_HERE =
      Map.of("EPOCH_WEBHOOKS_ALLOW", "127.0.0.1");

  /** One repository has three quarters of them: 500 clients hear of it. */
  private static final Map<String, String> STREAMS_FIT = Map.of("EPOCH_API_MAX_STREAMS", "700");

  private Workbench(
      Scale scale,
      long seed,
      Path home,
      PrintStream progress,
      UserPostgres postgres,
      ServerProcess server) {
    this.scale = scale;
    this.seed = seed;
    this.home = home;
    this.progress = progress;
    this.postgres = postgres;
    this.server = server;
  }

  /** Makes data for several measures. */
  @FunctionalInterface
  public interface Fixture<T> {
    T make(Workbench workbench) throws Exception;
  }

  /**
   * Starts everything in a new folder.
   *
   * @param parent where the folder is made, on the disk to be measured
   * @param serverOptions options for the server's JVM, may be empty
   */
  public static Workbench open(
      Scale scale, long seed, Path parent, String serverOptions, PrintStream progress)
      throws Exception {
    Path home = Files.createTempDirectory(parent, "epoch-benchmark");
    UserPostgres postgres = UserPostgres.start(home.resolve("user-postgres"));
    try {
      ServerProcess server = new ServerProcess(home.resolve("server")).heap(SERVER_HEAP);
      Map<String, String> settings = new HashMap<>(LAYERS_STAY);
      settings.putAll(RECEIVERS_HERE);
      settings.putAll(STREAMS_FIT);
      if (!serverOptions.isEmpty()) {
        settings.put("JAVA_TOOL_OPTIONS", serverOptions);
      }
      server.start(settings);
      Workbench workbench = new Workbench(scale, seed, home, progress, postgres, server);
      Runtime.getRuntime().addShutdownHook(workbench.emergency);
      return workbench;
    } catch (Exception | AssertionError failure) {
      postgres.close();
      delete(home);
      throw failure;
    }
  }

  public Scale scale() {
    return scale;
  }

  /** Where measures may put files; it is deleted in the end. */
  public Path home() {
    return home;
  }

  /** The user's PostgreSQL. */
  public UserPostgres postgres() {
    return postgres;
  }

  /** The server. */
  public ServerProcess server() {
    return server;
  }

  /** Random numbers that are the same in each run with the same seed. */
  public Random random(String purpose) {
    return new Random(seed ^ purpose.hashCode());
  }

  /** Tells what is being done, for whoever waits. */
  public void progress(String what) {
    progress.println("  " + what);
    progress.flush();
  }

  /** A new database of the user's PostgreSQL. */
  public Database database(String name) throws Exception {
    return postgres.database().create(name);
  }

  /** A repository on a new database of the same name, in which the statements have been run. */
  public Repository repository(String name, String... statements) throws Exception {
    Database database = database(name);
    database.execute(statements);
    Api api = new Api(server.url(), name);
    api.post("/repositories", Api.json("name", name));
    return new Repository(name, database, api);
  }

  /**
   * What the server and the PostgreSQLs have had of the processors since they began. Tells versions
   * apart also where others use the machine.
   */
  public Duration processorTime() {
    Stream<ProcessHandle> ours =
        ProcessHandle.allProcesses()
            .filter(process -> process.info().commandLine().orElse("").contains(home.toString()));
    return Stream.concat(ProcessHandle.current().children(), ours)
        .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
        .distinct()
        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  /** Data that is made when first asked for. */
  public <T> T shared(Class<T> type, Fixture<T> fixture) throws Exception {
    Object found = fixtures.get(type);
    if (found == null) {
      long begin = System.nanoTime();
      found = fixture.make(this);
      fixtures.put(type, found);
      progress(
          "data for %s: %.1f s".formatted(type.getSimpleName(), (System.nanoTime() - begin) / 1e9));
    }
    return type.cast(found);
  }

  /** Ends the processes and deletes their data. */
  @Override
  public void close() throws Exception {
    Runtime.getRuntime().removeShutdownHook(emergency);
    end();
  }

  /** When the run is interrupted. */
  private void closeQuietly() {
    try {
      end();
    } catch (Exception failure) {
      progress.println(home + " could not be cleaned up: " + failure);
    }
  }

  private void end() throws Exception {
    try {
      server.close();
    } finally {
      postgres.close();
      delete(home);
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(folder)) {
      files = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
