package dev.epoch.server;

import dev.epoch.api.branch.ClientGateway;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.server.access.Listening;
import dev.epoch.wire.RepositoryTargets;
import dev.epoch.wire.WireGateway;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.HttpsServerStart;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The port where clients of the users' databases reach branches. It opens with that of the API,
 * whose certificate it has, and serves when the repositories are loaded.
 */
@Singleton
public class ClientConnections implements ClientGateway, HttpServerOptionsCustomizer {
  private static final Logger LOG = Logger.getLogger(ClientConnections.class);
  private static final int DEFAULT_PORT = 6432;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LISTEN_LIMIT = Duration.ofSeconds(20);

  private final Vertx vertx;
  private final VersioningServer server;
  private final MeterRegistry meters;
  private final Listening listening;
  private final Optional<String> publicUrl;
  private final int most;

  /** 0: none. */
  private final int port;

  /** Whether an operator wants this port, and no server without. */
  private final boolean demanded;

  private KeyCertOptions certificate;
  private WireGateway gateway;
  private boolean serving;
  private boolean open;

  ClientConnections(
      Vertx vertx,
      VersioningServer server,
      MeterRegistry meters,
      Listening listening,
      @ConfigProperty(name = "epoch.gateway.port") Optional<String> port,
      @ConfigProperty(name = "epoch.gateway.max-connections") int most,
      @ConfigProperty(name = "epoch.public-url") Optional<String> publicUrl) {
    this.vertx = vertx;
    this.server = server;
    this.meters = meters;
    this.listening = listening;
    this.publicUrl = publicUrl;
    this.most = most;
    this.demanded = port.isPresent();
    this.port = port(port);
    if (most < 1) {
      throw new StartRefusedException(
          "EPOCH_GATEWAY_MAX_CONNECTIONS is %d: give a number from 1 on.".formatted(most));
    }
  }

  private static int port(Optional<String> given) {
    String text = given.map(String::strip).orElse(Integer.toString(DEFAULT_PORT));
    if (text.equals("off")) {
      return 0;
    }
    if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 65_535) {
      throw new StartRefusedException(
          "EPOCH_GATEWAY_PORT is '%s': give a port from 1 to 65535, or off.".formatted(text));
    }
    return Integer.parseInt(text);
  }

  @Override
  public synchronized void customizeHttpsServer(HttpServerOptions options) {
    certificate = options.getKeyCertOptions();
  }

  void listen(@ObservesAsync HttpServerStart event) {
    listen();
  }

  void listen(@ObservesAsync HttpsServerStart event) {
    listen();
  }

  private synchronized void listen() {
    if (port == 0 || gateway != null) {
      return;
    }
    gateway =
        new WireGateway(
            vertx,
            new RepositoryTargets(server),
            new WireGateway.Settings(
                listening.host(), port, Optional.ofNullable(certificate), PATIENCE, most));
    try {
      gateway
          .listen()
          .toCompletionStage()
          .toCompletableFuture()
          .get(LISTEN_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (Exception taken) {
      notListening(taken);
      return;
    }
    open = true;
    Gauge.builder("epoch.gateway.connections", gateway, WireGateway::connections)
        .description("Connections of clients of databases to branches")
        .register(meters);
    FunctionCounter.builder("epoch.gateway.refused", gateway, WireGateway::refused)
        .description("Clients of databases that got no session")
        .register(meters);
    LOG.infof(
        "Clients of databases reach branches at port %d of %s%s",
        port, listening.host(), certificate == null ? "" : ", with TLS");
    if (serving) {
      gateway.ready();
    }
  }

  /** Beside a PgBouncer, which has the same port, the server starts without. */
  private void notListening(Exception failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    String message =
        "Clients of databases cannot reach branches at port %d of %s: %s. Choose another one with EPOCH_GATEWAY_PORT, or off"
            .formatted(port, listening.host(), cause.getMessage());
    if (demanded) {
      LOG.fatalf("Epoch ends. %s.", message);
      Quarkus.asyncExit(1);
    } else {
      LOG.warnf("%s. The server goes on without.", message);
    }
  }

  synchronized void serve(@Observes ServerStarted event) {
    serving = true;
    if (gateway != null) {
      gateway.ready();
    }
  }

  /** Before the databases that sessions are prepared in. */
  synchronized void stop(
      @Observes @Priority(Interceptor.Priority.APPLICATION - 1) ShutdownEvent event) {
    open = false;
    if (gateway != null) {
      gateway.close();
    }
  }

  @Override
  public synchronized Optional<Address> address(String asked) {
    if (!open) {
      return Optional.empty();
    }
    String host =
        publicUrl
            .map(url -> URI.create(url).getHost())
            .orElse(
                listening.host().matches("0\\.0\\.0\\.0|\\[?::]?|localhost|127\\.0\\.0\\.1")
                    ? asked
                    : listening.host());
    return Optional.of(new Address(host, port, certificate != null));
  }
}
