package dev.epoch.storage.objects.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands between a client and a real store, passes bytes, and does what networks do: it loses
 * answers, or refuses requests of a kind, as often as it is told.
 */
public final class CuttingProxy implements AutoCloseable {
  private final InetSocketAddress target;
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Plan> plan = new AtomicReference<>();

  private enum Kind {
    LOSE_ANSWER,
    REFUSE
  }

  private record Plan(Kind kind, String method, AtomicInteger left, String answer) {
    boolean takes(String request) {
      return request.startsWith(method + " ") && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }
  }

  /**
   * @param target address of the store
   */
  public CuttingProxy(URI target) throws IOException {
    this.target = new InetSocketAddress(target.getHost(), target.getPort());
    this.server = new ServerSocket(0, 100, InetAddress.getByName("127.0.0.1"));
    Thread.ofVirtual().start(this::accept);
  }

  /** Where clients find it. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** The store does what the next requests with this method ask for, and nobody hears of it. */
  public void loseAnswers(String method, int count) {
    plan.set(new Plan(Kind.LOSE_ANSWER, method, new AtomicInteger(count), null));
  }

  /** The next requests with this method are answered here, and never reach the store. */
  public void refuse(String method, int count, int status, String type, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    plan.set(
        new Plan(
            Kind.REFUSE,
            method,
            new AtomicInteger(count),
            "HTTP/1.1 %d Refused\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                .formatted(status, type, bytes.length, body)));
  }

  /** How many requests are still to be met. */
  public int left() {
    return plan.get().left().get();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        Socket store = new Socket();
        open.add(client);
        open.add(store);
        store.connect(target);
        AtomicReference<Plan> losing = new AtomicReference<>();
        Thread.ofVirtual().start(() -> requests(client, store, losing));
        Thread.ofVirtual().start(() -> answers(client, store, losing));
      } catch (IOException closed) {
        // the loop ends, or the client sees a connection that does not open
      }
    }
  }

  private void requests(Socket client, Socket store, AtomicReference<Plan> losing) {
    byte[] bytes = new byte[1 << 16];
    try (client;
        store) {
      InputStream from = client.getInputStream();
      OutputStream to = store.getOutputStream();
      for (int count = from.read(bytes); count >= 0; count = from.read(bytes)) {
        Plan now = plan.get();
        String start = new String(bytes, 0, Math.min(count, 16), StandardCharsets.ISO_8859_1);
        if (now != null && now.takes(start)) {
          if (now.kind() == Kind.REFUSE) {
            client.getOutputStream().write(now.answer().getBytes(StandardCharsets.UTF_8));
            client.getOutputStream().flush();
            client.shutdownOutput();
            while (from.read(bytes) >= 0) {
              // what the client still sends
            }
            return;
          }
          losing.set(now);
        }
        to.write(bytes, 0, count);
      }
    } catch (IOException gone) {
      // one of both has closed the connection
    }
  }

  private void answers(Socket client, Socket store, AtomicReference<Plan> losing) {
    byte[] bytes = new byte[1 << 16];
    try (client;
        store) {
      InputStream from = store.getInputStream();
      OutputStream to = client.getOutputStream();
      for (int count = from.read(bytes); count >= 0; count = from.read(bytes)) {
        String start = new String(bytes, 0, Math.min(count, 16), StandardCharsets.ISO_8859_1);
        if (losing.get() != null && !start.startsWith("HTTP/1.1 100")) {
          return;
        }
        to.write(bytes, 0, count);
      }
    } catch (IOException gone) {
      // one of both has closed the connection
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
