package dev.epoch.server;

import dev.epoch.server.embedded.PrivateFiles;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/**
 * Starts the packaged server on a data directory of its own, uses it for some seconds and ends it,
 * so that a JVM with {@code -XX:AOTCacheOutput} records the classes of a start and the profiles of
 * the methods that requests run. {@code bin/lib/record-start} runs this.
 *
 * <p>The directory is {@code EPOCH_DATA_DIR}, which must be new; the server and its PostgreSQL
 * listen on free ports of 127.0.0.1 outside the range from which real servers take theirs. Exit
 * code 0: everything was answered as it should be.
 */
public final class StartRecording {

  private static final Duration USE = Duration.ofSeconds(30);
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String LOOPBACK = "127.0.0.1";

  private StartRecording() {}

  /**
   * @param arguments for how many seconds the server is used, if not for thirty
   */
  public static void main(String[] arguments) throws Throwable {
    Duration use = arguments.length == 0 ? USE : Duration.ofSeconds(Long.parseLong(arguments[0]));
    Attributes manifest = manifest();
    requireOpen(manifest.getValue("Add-Opens"));
    Path data = Path.of(System.getenv("EPOCH_DATA_DIR"));
    Path url = data.resolve("postgres.url");
    if (Files.exists(url)) {
      throw new StartRefusedException(
          data + " is in use; a recording needs a directory of its own.");
    }
    PrivateFiles.createDirectory(data);
    String password = HexFormat.of().formatHex(Long.toString(new Random().nextLong()).getBytes());
    PrivateFiles.write(
        url, "postgresql://postgres:%s@%s:%d/epoch".formatted(password, LOOPBACK, freePort()));
    int port = freePort();
    System.setProperty("quarkus.http.host", LOOPBACK);
    System.setProperty("quarkus.http.port", Integer.toString(port));

    Thread.ofPlatform().daemon().name("limit").start(StartRecording::haltLate);
    Thread.ofPlatform().daemon().name("use").start(() -> useAndExit(url, port, use));
    start(manifest.getValue(Attributes.Name.MAIN_CLASS));
  }

  private static Attributes manifest() throws IOException {
    try (JarFile jar = new JarFile(System.getProperty("java.class.path"))) {
      return jar.getManifest().getMainAttributes();
    }
  }

  /** What {@code java -jar} opens by the manifest, options must open here. */
  private static void requireOpen(String packages) {
    for (String name : packages.strip().split(" +")) {
      int slash = name.indexOf('/');
      Module module = ModuleLayer.boot().findModule(name.substring(0, slash)).orElseThrow();
      if (!module.isOpen(name.substring(slash + 1), StartRecording.class.getModule())) {
        throw new StartRefusedException(
            "The option --add-opens=" + name + "=ALL-UNNAMED is missing.");
      }
    }
  }

  private static void start(String mainClass) throws Throwable {
    MethodHandles.publicLookup()
        .findStatic(
            Class.forName(mainClass), "main", MethodType.methodType(void.class, String[].class))
        .invoke(new String[0]);
  }

  private static void useAndExit(Path url, int port, Duration use) {
    try {
      new RecordedUse(MetadataDatabaseUrl.parse(Files.readString(url)), port).run(use);
      System.exit(0);
    } catch (Exception failure) {
      failure.printStackTrace();
      System.exit(1);
    }
  }

  private static void haltLate() {
    LockSupport.parkNanos(LIMIT.toNanos());
    Runtime.getRuntime().halt(1);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
      return socket.getLocalPort();
    }
  }
}
