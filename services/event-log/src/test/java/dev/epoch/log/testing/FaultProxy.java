package dev.epoch.log.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Stands between a client and a server and breaks their connections at chosen moments. */
public final class FaultProxy implements AutoCloseable {
  private static final long STALL_PAUSE_NANOS = 1_000_000;

  private final ServerSocket listening;
  private final String host;
  private final int port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Cut> cut = new AtomicReference<>();
  private volatile boolean refusing;
  private volatile boolean silent;
  private volatile boolean stalled;
  private final AtomicBoolean cutNextAnswer = new AtomicBoolean();

  /** Once, when a client sends this text. */
  private record Cut(String text, boolean afterForwarding, Runnable then) {}

  private FaultProxy(ServerSocket listening, String host, int port) {
    this.listening = listening;
    this.host = host;
    this.port = port;
  }

  public static FaultProxy to(PostgresServer.Database database) {
    return to(database.host(), database.port());
  }

  public static FaultProxy to(String host, int port) {
    try {
      ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      FaultProxy proxy = new FaultProxy(listening, host, port);
      Thread.startVirtualThread(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return listening.getLocalPort();
  }

  /** The next client that sends the text loses its connection before the server sees it. */
  public void cutBefore(String text, Runnable then) {
    cut.set(new Cut(text, false, then));
  }

  /**
   * The next client that sends the text loses its connection before it sees the answer; the server
   * gets the text.
   */
  public void cutAfter(String text, Runnable then) {
    cut.set(new Cut(text, true, then));
  }

  /** Closes every new connection at once, or lets them through again. */
  public void refuse(boolean refuse) {
    refusing = refuse;
  }

  /**
   * Keeps connections but swallows what clients send, like a dead network; existing connections
   * never recover.
   */
  public void swallow(boolean swallow) {
    silent = swallow;
  }

  /** The next answer of the server ends in its midst, and the connection with it. */
  public void cutNextAnswer() {
    cutNextAnswer.set(true);
  }

  /** Breaks every connection there is. */
  public void cutAll() {
    closeAll();
  }

  /** Holds back what both sides send, or lets it go on: nothing of it is lost. */
  public void stall(boolean stall) {
    stalled = stall;
  }

  private void accept() {
    try {
      while (!listening.isClosed()) {
        Socket client = listening.accept();
        if (refusing) {
          client.close();
        } else {
          connect(client);
        }
      }
    } catch (IOException e) {
      closeAll();
    }
  }

  private void connect(Socket client) throws IOException {
    Socket server;
    try {
      server = new Socket(host, port);
    } catch (IOException nobodyThere) {
      client.close();
      return;
    }
    client.setTcpNoDelay(true);
    server.setTcpNoDelay(true);
    open.add(client);
    open.add(server);
    Thread.startVirtualThread(() -> pump(client, server, true));
    Thread.startVirtualThread(() -> pump(server, client, false));
  }

  private void pump(Socket from, Socket to, boolean fromClient) {
    byte[] buffer = new byte[1 << 17];
    boolean swallowing = false;
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        Cut due = fromClient ? due(buffer, length) : null;
        if (due != null) {
          cut(due, from, to, out, Arrays.copyOf(buffer, length));
          return;
        }
        while (stalled) {
          LockSupport.parkNanos(STALL_PAUSE_NANOS);
        }
        if (!fromClient && cutNextAnswer.compareAndSet(true, false)) {
          out.write(buffer, 0, length / 2);
          return;
        }
        swallowing |= fromClient && silent;
        if (!swallowing) {
          out.write(buffer, 0, length);
        }
      }
    } catch (IOException e) {
      // The other side is gone: so is this one.
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private Cut due(byte[] buffer, int length) {
    Cut planned = cut.get();
    boolean found =
        planned != null
            && new String(buffer, 0, length, StandardCharsets.ISO_8859_1).contains(planned.text());
    return found && cut.compareAndSet(planned, null) ? planned : null;
  }

  private static void cut(Cut due, Socket client, Socket server, OutputStream out, byte[] sent)
      throws IOException {
    due.then().run();
    client.close();
    if (due.afterForwarding()) {
      out.write(sent);
      out.flush();
      // The server works off what it got before it sees the end.
      server.shutdownOutput();
      server.getInputStream().transferTo(OutputStream.nullOutputStream());
    }
  }

  private void closeAll() {
    for (Socket socket : open) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    closeAll();
  }
}
