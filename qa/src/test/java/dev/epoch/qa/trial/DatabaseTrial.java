package dev.epoch.qa.trial;

import dev.epoch.log.testing.FaultProxy;
import dev.epoch.log.testing.PostgresServer;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * The packaged server under load while its databases fail: the log's, the users', or both.
 *
 * <pre>
 *   server --> proxy --> PostgreSQL of the log          clients --> server, and straight into the
 *          --> proxy --> PostgreSQL of the users                    users' PostgreSQL
 *
 *   load --> fault --> all is well again --> within a limit every client has its answer,
 *        without a restart of the server --> compare everything with the model --> load ...
 * </pre>
 */
final class DatabaseTrial implements AutoCloseable {
  /** From the moment the database is back until the server works as before. */
  private static final Duration HEALING_LIMIT = Duration.ofSeconds(20);

  /** The server's connections to one database: its pool, the log's own ones, its tails. */
  private static final int MOST_CONNECTIONS = 40;

  private static final String SESSIONS =
      """
      SELECT concat_ws(' ', pid, application_name, state, wait_event_type, wait_event,
        now() - xact_start, now() - state_change, pg_blocking_pids(pid), left(query, 300))
      FROM pg_stat_activity WHERE datname = current_database() ORDER BY pid
      """;

  private static final String LAST_RECORDS =
      "SELECT left(r::text, 500) FROM epoch.events r ORDER BY position DESC LIMIT 40";

  private final Random random;
  private final Counts counts = new Counts();
  private final TrialPostgres logPostgres;
  private final TrialPostgres userPostgres;
  private final FaultProxy logProxy;
  private final FaultProxy userProxy;
  private final ServerProcess server;
  private final Clients clients;
  private final List<Database> databases;
  private Duration slowest = Duration.ZERO;

  /** What can go wrong with a database. */
  enum Fault {
    LOG_KILLED,
    USERS_KILLED,
    BOTH_KILLED,
    LOG_ANSWER_CUT,
    USERS_ANSWER_CUT,
    LOG_STALLED,
    USERS_STALLED,
    LOG_REFUSES,
    USERS_REFUSE
  }

  DatabaseTrial(Path folder, long seed) throws Exception {
    this.random = new Random(seed);
    this.logPostgres = TrialPostgres.started(folder.resolve("log"));
    this.userPostgres = TrialPostgres.started(folder.resolve("users"));
    Database log = logPostgres.create("log");
    Database one = userPostgres.create("one");
    Database two = userPostgres.create("two");
    this.databases = List.of(log, one, two);
    this.logProxy = proxy(log);
    this.userProxy = proxy(one);
    this.server =
        new ServerProcess(folder.resolve("data"))
            .start(Map.of("EPOCH_METADATA_URL", behind(logProxy, log).url()));
    this.clients =
        new Clients(
            server.rest(),
            one,
            two,
            null,
            List.of(behind(userProxy, one), behind(userProxy, two)),
            counts,
            seed);
  }

  private static FaultProxy proxy(Database database) {
    return FaultProxy.to(
        new PostgresServer.Database(
            database.host(),
            database.port(),
            database.name(),
            database.user(),
            database.password()));
  }

  private static Database behind(FaultProxy proxy, Database database) {
    return new Database(
        "127.0.0.1", proxy.port(), database.name(), database.user(), database.password());
  }

  Counts counts() {
    return counts;
  }

  /** The longest time from a database's return until all was well. */
  Duration slowest() {
    return slowest;
  }

  /** What clients and server do, what the server has said, and what its databases are busy with. */
  String evidence() throws Exception {
    StringBuilder evidence = new StringBuilder(clients.where()).append("\n\n");
    evidence
        .append(server.log())
        .append("\n\nlast records\n")
        .append(rows(databases.getFirst(), LAST_RECORDS));
    for (Database database : databases) {
      evidence.append("\n\n").append(database.name()).append('\n').append(rows(database, SESSIONS));
    }
    return evidence.append('\n').append(server.threads()).toString();
  }

  private static String rows(Database database, String sql) {
    try {
      return String.join("\n", database.rows(sql));
    } catch (SQLException away) {
      return away.toString();
    }
  }

  void run(int faults) throws Exception {
    clients.start();
    int first = random.nextInt(Fault.values().length);
    for (int number = 0; number < faults; number++) {
      LockSupport.parkNanos(Duration.ofMillis(500 + random.nextInt(1500)).toNanos());
      Fault fault = Fault.values()[(first + number) % Fault.values().length];
      happens(fault);
      counts.add("faults");
      counts.add(fault.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
      healed(fault);
      clients.check();
      nothingIsLeft();
      clients.goOn();
    }
    clients.end(server.rest());
  }

  private void happens(Fault fault) throws Exception {
    switch (fault) {
      case LOG_KILLED -> {
        logPostgres.kill();
        Poll.until("the server says that it is not ready", HEALING_LIMIT, () -> ready() == 503);
        pause();
        logPostgres.start();
      }
      case USERS_KILLED -> {
        userPostgres.kill();
        pause();
        userPostgres.start();
      }
      case BOTH_KILLED -> {
        logPostgres.kill();
        userPostgres.kill();
        pause();
        if (random.nextBoolean()) {
          logPostgres.start();
          userPostgres.start();
        } else {
          userPostgres.start();
          logPostgres.start();
        }
      }
      case LOG_ANSWER_CUT -> cutAnswers(logProxy);
      case USERS_ANSWER_CUT -> cutAnswers(userProxy);
      case LOG_STALLED -> stall(logProxy);
      case USERS_STALLED -> stall(userProxy);
      case LOG_REFUSES -> {
        logProxy.refuse(true);
        logProxy.cutAll();
        Poll.until("the server says that it is not ready", HEALING_LIMIT, () -> ready() == 503);
        pause();
        logProxy.refuse(false);
      }
      case USERS_REFUSE -> {
        userProxy.refuse(true);
        userProxy.cutAll();
        pause();
        userProxy.refuse(false);
      }
    }
  }

  private void pause() {
    LockSupport.parkNanos(Duration.ofMillis(500 + random.nextInt(2500)).toNanos());
  }

  private void cutAnswers(FaultProxy proxy) {
    for (int i = random.nextInt(10); i >= 0; i--) {
      proxy.cutNextAnswer();
      LockSupport.parkNanos(Duration.ofMillis(5 + random.nextInt(200)).toNanos());
    }
  }

  private void stall(FaultProxy proxy) {
    proxy.stall(true);
    pause();
    proxy.stall(false);
  }

  private void healed(Fault fault) throws Exception {
    Instant back = Instant.now();
    Poll.until("the server is ready after " + fault, HEALING_LIMIT, () -> ready() == 200);
    if (!clients.halt(HEALING_LIMIT, server::running)) {
      throw new AssertionError("the server ended after " + fault);
    }
    Poll.until(
        "nothing is in doubt after " + fault,
        HEALING_LIMIT,
        () -> server.rest().get("/admin/recovery").ok().path("open").isEmpty());
    Duration took = Duration.between(back, Instant.now());
    if (took.compareTo(slowest) > 0) {
      slowest = took;
    }
  }

  private int ready() {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(server.url() + "/ready"))
              .timeout(Duration.ofSeconds(10))
              .build();
      return client.send(request, BodyHandlers.discarding()).statusCode();
    } catch (IOException unanswered) {
      return 0;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  /**
   * No transaction is left open, no lock held but the one that says that the server is there, no
   * connection lost by whoever opened it.
   */
  private void nothingIsLeft() throws Exception {
    for (Database database : databases) {
      String open =
          """
          SELECT count(*) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND (state LIKE 'idle in transaction%' OR state = 'active')
            AND backend_type = 'client backend'
          """;
      Poll.until(
          "no transaction is left open in " + database.name(),
          HEALING_LIMIT,
          () -> database.rows(open).equals(List.of("0")));
      String locks =
          """
          SELECT count(*) FROM pg_locks
          LEFT JOIN pg_stat_activity USING (pid)
          WHERE locktype = 'advisory'
            AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND application_name IS DISTINCT FROM 'epoch server'
          """;
      Poll.until(
          "no lock is left in " + database.name(),
          HEALING_LIMIT,
          () -> database.rows(locks).equals(List.of("0")));
      int connections =
          Integer.parseInt(
              database
                  .rows(
                      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                          + " AND pid <> pg_backend_pid()")
                  .getFirst());
      if (connections > MOST_CONNECTIONS) {
        throw new AssertionError(connections + " connections to " + database.name());
      }
      counts.add("databases looked through");
    }
  }

  @Override
  public void close() throws Exception {
    clients.abandon();
    server.close();
    logProxy.close();
    userProxy.close();
    logPostgres.close();
    userPostgres.close();
  }
}
