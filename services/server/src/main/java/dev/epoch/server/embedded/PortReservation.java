package dev.epoch.server.embedded;

import dev.epoch.server.StartRefusedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A port that is free, and that no other Epoch server takes before PostgreSQL listens on it.
 *
 * <p>Servers that start at the same time would all find the same port free. So each locks a file
 * named by the port in the folder for temporary files; the operating system lets go of the lock
 * when its process ends. Where there can be no such file, whether the port is free has to do.
 */
final class PortReservation implements AutoCloseable {

  private final int port;
  private final FileChannel lock;

  private PortReservation(int port, FileChannel lock) {
    this.port = port;
    this.lock = lock;
  }

  /**
   * Reserves the preferred port, or the first of a range that can be had.
   *
   * @throws StartRefusedException when there is none
   */
  static PortReservation of(int preferred, int first, int last) {
    return IntStream.concat(IntStream.of(preferred), IntStream.rangeClosed(first, last))
        .mapToObj(PortReservation::reserve)
        .flatMap(Optional::stream)
        .findFirst()
        .orElseThrow(() ->
            new StartRefusedException(
                "No port from %d to %d is free for the embedded PostgreSQL."
                    .formatted(first, last)));
  }

  int port() {
    return port;
  }

  /** Lets others have it; PostgreSQL listens on it now, or never will. */
  @Override
  public void close() throws IOException {
    if (lock != null) {
      lock.close();
    }
  }

  private static Optional<PortReservation> reserve(int port) {
    FileChannel channel = null;
    try {
      Path folder = Path.of(System.getProperty("java.io.tmpdir"), "epoch-ports");
      Files.createDirectories(folder);
      channel =
          FileChannel.open(
              folder.resolve(port + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() == null || !isFree(port)) {
        channel.close();
        return Optional.empty();
      }
      return Optional.of(new PortReservation(port, channel));
    } catch (OverlappingFileLockException reservedByThisProcess) {
      closeQuietly(channel);
      return Optional.empty();
    } catch (IOException noSuchFile) {
      closeQuietly(channel);
      return isFree(port) ? Optional.of(new PortReservation(port, null)) : Optional.empty();
    }
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException alreadyUseless) {
      return;
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
