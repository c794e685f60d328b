package dev.epoch.wire;

import dev.epoch.storage.branch.BranchSessions;
import dev.epoch.wire.message.ErrorMessage;
import dev.epoch.wire.message.FirstMessage;
import dev.epoch.wire.message.MalformedMessageException;
import dev.epoch.wire.message.Startup;
import dev.epoch.wire.message.StartupOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What a client says before it has a session, on the event loop of its connection.
 *
 * <pre>
 *   SSLRequest, GSSENCRequest   one byte          at most once each
 *   CancelRequest               passed on to where the session is
 *   startup message             database found, branch made ready (beside), connected --> Login
 * </pre>
 */
final class ClientConnection {
  private static final Logger LOG = Logger.getLogger(ClientConnection.class.getName());
  private static final Buffer YES = Buffer.buffer("S");
  private static final Buffer NO = Buffer.buffer("N");

  private final WireGateway gateway;
  private final NetSocket socket;
  private final WireGateway.Settings settings;
  private final Context context;
  private Buffer bytes = Buffer.buffer();
  private Optional<ErrorMessage> refusal = Optional.empty();
  private boolean askedForTls;
  private boolean askedForGss;
  private boolean closed;
  private long timer = -1;
  private Login login;
  private NetSocket cancelling;

  ClientConnection(WireGateway gateway, NetSocket socket, WireGateway.Settings settings) {
    this.gateway = gateway;
    this.socket = socket;
    this.settings = settings;
    this.context = gateway.vertx().getOrCreateContext();
  }

  /**
   * Begins to read.
   *
   * @param refused what a client is told that wants a session; whoever cancels is heard
   */
  void begin(Optional<ErrorMessage> refused) {
    refusal = refused;
    timer = gateway.vertx().setTimer(settings.patience().toMillis(), _ -> close());
    socket.exceptionHandler(failure -> {
      LOG.log(Level.FINE, "A client's connection failed", failure);
      close();
    });
    socket.closeHandler(_ -> closed());
    socket.handler(this::read);
  }

  private void read(Buffer more) {
    bytes = bytes.length() == 0 ? more : bytes.appendBuffer(more);
    try {
      int length = FirstMessage.length(bytes);
      if (length < 0 || bytes.length() < length) {
        return;
      }
      FirstMessage message = FirstMessage.parse(bytes.getBuffer(0, length));
      bytes = bytes.getBuffer(length, bytes.length());
      // what was sent before a request for TLS is answered is not read as if it came with TLS
      if (bytes.length() > 0 && !(message instanceof FirstMessage.Start)) {
        throw new MalformedMessageException("received unencrypted data after a request");
      }
      answer(message);
    } catch (MalformedMessageException malformed) {
      refuse(Refusals.malformed(malformed.getMessage()));
    }
  }

  private void answer(FirstMessage message) {
    switch (message) {
      case FirstMessage.SslRequest _ -> {
        requireFirst(askedForTls);
        askedForTls = true;
        if (settings.certificate().isPresent()) {
          socket.pause();
          socket
              .write(YES)
              .compose(_ -> socket.upgradeToSsl())
              .onSuccess(_ -> socket.resume())
              .onFailure(_ -> close());
        } else {
          socket.write(NO);
        }
      }
      case FirstMessage.GssRequest _ -> {
        requireFirst(askedForGss);
        askedForGss = true;
        socket.write(NO);
      }
      case FirstMessage.CancelRequest cancel -> cancel(cancel);
      case FirstMessage.OtherVersion other ->
          refuse(Refusals.version(other.major(), other.minor()));
      case FirstMessage.Start start -> {
        stopTimer();
        start(start.startup());
      }
    }
  }

  private static void requireFirst(boolean asked) {
    if (asked) {
      throw new MalformedMessageException("encryption was asked for twice");
    }
  }

  /** As PostgreSQL does, without an answer. */
  private void cancel(FirstMessage.CancelRequest request) {
    gateway
        .byKey(request.key())
        .ifPresentOrElse(
            sessions ->
                sessions
                    .connect()
                    .onSuccess(database -> {
                      cancelling = database;
                      database.closeHandler(_ -> close());
                      database.handler(_ -> {});
                      database.resume();
                      database.write(request.toBuffer());
                    })
                    .onFailure(_ -> close()),
            this::close);
  }

  private void start(Startup startup) {
    if (refusal.isPresent()) {
      refuse(refusal.get());
      return;
    }
    Optional<String> user = startup.parameter("user").filter(name -> !name.isEmpty());
    if (user.isEmpty()) {
      refuse(Refusals.noUser());
      return;
    }
    if (startup.parameter("replication").filter(ClientConnection::isTrue).isPresent()) {
      refuse(Refusals.replication());
      return;
    }
    String name = startup.parameter("database").filter(text -> !text.isEmpty()).orElse(user.get());
    BranchSessions.Wish wish = new BranchSessions.Wish(user.get(), path(startup));
    socket.pause();
    Thread.ofVirtual()
        .name("gateway-login")
        .start(() -> {
          try {
            Targets.Target target = gateway.targets().find(name, wish);
            context.runOnContext(_ -> connect(name, startup, target));
          } catch (LoginRefusedException refused) {
            context.runOnContext(_ -> refuse(refused.error()));
          } catch (RuntimeException failure) {
            LOG.log(Level.WARNING, failure, () -> "No session for a client on " + name);
            context.runOnContext(_ ->
                refuse(
                    Refusals.other("The branch could not be made ready", "See the server's log.")));
          }
        });
  }

  private static boolean isTrue(String value) {
    return !value.matches("(?i)false|off|no|0|");
  }

  /** The last one counts: a parameter of its own comes after those in {@code options}. */
  private static Optional<String> path(Startup startup) {
    Map<String, String> options =
        startup.parameter("options").map(StartupOptions::settings).orElse(Map.of());
    return startup
        .parameter("search_path")
        .or(() -> Optional.ofNullable(options.get("search_path")));
  }

  private void connect(String name, Startup startup, Targets.Target target) {
    if (closed) {
      return;
    }
    target
        .sessions()
        .connect()
        .onSuccess(database -> {
          if (closed) {
            database.close();
            return;
          }
          login = new Login(gateway, socket, database, name, target);
          login.begin(
              startup
                  .with(target.login().parameters())
                  .with(Map.of("database", target.sessions().database())),
              bytes);
        })
        .onFailure(away -> {
          LOG.log(Level.FINE, "A database is away", away);
          refuse(Refusals.away(name));
        });
  }

  private void refuse(ErrorMessage error) {
    if (!closed) {
      gateway.refusedOne();
      socket.write(error.toBuffer());
      socket.close();
    }
  }

  /** The server stops. Completes when the client has been told, or its session ends. */
  Future<Void> stop() {
    Promise<Void> told = Promise.promise();
    context.runOnContext(_ -> {
      if (login == null && !closed) {
        refuse(Refusals.stopping());
      } else {
        close();
      }
      told.complete();
    });
    return told.future();
  }

  private void close() {
    socket.close();
  }

  private void closed() {
    closed = true;
    stopTimer();
    gateway.forget(this);
    if (login != null) {
      login.clientClosed();
    }
    if (cancelling != null) {
      cancelling.close();
    }
  }

  private void stopTimer() {
    if (timer >= 0) {
      gateway.vertx().cancelTimer(timer);
      timer = -1;
    }
  }
}
