package dev.epoch.storage.objects.s3;

import dev.epoch.storage.objects.ObjectSettings;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.Surroundings;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** Buckets of a server of a test, and stores over them. */
final class S3Buckets implements AutoCloseable {
  static final String ACCESS_KEY = "epochaccess";
  static final String SECRET_KEY = "epochsecret0123456789";

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final URI endpoint;
  private final S3AsyncClient client;

  S3Buckets(URI endpoint) {
    this.endpoint = endpoint;
    this.client =
        S3AsyncClient.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
            .build();
  }

  /** A bucket that nobody has. */
  String make() {
    String name = "epoch-test-" + NUMBER.incrementAndGet();
    client.createBucket(request -> request.bucket(name)).join();
    return name;
  }

  /** The SDK's own client, for what stores do not show. */
  S3AsyncClient client() {
    return client;
  }

  Map<String, String> settings(String bucket) {
    return new HashMap<>(
        Map.of(
            "bucket", bucket,
            "endpoint", endpoint.toString(),
            "access_key", ACCESS_KEY,
            "secret_key", SECRET_KEY,
            "force_path_style", "true"));
  }

  static ObjectStore open(Map<String, String> settings, S3Sizes sizes) throws ObjectStoreException {
    return new S3ObjectStoreProvider(sizes, Duration.ofMillis(10))
        .open(new ObjectSettings("s3", settings), Surroundings.ANYTHING);
  }

  @Override
  public void close() {
    client.close();
  }
}
