package dev.epoch.storage.objects.s3;

import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.objects.BucketUrl;
import dev.epoch.storage.objects.ObjectSettings;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.ObjectStoreException.Kind;
import dev.epoch.storage.objects.ObjectStoreProvider;
import dev.epoch.storage.objects.Surroundings;
import dev.epoch.storage.objects.retry.Requests;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.s3.model.StorageClass;

/** Opens buckets of S3 and of what is compatible with it: {@code s3://bucket/prefix}. */
public final class S3ObjectStoreProvider implements ObjectStoreProvider {
  private static final String FORM = "s3://bucket/prefix";
  private static final String DEFAULT_REGION = "us-east-1";
  private static final int CONNECTIONS = 128;

  /** Classes whose objects cannot be read before somebody has restored them. */
  private static final Set<StorageClass> ARCHIVED =
      Set.of(StorageClass.GLACIER, StorageClass.DEEP_ARCHIVE);

  /** Sends and receives for all stores; it lasts as long as the process. */
  private static final class Loops {
    static final SdkEventLoopGroup SHARED =
        SdkEventLoopGroup.builder()
            .numberOfThreads(2)
            .threadFactory(Thread.ofPlatform().name("s3-", 1).daemon().factory())
            .build();
  }

  private final S3Sizes sizes;
  private final Duration pause;

  public S3ObjectStoreProvider() {
    this(S3Sizes.DEFAULT, Requests.FIRST_PAUSE);
  }

  /**
   * @param pause the longest before a request is repeated for the first time
   */
  S3ObjectStoreProvider(S3Sizes sizes, Duration pause) {
    this.sizes = sizes;
    this.pause = pause;
  }

  @Override
  public String backend() {
    return "s3";
  }

  @Override
  public List<String> schemes() {
    return List.of("s3", "s3a");
  }

  @Override
  public Map<String, String> parse(String url) {
    BucketUrl parsed = BucketUrl.parse(url, schemes(), 1, FORM);
    return Map.of("bucket", parsed.names().getFirst(), "prefix", parsed.prefix());
  }

  @Override
  public Set<String> secrets() {
    return Set.of("secret_key", "secret_access_key", "session_token");
  }

  @Override
  public ObjectStore open(ObjectSettings settings, Surroundings surroundings)
      throws ObjectStoreException {
    String bucket = settings.required("bucket");
    Optional<URI> endpoint = settings.text("endpoint").map(S3ObjectStoreProvider::endpoint);
    Optional<String> region = region(settings, surroundings, endpoint.isPresent());
    boolean pathStyle = settings.flag("force_path_style", "path_style");
    StorageClass storageClass =
        settings.text("storage_class").map(S3ObjectStoreProvider::storageClass).orElse(null);
    settings.refuse(
        "vault_path", "keys from Vault are not read for objects", "Give access_key and secret_key");
    settings.refuse(
        "aws_secret_id",
        "keys from Secrets Manager are not read for objects",
        "Give access_key and secret_key");
    Region used = Region.of(region.orElse(DEFAULT_REGION));
    S3Credentials credentials = S3Credentials.of(settings, used);
    settings.refuseOthers();
    if (endpoint.isPresent()) {
      lookUp(surroundings, endpoint.get());
    }
    S3AsyncClientBuilder builder =
        S3AsyncClient.builder()
            .region(used)
            .credentialsProvider(credentials.provider())
            .httpClientBuilder(
                NettyNioAsyncHttpClient.builder()
                    .maxConcurrency(CONNECTIONS)
                    .connectionTimeout(Duration.ofSeconds(10))
                    .connectionAcquisitionTimeout(Duration.ofSeconds(15))
                    .readTimeout(Duration.ofSeconds(60))
                    .writeTimeout(Duration.ofSeconds(60))
                    .eventLoopGroup(Loops.SHARED))
            // Requests repeats them: it has to know what became of each
            .overrideConfiguration(all ->
                all.retryStrategy(AwsRetryStrategy.doNotRetry())
                    .apiCallAttemptTimeout(Duration.ofMinutes(3)))
            .crossRegionAccessEnabled(region.isEmpty() && endpoint.isEmpty())
            .forcePathStyle(pathStyle);
    endpoint.ifPresent(uri ->
        builder
            .endpointOverride(uri)
            // what is compatible need not know the newer checksums
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED));
    return new S3ObjectStore(
        new S3Client(builder.build(), bucket, credentials.closed()),
        new Requests(pause, new S3Faults(bucket)::of),
        storageClass,
        sizes);
  }

  /** The setting, or what the server's environment says; AWS alone needs the right one. */
  private static Optional<String> region(
      ObjectSettings settings, Surroundings surroundings, boolean hasEndpoint) {
    Optional<String> given = settings.text("region");
    if (given.isPresent() && !given.get().matches("[a-z0-9-]{2,40}")) {
      throw new BadLocationException(
          "'%s' is no region".formatted(given.get()), "For example " + DEFAULT_REGION);
    }
    return given.isPresent() || hasEndpoint
        ? given
        : surroundings.variable("AWS_REGION").or(() -> surroundings.variable("AWS_DEFAULT_REGION"));
  }

  private static URI endpoint(String text) {
    try {
      URI uri = URI.create(text);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (web && uri.getHost() != null && uri.getUserInfo() == null && uri.getQuery() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new BadLocationException(
        "'%s' is no endpoint".formatted(text), "For example https://minio.example.com:9000");
  }

  private static void lookUp(Surroundings surroundings, URI endpoint) throws ObjectStoreException {
    try {
      surroundings.addresses().lookUp(endpoint.getHost().replaceAll("[\\[\\]]", ""));
    } catch (UnknownHostException e) {
      throw new ObjectStoreException(
          Kind.UNAVAILABLE,
          "Nobody knows the host %s; correct the endpoint".formatted(endpoint.getHost()),
          e);
    }
  }

  private static StorageClass storageClass(String text) {
    StorageClass found = StorageClass.fromValue(text.toUpperCase(Locale.ROOT));
    if (found == StorageClass.UNKNOWN_TO_SDK_VERSION) {
      throw new BadLocationException(
          "S3 has no storage class '%s'".formatted(text),
          "Classes are "
              + String.join(
                  ", ",
                  new TreeSet<>(
                      StorageClass.knownValues().stream().map(StorageClass::toString).toList())));
    }
    if (ARCHIVED.contains(found)) {
      throw new BadLocationException(
          "Objects of the class %s cannot be read before they are restored".formatted(found),
          "Use GLACIER_IR, whose objects can");
    }
    return found;
  }
}
