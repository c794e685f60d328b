package dev.epoch.storage.objects.s3;

import dev.epoch.storage.objects.testing.Programs;
import dev.epoch.storage.objects.testing.ServerProcess;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** On versitygw, whose conditions are atomic; Go builds it, which takes minutes once. */
@Tag("nightly")
class VersityObjectStoreIT extends AbstractS3ObjectStoreTests {
  private static ServerProcess server;
  private static S3Buckets buckets;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    Path program = Programs.go("github.com/versity/versitygw/cmd/versitygw@v1.8.0");
    for (String name : List.of("iam", "data")) {
      Files.createDirectory(folder.resolve(name));
    }
    server =
        ServerProcess.start(
            folder,
            Map.of(
                "ROOT_ACCESS_KEY", S3Buckets.ACCESS_KEY, "ROOT_SECRET_KEY", S3Buckets.SECRET_KEY),
            List.of(
                program.toString(),
                "--port",
                "127.0.0.1:" + ServerProcess.PORT,
                "--iam-dir",
                folder.resolve("iam").toString(),
                "posix",
                folder.resolve("data").toString()));
    buckets = new S3Buckets(server.uri());
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      buckets.close();
      server.close();
    }
  }

  @Override
  protected int races() {
    return 400;
  }

  @Override
  S3Buckets buckets() {
    return buckets;
  }

  @Override
  protected URI endpoint() {
    return server.uri();
  }
}
