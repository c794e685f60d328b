package dev.epoch.storage.objects.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.NoCredentials;
import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import dev.epoch.storage.objects.AbstractRemoteObjectStoreTests;
import dev.epoch.storage.objects.ObjectContent;
import dev.epoch.storage.objects.ObjectSettings;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.ObjectVersion;
import dev.epoch.storage.objects.StoredObject;
import dev.epoch.storage.objects.Surroundings;
import dev.epoch.storage.objects.testing.Programs;
import dev.epoch.storage.objects.testing.ServerProcess;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On fake-gcs-server, which Go builds, in minutes once. It lets everybody in. */
@Tag("nightly")
class GcsObjectStoreIT extends AbstractRemoteObjectStoreTests {
  private static final int MEBIBYTE = 1024 * 1024;
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private static ServerProcess server;
  private static Storage service;

  private String bucket;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    Path program = Programs.go("github.com/fsouza/fake-gcs-server@v1.56.1");
    server =
        ServerProcess.start(
            folder,
            Map.of(),
            List.of(
                program.toString(),
                "-scheme",
                "http",
                "-host",
                "127.0.0.1",
                "-port",
                ServerProcess.PORT,
                "-backend",
                "memory",
                "-external-url",
                "http://127.0.0.1:" + ServerProcess.PORT));
    service =
        StorageOptions.http()
            .setHost(server.uri().toString())
            .setProjectId("test")
            .setCredentials(NoCredentials.getInstance())
            .build()
            .getService();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  protected int races() {
    return 400;
  }

  @Override
  protected ObjectStore open() throws Exception {
    bucket = "epoch-test-" + NUMBER.incrementAndGet();
    service.create(BucketInfo.of(bucket));
    return with(Map.of());
  }

  @Override
  protected ObjectStore with(Map<String, String> changes) throws Exception {
    Map<String, String> settings =
        new HashMap<>(
            Map.of(
                "bucket",
                bucket,
                "project",
                "test",
                "auth_method",
                "anonymous",
                "endpoint",
                server.uri().toString()));
    settings.putAll(changes);
    return new GcsObjectStoreProvider(5 * MEBIBYTE, Duration.ofMillis(10))
        .open(new ObjectSettings("gcs", settings), Surroundings.ANYTHING);
  }

  @Override
  protected URI endpoint() {
    return server.uri();
  }

  @Override
  protected Map<String, String> at(URI endpoint) {
    return Map.of("endpoint", endpoint.toString());
  }

  @Override
  protected List<Map<String, String>> wrongCredentials() {
    return List.of();
  }

  @Override
  protected Map<String, String> noBucket() {
    return Map.of("bucket", NO_BUCKET);
  }

  @Override
  protected String writes() {
    return "POST";
  }

  @Override
  protected Refusal slowDown() {
    return new Refusal(
        429,
        "application/json",
        "{\"error\": {\"code\": 429, \"message\": \"Slower\", \"errors\": [{\"reason\":"
            + " \"rateLimitExceeded\", \"message\": \"Slower\"}]}}");
  }

  @Test
  void partsOfALargeObjectAreSeenTogether() throws IOException {
    ObjectContent large = bytes(11 * MEBIBYTE + 1, 1);
    ObjectVersion first = store.put("a", text("one")).version();

    assertThat(store.putIfAbsent("a", large)).isEmpty();
    assertThat(store.putIfMatches("a", new ObjectVersion("1"), large)).isEmpty();
    assertThat(store.putIfMatches("none", first, large)).isEmpty();
    Optional<StoredObject> second = store.putIfMatches("a", first, large);

    assertThat(second).isPresent();
    assertThat(store.find("a").orElseThrow().version()).isEqualTo(second.get().version());
    try (InputStream read = store.open("a");
        InputStream written = large.open()) {
      assertThat(read.readAllBytes()).isEqualTo(written.readAllBytes());
    }
  }

  @Test
  void anUploadThatBreaksLeavesNothing() throws IOException {
    ObjectContent breaks =
        new ObjectContent() {
          @Override
          public long size() {
            return 11 * MEBIBYTE;
          }

          @Override
          public InputStream open() {
            return new SequenceInputStream(
                new ByteArrayInputStream(new byte[6 * MEBIBYTE]),
                new InputStream() {
                  @Override
                  public int read() throws IOException {
                    throw new IOException("the disk is gone");
                  }
                });
          }
        };

    assertThatThrownBy(() -> store.put("a", breaks)).hasMessage("the disk is gone");

    assertThat(store.find("a")).isEmpty();
  }
}
