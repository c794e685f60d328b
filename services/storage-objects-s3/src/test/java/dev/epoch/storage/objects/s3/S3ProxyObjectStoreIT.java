package dev.epoch.storage.objects.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.objects.ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * On S3Proxy, which Maven brings. It orders keys by UTF-16, and looks at If-Match before it takes
 * its lock, so that several writers may pass: these two things are shown on versitygw.
 */
class S3ProxyObjectStoreIT extends AbstractS3ObjectStoreTests {
  private static S3ProxyServer server;
  private static S3Buckets buckets;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    server = new S3ProxyServer(folder);
    buckets = new S3Buckets(server.uri());
  }

  @AfterAll
  static void stop() throws Exception {
    buckets.close();
    server.close();
  }

  @Override
  S3Buckets buckets() {
    return buckets;
  }

  @Override
  protected boolean ordersAllCharacters() {
    return false;
  }

  @Override
  protected boolean racesForVersions() {
    return false;
  }

  @Override
  protected URI endpoint() {
    return server.uri();
  }

  @Test
  void objectsHaveTheStorageClass() throws IOException {
    try (ObjectStore infrequent = with(Map.of("storage_class", "STANDARD_IA"))) {
      infrequent.put("a", text("x"));
    }
    assertThat(
            buckets()
                .client()
                .headObject(request -> request.bucket(bucket).key("a"))
                .join()
                .storageClassAsString())
        .isEqualTo("STANDARD_IA");
  }
}
