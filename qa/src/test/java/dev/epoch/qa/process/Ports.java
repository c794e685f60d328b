package dev.epoch.qa.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of the loopback address for servers that a test starts. */
public final class Ports {
  /**
   * Below those that systems give to outgoing connections: none takes it while a server is down.
   */
  private static final int LOWEST = 20_000;

  /** Each process of tests has its own: a server that is killed finds its port free again. */
  private static final int NUMBER = 4_000;

  /** Processes that run tests at once. */
  private static final int FORKS = 3;

  private static final int FIRST = LOWEST + NUMBER * (fork() - 1);

  private static final int TRIES = 100;

  private Ports() {}

  /** Which of the processes that run tests at once, from 1 on. */
  private static int fork() {
    return Math.floorMod(Integer.getInteger("epoch.test.fork", 1) - 1, FORKS) + 1;
  }

  /** One on which nothing listens. */
  public static int free() throws IOException {
    IOException inUse = null;
    for (int i = 0; i < TRIES; i++) {
      int port = FIRST + ThreadLocalRandom.current().nextInt(NUMBER);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
        return socket.getLocalPort();
      } catch (IOException taken) {
        inUse = taken;
      }
    }
    throw inUse;
  }
}
