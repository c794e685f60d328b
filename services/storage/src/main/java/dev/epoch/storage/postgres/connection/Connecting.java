package dev.epoch.storage.postgres.connection;

import dev.epoch.storage.location.AddressRules;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.net.SocketAddress;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;

/**
 * Opens connections to addresses that are allowed. The name of a host is looked up once for each
 * connection, and the address that was checked is the one that is connected to: a name that means
 * another address a moment later leads nowhere else. TLS still goes by the name.
 */
public record Connecting(Vertx vertx, AddressRules rules) {

  /**
   * A pool that connects when it is used; its connections take large rows without copying them
   * again and again.
   */
  public Pool pool(PgConnectOptions options, PoolOptions limits) {
    int answerSeconds = options.getReadIdleTimeout();
    return Pool.newInstance(
            PgBuilder.pool()
                .with(limits)
                .connectingTo(() -> addressed(options).map(checked -> checked))
                .using(vertx.getDelegate())
                .build())
        .connectHandler(connection -> {
          WholeMessages.of(connection.getDelegate());
          AnswerTimeout.of(connection.getDelegate(), answerSeconds);
          connection.closeAndForget();
        });
  }

  /** A connection of its own. */
  Uni<PgConnection> connect(PgConnectOptions options) {
    return Uni.createFrom()
        .completionStage(() ->
            addressed(options)
                .flatMap(
                    checked -> io.vertx.pgclient.PgConnection.connect(vertx.getDelegate(), checked))
                .toCompletionStage())
        .map(PgConnection::newInstance)
        .invoke(
            connection -> AnswerTimeout.of(connection.getDelegate(), options.getReadIdleTimeout()));
  }

  /** The same options with the address that was looked up, and checked. */
  Future<PgConnectOptions> addressed(PgConnectOptions options) {
    Callable<PgConnectOptions> lookUp =
        () -> new Addressed(options, rules.lookUp(options.getHost()));
    if (AddressRules.isName(options.getHost())) {
      return vertx.getDelegate().executeBlocking(lookUp, false);
    }
    try {
      return Future.succeededFuture(lookUp.call());
    } catch (Exception refused) {
      return Future.failedFuture(refused);
    }
  }

  /** Options whose host has been looked up. */
  private static final class Addressed extends PgConnectOptions {
    private final InetAddress address;

    Addressed(PgConnectOptions options, InetAddress address) {
      super(options);
      // see AnswerTimeout
      setReadIdleTimeout(0);
      this.address = address;
    }

    @Override
    public SocketAddress getSocketAddress() {
      return address == null
          ? super.getSocketAddress()
          : SocketAddress.inetSocketAddress(new InetSocketAddress(address, getPort()));
    }
  }
}
