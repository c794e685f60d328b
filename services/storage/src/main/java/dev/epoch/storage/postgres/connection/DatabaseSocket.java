package dev.epoch.storage.postgres.connection;

import dev.epoch.storage.location.AddressRules;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.io.IOException;

/** Connections to a database that somebody else speaks on, encrypted as its options demand. */
public final class DatabaseSocket {
  private static final Buffer SSL_REQUEST = Buffer.buffer().appendInt(8).appendInt(80877103);

  private final Connecting connecting;
  private final PgConnectOptions options;
  private final NetClient client;

  public DatabaseSocket(Connecting connecting, PgConnectOptions options) {
    this.connecting = connecting;
    this.options = options;
    NetClientOptions plain = new NetClientOptions(options);
    plain.setSsl(false).setReconnectAttempts(0).setRegisterWriteHandler(false);
    // sessions may be silent for as long as they like
    plain.setIdleTimeout(0).setReadIdleTimeout(0).setWriteIdleTimeout(0);
    plain.setTcpKeepAlive(true).setTcpNoDelay(true);
    this.client = connecting.vertx().getDelegate().createNetClient(plain);
  }

  /** Name of the database. */
  public String database() {
    return options.getDatabase();
  }

  /** A connection on which nothing was said yet. It is paused. */
  public Future<NetSocket> connect() {
    return connecting
        .addressed(options)
        .flatMap(checked -> client.connect(checked.getSocketAddress()))
        .flatMap(socket -> encrypted(socket).onFailure(_ -> socket.close()))
        .map(NetSocket::pause);
  }

  /** {@code allow} takes TLS where it is offered: nobody is worse off. */
  private Future<NetSocket> encrypted(NetSocket socket) {
    SslMode mode = options.getSslMode();
    if (mode == SslMode.DISABLE || AddressRules.isSocket(options.getHost())) {
      return Future.succeededFuture(socket);
    }
    Promise<NetSocket> done = Promise.promise();
    socket.closeHandler(_ -> done.tryFail(new IOException("The database closed the connection")));
    socket.exceptionHandler(done::tryFail);
    socket.handler(answer -> {
      if (answer.length() == 1 && answer.getByte(0) == 'S') {
        Future<Void> upgraded =
            AddressRules.isName(options.getHost())
                ? socket.upgradeToSsl(options.getHost())
                : socket.upgradeToSsl();
        upgraded.onSuccess(_ -> done.tryComplete(socket)).onFailure(done::tryFail);
      } else if (answer.length() == 1
          && answer.getByte(0) == 'N'
          && (mode == SslMode.PREFER || mode == SslMode.ALLOW)) {
        done.tryComplete(socket);
      } else {
        done.tryFail(new IOException("The database does not take TLS, which sslmode demands"));
      }
    });
    socket.write(SSL_REQUEST).onFailure(done::tryFail);
    return done.future();
  }

  /** Closes all that is open. */
  public void close() {
    client.close();
  }
}
