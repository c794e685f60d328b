package dev.epoch.wire;

import dev.epoch.wire.message.Authentication;
import dev.epoch.wire.message.ErrorMessage;
import dev.epoch.wire.message.MalformedMessageException;
import dev.epoch.wire.message.MessageReader;
import dev.epoch.wire.message.SimpleQuery;
import dev.epoch.wire.message.Startup;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A client and its database, from the startup message on.
 *
 * <pre>
 *   LOGGING_IN   messages of the database are looked at, the client's are passed on as bytes
 *   CHECKING     ReadyForQuery is held back; the check's own messages are kept from the client
 *   READY        bytes, both ways
 * </pre>
 *
 * <p>Who cannot write fast enough stops the other one: nothing is collected here.
 */
final class Login {
  private enum Phase {
    LOGGING_IN,
    CHECKING,
    READY
  }

  private final WireGateway gateway;
  private final NetSocket client;
  private final NetSocket database;
  private final String name;
  private final Targets.Target target;
  private final MessageReader messages = new MessageReader();
  private Phase phase = Phase.LOGGING_IN;
  private boolean bindingOffered;
  private Buffer key;
  private Buffer readyForQuery;
  private List<String> found = List.of();

  Login(
      WireGateway gateway,
      NetSocket client,
      NetSocket database,
      String name,
      Targets.Target target) {
    this.gateway = gateway;
    this.client = client;
    this.database = database;
    this.name = name;
    this.target = target;
  }

  /**
   * Begins.
   *
   * @param more what the client has sent behind its startup message
   */
  void begin(Startup startup, Buffer more) {
    database.exceptionHandler(_ -> database.close());
    database.closeHandler(_ -> databaseClosed());
    database.handler(this::read);
    client.handler(this::passOn);
    database.write(startup.toBuffer().appendBuffer(more));
    database.resume();
    client.resume();
  }

  /** What the client says while it logs in. */
  private void passOn(Buffer sent) {
    if (bindingOffered && Authentication.missesChannelBinding(sent)) {
      refuse(Refusals.channelBinding());
      return;
    }
    write(sent, client, database);
  }

  private void read(Buffer more) {
    messages.add(more);
    try {
      for (Optional<Buffer> message = messages.next();
          message.isPresent();
          message = messages.next()) {
        switch (phase) {
          case LOGGING_IN -> loggingIn(message.get());
          case CHECKING -> checking(message.get());
          case READY -> client.write(message.get());
        }
      }
      if (phase == Phase.READY) {
        client.write(messages.rest());
      }
    } catch (MalformedMessageException notPostgres) {
      refuse(
          Refusals.unavailable(notPostgres.getMessage(), "Does the storage lead to PostgreSQL?"));
    }
  }

  private void loggingIn(Buffer message) {
    switch (message.getByte(0)) {
      case 'R' -> {
        bindingOffered = Authentication.offersChannelBinding(message);
        client.write(Authentication.withoutChannelBinding(message));
      }
      case 'E' -> {
        gateway.refusedOne();
        client.write(explained(message));
      }
      case 'K' -> {
        key = message.getBuffer(5, message.length());
        gateway.keep(key, target.sessions());
        client.write(message);
      }
      case 'Z' -> {
        // only now: whether the role exists, and may connect, is found after its password
        if (target.refusal().isPresent()) {
          refuse(target.refusal().get());
        } else if (target.login().check().isEmpty()) {
          ready(message);
        } else {
          // nothing that the client says may come before the check
          client.pause();
          phase = Phase.CHECKING;
          readyForQuery = message;
          database.write(SimpleQuery.of(target.login().check()));
        }
      }
      default -> client.write(message);
    }
  }

  /** PgBouncer refuses parameters that it does not know. */
  private Buffer explained(Buffer error) {
    Map<Character, String> fields = ErrorMessage.fields(error);
    String message = fields.getOrDefault('M', "");
    return !target.login().parameters().isEmpty()
            && message.startsWith("unsupported startup parameter")
        ? Refusals.poolerRefuses(message).toBuffer()
        : error;
  }

  private void checking(Buffer message) {
    switch (message.getByte(0)) {
      case 'D' -> found = SimpleQuery.row(message);
      case 'E' -> {
        gateway.refusedOne();
        client.write(ErrorMessage.fatal(message));
        close();
      }
      case 'Z' -> {
        if (found.equals(target.login().expected())) {
          ready(readyForQuery);
        } else {
          refuse(Refusals.notOnBranch(name));
        }
      }
      case 'N', 'S' -> client.write(message);
      default -> {
        // the answer to a statement that the client does not know of
      }
    }
  }

  private void ready(Buffer message) {
    phase = Phase.READY;
    client.write(message);
    database.handler(more -> write(more, database, client));
    client.handler(more -> write(more, client, database));
    client.resume();
  }

  private static void write(Buffer bytes, NetSocket from, NetSocket to) {
    to.write(bytes);
    if (to.writeQueueFull()) {
      from.pause();
      to.drainHandler(_ -> from.resume());
    }
  }

  private void refuse(ErrorMessage error) {
    gateway.refusedOne();
    client.write(error.toBuffer());
    close();
  }

  private void close() {
    client.close();
    database.close();
  }

  private void databaseClosed() {
    client.close();
  }

  void clientClosed() {
    if (key != null) {
      gateway.forget(key);
    }
    database.close();
  }
}
