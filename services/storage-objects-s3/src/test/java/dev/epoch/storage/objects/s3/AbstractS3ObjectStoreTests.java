package dev.epoch.storage.objects.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.objects.AbstractRemoteObjectStoreTests;
import dev.epoch.storage.objects.ObjectContent;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.ObjectStores;
import dev.epoch.storage.objects.ObjectVersion;
import dev.epoch.storage.objects.StoredObject;
import dev.epoch.storage.objects.Surroundings;
import dev.epoch.storage.objects.testing.CuttingProxy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** The suite, and what is S3's own. */
@Timeout(180)
abstract class AbstractS3ObjectStoreTests extends AbstractRemoteObjectStoreTests {
  private static final int MEBIBYTE = 1024 * 1024;

  /** Parts as small as S3 allows. */
  private static final S3Sizes SMALL = new S3Sizes(MEBIBYTE, 5 * MEBIBYTE, 6 * MEBIBYTE);

  private static final String SLOW_DOWN =
      "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>Slower</Message></Error>";

  /** The bucket of the store that is open. */
  protected String bucket;

  abstract S3Buckets buckets();

  @Override
  protected ObjectStore open() throws Exception {
    bucket = buckets().make();
    return S3Buckets.open(buckets().settings(bucket), S3Sizes.DEFAULT);
  }

  @Override
  protected ObjectStore with(Map<String, String> changes) throws ObjectStoreException {
    Map<String, String> settings = buckets().settings(bucket);
    settings.putAll(changes);
    return S3Buckets.open(settings, S3Sizes.DEFAULT);
  }

  @Override
  protected List<Map<String, String>> wrongCredentials() {
    return List.of(Map.of("secret_key", "wrongsecret"), Map.of("access_key", "nobody"));
  }

  @Override
  protected Map<String, String> noBucket() {
    return Map.of("bucket", NO_BUCKET);
  }

  @Override
  protected Map<String, String> at(URI endpoint) {
    return Map.of("endpoint", endpoint.toString());
  }

  @Override
  protected Refusal slowDown() {
    return new Refusal(503, "application/xml", SLOW_DOWN);
  }

  private void noUploadsAreLeft() {
    assertThat(
            buckets().client().listMultipartUploads(r -> r.bucket(bucket)).join().uploads().stream()
                .map(MultipartUpload::key))
        .isEmpty();
  }

  // ---- parts

  @Test
  void aLargeObjectKeepsItsConditions() throws IOException {
    try (ObjectStore parts = S3Buckets.open(buckets().settings(bucket), SMALL)) {
      ObjectContent large = bytes(11 * MEBIBYTE + 1, 1);
      ObjectVersion first = parts.put("a", text("one")).version();

      assertThat(parts.putIfAbsent("a", large)).isEmpty();
      assertThat(parts.putIfMatches("a", new ObjectVersion("\"0\""), large)).isEmpty();
      assertThat(parts.putIfMatches("none", first, large)).isEmpty();
      Optional<StoredObject> second = parts.putIfMatches("a", first, large);

      assertThat(second).isPresent();
      StoredObject found = parts.find("a").orElseThrow();
      assertThat(found.version()).isEqualTo(second.get().version());
      assertThat(found.size()).isEqualTo(large.size());
      try (InputStream read = parts.open("a");
          InputStream written = large.open()) {
        assertThat(read.readAllBytes()).isEqualTo(written.readAllBytes());
      }
      noUploadsAreLeft();
    }
  }

  @Test
  void oneOfManyLargeObjectsIsThere() throws Exception {
    try (ObjectStore parts = S3Buckets.open(buckets().settings(bucket), SMALL)) {
      for (int race = 0; race < 5; race++) {
        String key = "large/" + race;
        List<Optional<StoredObject>> outcomes =
            race(writer -> parts.putIfAbsent(key, bytes(MEBIBYTE + 1 + writer, writer)));

        List<StoredObject> won = outcomes.stream().flatMap(Optional::stream).toList();
        assertThat(won).as(key).hasSize(1);
        assertThat(parts.find(key).orElseThrow().size())
            .isEqualTo(MEBIBYTE + 1 + outcomes.indexOf(Optional.of(won.getFirst())));
      }
      noUploadsAreLeft();
    }
  }

  @Test
  void anUploadThatBreaksLeavesNothing() throws IOException {
    try (ObjectStore parts = S3Buckets.open(buckets().settings(bucket), SMALL)) {
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

      assertThatThrownBy(() -> parts.put("a", breaks)).hasMessage("the disk is gone");

      assertThat(parts.find("a")).isEmpty();
      noUploadsAreLeft();
    }
  }

  @Test
  void largeObjectsAreCopiedInParts() throws IOException {
    try (ObjectStore parts = S3Buckets.open(buckets().settings(bucket), SMALL)) {
      ObjectContent large = bytes(13 * MEBIBYTE, 2);
      parts.put("a", large);

      StoredObject copied = parts.copy("a", "b");

      assertThat(parts.find("b").orElseThrow().version()).isEqualTo(copied.version());
      try (InputStream read = parts.open("b");
          InputStream written = large.open()) {
        assertThat(read.readAllBytes()).isEqualTo(written.readAllBytes());
      }
    }
  }

  @Test
  void partsWhoseAnswersAreLostMakeOneObject() throws Exception {
    try (CuttingProxy proxy = new CuttingProxy(endpoint())) {
      Map<String, String> settings = buckets().settings(bucket);
      settings.put("endpoint", proxy.uri().toString());
      ObjectContent large = bytes(11 * MEBIBYTE, 3);
      try (ObjectStore parts = S3Buckets.open(settings, SMALL)) {
        for (String method : new String[] {"PUT", "POST"}) {
          proxy.loseAnswers(method, 2);
          assertThat(parts.putIfAbsent(method, large)).as(method).isPresent();
          assertThat(proxy.left()).isZero();
          try (InputStream read = parts.open(method);
              InputStream written = large.open()) {
            assertThat(read.readAllBytes()).isEqualTo(written.readAllBytes());
          }
        }
      }
    }
  }

  // ---- settings

  @Test
  void whatIsOpenedByALocationIsBelowItsPrefix() throws IOException {
    ObjectStores stores = new ObjectStores(Surroundings.ANYTHING);
    Map<String, String> settings = buckets().settings(bucket);
    settings.put("prefix", "lake");
    try (ObjectStore below = stores.open("s3://" + bucket + "/lake/events", settings)) {
      below.put("_delta_log/0.json", text("{}"));
      assertThat(below.list("", "").next().key()).isEqualTo("_delta_log/0.json");
    }
    assertThat(store.find("lake/events/_delta_log/0.json")).isPresent();
    assertThat(stores.secrets("s3")).contains("secret_key");
  }
}
