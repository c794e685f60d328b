package dev.epoch.wire;

import dev.epoch.storage.branch.BranchSessions;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.impl.cpu.CpuCoreSensor;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A port where clients of PostgreSQL reach branches: the name of a database says which. It changes
 * what a session begins with, looks whether it stands on the branch, and then passes on bytes.
 */
public final class WireGateway implements AutoCloseable {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final Targets targets;
  private final Settings settings;
  private final Set<ClientConnection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong refused = new AtomicLong();

  /** Where the sessions are whose keys clients have, to cancel what they do. */
  private final Map<Buffer, BranchSessions> keys = new ConcurrentHashMap<>();

  private volatile boolean ready;
  private volatile boolean closed;
  private volatile String deployment;

  /**
   * @param certificate of TLS; empty: none is offered
   * @param patience with a client until it has said what it wants
   * @param mostConnections at a time
   */
  public record Settings(
      String host,
      int port,
      Optional<KeyCertOptions> certificate,
      Duration patience,
      int mostConnections) {}

  public WireGateway(Vertx vertx, Targets targets, Settings settings) {
    this.vertx = vertx;
    this.targets = targets;
    this.settings = settings;
  }

  /** Listens from now on. Fails if the port cannot be had. */
  public Future<Void> listen() {
    DeploymentOptions everyLoop =
        new DeploymentOptions().setInstances(Math.max(1, CpuCoreSensor.availableProcessors()));
    return vertx
        .deployVerticle(Listener::new, everyLoop)
        .onSuccess(id -> deployment = id)
        .mapEmpty();
  }

  /** Clients get sessions from now on; until then they are told that the server is starting. */
  public void ready() {
    ready = true;
  }

  /** Connections at the moment, also those without a session yet. */
  public int connections() {
    return open.get();
  }

  /** Clients that got no session, since the start. */
  public long refused() {
    return refused.get();
  }

  /** One of those that share the port. */
  private final class Listener extends AbstractVerticle {
    @Override
    public void start(Promise<Void> started) {
      NetServerOptions options = new NetServerOptions().setTcpNoDelay(true).setTcpKeepAlive(true);
      settings.certificate().ifPresent(options::setKeyCertOptions);
      NetServer listening = vertx.createNetServer(options);
      listening.connectHandler(WireGateway.this::accept);
      listening.listen(settings.port(), settings.host()).<Void>mapEmpty().onComplete(started);
    }
  }

  private void accept(NetSocket socket) {
    ClientConnection connection = new ClientConnection(this, socket, settings);
    connections.add(connection);
    boolean tooMany = open.incrementAndGet() > settings.mostConnections();
    connection.begin(
        tooMany
            ? Optional.of(Refusals.tooMany(settings.mostConnections()))
            : ready ? Optional.empty() : Optional.of(Refusals.starting()));
    if (closed) {
      connection.stop();
    }
  }

  Vertx vertx() {
    return vertx;
  }

  Targets targets() {
    return targets;
  }

  void refusedOne() {
    refused.incrementAndGet();
  }

  void forget(ClientConnection connection) {
    if (connections.remove(connection)) {
      open.decrementAndGet();
    }
  }

  void keep(Buffer key, BranchSessions sessions) {
    keys.put(key, sessions);
  }

  void forget(Buffer key) {
    keys.remove(key);
  }

  Optional<BranchSessions> byKey(Buffer key) {
    return Optional.ofNullable(keys.get(key));
  }

  /** Ends all connections: the databases roll back what was not committed. */
  @Override
  public void close() {
    closed = true;
    String listening = deployment;
    // told first: with the port, its connections are closed and nothing can be said on them
    Future<?> ended =
        Future.join(connections.stream().map(ClientConnection::stop).toList())
            .compose(_ -> listening == null ? Future.succeededFuture() : vertx.undeploy(listening));
    try {
      ended
          .toCompletionStage()
          .toCompletableFuture()
          .get(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | java.util.concurrent.ExecutionException late) {
      // the process ends, and with it what is open
    }
  }
}
