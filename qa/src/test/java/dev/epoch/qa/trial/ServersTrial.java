package dev.epoch.qa.trial;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.Rest;
import dev.epoch.qa.process.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Three packaged servers on one metadata database, and clients that ask any of them. The owner of
 * the repository, or another server, is killed, paused for longer than its lease, or restarted.
 *
 * <pre>
 *   load --> a fault --> another owner, if it hit the owner --> load --> the server is back
 *        --> every client has its answer --> compare everything with the model --> load ...
 * </pre>
 */
final class ServersTrial implements AutoCloseable {
  private static final int SERVERS = 3;
  private static final int CLIENTS = 12;
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final Duration TAKEOVER_LIMIT = Duration.ofSeconds(10);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(120);

  /** Less than most commands take on a machine that is busy, more than a paused server gets. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** What happens to a server. */
  enum Fault {
    KILL,
    PAUSE,
    RESTART
  }

  private final Random random;
  private final Counts counts = new Counts();
  private final TrialPostgres postgres;
  private final List<ServerProcess> servers = new ArrayList<>();
  private final Map<String, String> variables;
  private final Clients clients;
  private final Rest any;
  private Duration longestTakeover = Duration.ZERO;

  ServersTrial(Path folder, long seed) throws Exception {
    this.random = new Random(seed);
    this.postgres = TrialPostgres.started(folder.resolve("databases"));
    this.variables =
        Map.of(
            "JAVA_TOOL_OPTIONS",
            "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "EPOCH_METADATA_URL",
            postgres.create("metadata").url(),
            "EPOCH_SECRET_KEY",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "EPOCH_SERVER_LEASE",
            LEASE.toString());
    for (int i = 0; i < SERVERS; i++) {
      ServerProcess server = new ServerProcess(folder.resolve("server-" + i));
      servers.add(server);
      server.launch(variables);
    }
    for (ServerProcess server : servers) {
      server.awaitReady();
    }
    this.any = Rest.several(servers.stream().map(ServerProcess::rest).toList()).waiting(PATIENCE);
    Database one = postgres.create("one");
    Database two = postgres.create("two");
    this.clients = new Clients(any, one, two, null, List.of(one, two), counts, seed, CLIENTS);
  }

  Counts counts() {
    return counts;
  }

  /** From the fault to the first answer of another owner. */
  Duration longestTakeover() {
    return longestTakeover;
  }

  /** Each kind of fault in turn, the owner's server two times of three. */
  void run(int faults) throws Exception {
    clients.start();
    int kind = random.nextInt(Fault.values().length);
    for (int i = 0; i < faults; i++) {
      Fault fault = Fault.values()[kind++ % Fault.values().length];
      load();
      ServerProcess victim =
          i == 0 || random.nextInt(3) > 0 ? owner() : servers.get(random.nextInt(SERVERS));
      hit(victim, fault);
      clients.halt(ANSWER_LIMIT, () -> true);
      clients.check();
      clients.goOn();
    }
    load();
    clients.end(any);
  }

  private void hit(ServerProcess victim, Fault fault) throws Exception {
    boolean owned = victim == owner();
    long begin = System.nanoTime();
    counts.add("faults: " + fault.name().toLowerCase(java.util.Locale.ROOT));
    switch (fault) {
      case KILL -> victim.kill();
      case PAUSE -> victim.pause();
      case RESTART -> victim.stop();
    }
    try {
      if (owned) {
        awaitOtherOwner(victim);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        longestTakeover = took.compareTo(longestTakeover) > 0 ? took : longestTakeover;
        counts.add("takeovers after " + fault.name().toLowerCase(java.util.Locale.ROOT));
      } else if (fault == Fault.PAUSE) {
        LockSupport.parkNanos(LEASE.plusSeconds(1).toNanos());
      }
      load();
    } finally {
      if (fault == Fault.PAUSE) {
        victim.resume();
      }
    }
    if (fault != Fault.PAUSE) {
      victim.start(variables);
    }
  }

  private void load() throws Exception {
    LockSupport.parkNanos(Duration.ofMillis(500 + random.nextInt(1000)).toNanos());
    clients.failIfOneFailed();
  }

  /** The server that says of itself that it owns the repository. */
  private ServerProcess owner() throws Exception {
    ServerProcess[] found = {null};
    Poll.until(
        "a server owns the repository",
        ANSWER_LIMIT,
        () -> {
          found[0] = servers.stream().filter(ServersTrial::owns).findFirst().orElse(null);
          return found[0] != null;
        });
    return found[0];
  }

  private void awaitOtherOwner(ServerProcess former) throws Exception {
    Poll.until(
        "another server owns the repository",
        TAKEOVER_LIMIT,
        () -> servers.stream().anyMatch(server -> server != former && owns(server)));
  }

  private static boolean owns(ServerProcess server) {
    try {
      JsonNode leases =
          server.rest().waiting(Duration.ofSeconds(2)).get("/admin/leases").json().path("leases");
      for (JsonNode lease : leases) {
        if (lease.path("repository").asText().equals(TrialWorld.REPOSITORY)
            && lease.path("decides_here").asBoolean()) {
          return true;
        }
      }
      return false;
    } catch (java.io.UncheckedIOException away) {
      return false;
    }
  }

  String log() {
    return servers.stream().map(ServerProcess::log).collect(Collectors.joining("\n=====\n"));
  }

  @Override
  public void close() throws Exception {
    clients.abandon();
    for (ServerProcess server : servers) {
      server.resume();
      server.close();
    }
    postgres.close();
  }
}
