package dev.epoch.storage.objects.gcs;

import com.google.api.gax.retrying.RetrySettings;
import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.ServiceOptions;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.HttpStorageOptions;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.objects.BucketUrl;
import dev.epoch.storage.objects.ObjectSettings;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.ObjectStoreException.Kind;
import dev.epoch.storage.objects.ObjectStoreProvider;
import dev.epoch.storage.objects.Surroundings;
import dev.epoch.storage.objects.retry.Requests;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Opens buckets of Google Cloud Storage: {@code gs://bucket/prefix}. */
public final class GcsObjectStoreProvider implements ObjectStoreProvider {
  private static final String FORM = "gs://bucket/prefix";
  private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";
  private static final int PART = 16 * 1024 * 1024;
  private static final int TIMEOUT = 60_000;

  private final int part;
  private final Duration pause;

  public GcsObjectStoreProvider() {
    this(PART, Requests.FIRST_PAUSE);
  }

  /**
   * @param part bytes of a part, a multiple of 256 KiB
   * @param pause the longest before a request is repeated for the first time
   */
  GcsObjectStoreProvider(int part, Duration pause) {
    this.part = part;
    this.pause = pause;
  }

  @Override
  public String backend() {
    return "gcs";
  }

  @Override
  public List<String> schemes() {
    return List.of("gs", "gcs");
  }

  @Override
  public Map<String, String> parse(String url) {
    BucketUrl parsed = BucketUrl.parse(url, schemes(), 1, FORM);
    return Map.of("bucket", parsed.names().getFirst(), "prefix", parsed.prefix());
  }

  @Override
  public Set<String> secrets() {
    return Set.of();
  }

  @Override
  public ObjectStore open(ObjectSettings settings, Surroundings surroundings)
      throws ObjectStoreException {
    String bucket = settings.required("bucket");
    Optional<String> project = settings.text("project_id", "project");
    Optional<URI> endpoint = settings.text("endpoint").map(GcsObjectStoreProvider::endpoint);
    settings.refuse(
        "vault_path", "keys from Vault are not read for objects", "Give credentials_file");
    Credentials credentials = credentials(settings, surroundings);
    settings.refuseOthers();
    if (endpoint.isPresent()) {
      lookUp(surroundings, endpoint.get().getHost());
    }
    HttpStorageOptions.Builder builder =
        StorageOptions.http()
            .setCredentials(credentials)
            .setProjectId(project.orElse("unspecified"))
            .setTransportOptions(
                HttpTransportOptions.newBuilder()
                    .setConnectTimeout(10_000)
                    .setReadTimeout(TIMEOUT)
                    .build());
    endpoint.ifPresent(uri -> builder.setHost(uri.toString()));
    Storage uploads =
        builder
            .setRetrySettings(
                RetrySettings.newBuilder()
                    .setMaxAttempts(6)
                    .setInitialRetryDelayDuration(pause)
                    .setRetryDelayMultiplier(2)
                    .setMaxRetryDelayDuration(Duration.ofSeconds(5))
                    .setTotalTimeoutDuration(Duration.ofMinutes(2))
                    .build())
            .build()
            .getService();
    // Requests repeats them: it has to know what became of each
    Storage client =
        builder.setRetrySettings(ServiceOptions.getNoRetrySettings()).build().getService();
    return new GcsObjectStore(
        client, uploads, bucket, new Requests(pause, new GcsFaults(bucket)::of), part);
  }

  private static Credentials credentials(ObjectSettings settings, Surroundings surroundings)
      throws ObjectStoreException {
    Optional<String> file = settings.text("credentials_file", "key_file");
    Optional<String> named = settings.text("auth_method");
    boolean adc = settings.flag("use_adc");
    String kind = settings.text("credentials").orElse("");
    String method =
        switch (kind) {
          case "", "environment" ->
              named.orElse(adc || (file.isEmpty() && !kind.isEmpty()) ? "adc" : "service_account");
          case "gcp-service-account" -> named.orElse("service_account");
          default ->
              throw new BadLocationException(
                  "GCS has no credentials '%s'".formatted(kind),
                  "Use environment or gcp-service-account, or auth_method");
        };
    if (adc && !method.equals("adc")) {
      throw new BadLocationException(
          "use_adc and auth_method=%s exclude each other".formatted(method), "Give one of them");
    }
    if (file.isPresent() && !method.equals("service_account")) {
      throw new BadLocationException(
          "credentials_file has no effect with auth_method=" + method, "Leave it out");
    }
    return switch (method) {
      case "service_account" ->
          key(
              file.or(() -> surroundings.variable("GOOGLE_APPLICATION_CREDENTIALS"))
                  .orElseThrow(() ->
                      new BadLocationException(
                          "The storage has no credentials",
                          "Give credentials_file, or auth_method=adc")),
              file.isPresent(),
              surroundings);
      case "adc" -> machine();
      case "anonymous" -> NoCredentials.getInstance();
      default ->
          throw new BadLocationException(
              "GCS has no auth_method '%s'".formatted(method),
              "Use service_account, adc or anonymous");
    };
  }

  /**
   * @param named whether a client of the API has named the file
   */
  private static Credentials key(String path, boolean named, Surroundings surroundings) {
    Path file;
    try {
      file = Path.of(path);
    } catch (InvalidPathException e) {
      throw new BadLocationException("'%s' is no path".formatted(path), null);
    }
    if (!file.isAbsolute()) {
      throw new BadLocationException(
          "The path '%s' is not absolute, and the server stands in another folder".formatted(path),
          "Give the whole path, from /");
    }
    if (named) {
      surroundings.files().check(file);
    }
    try (InputStream key = Files.newInputStream(file)) {
      return ServiceAccountCredentials.fromStream(key).createScoped(SCOPE);
    } catch (IOException | IllegalArgumentException e) {
      throw new BadLocationException(
          "%s is no key of a service account, or cannot be read".formatted(file),
          "Give the file that Google made for the account");
    }
  }

  private static Credentials machine() throws ObjectStoreException {
    try {
      return GoogleCredentials.getApplicationDefault().createScoped(SCOPE);
    } catch (IOException e) {
      throw new ObjectStoreException(
          Kind.DENIED,
          "This machine has no application default credentials; run gcloud auth"
              + " application-default login, or give it a service account",
          e);
    }
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
        "'%s' is no endpoint".formatted(text), "For example https://storage.example.com");
  }

  private static void lookUp(Surroundings surroundings, String host) throws ObjectStoreException {
    try {
      surroundings.addresses().lookUp(host.replaceAll("[\\[\\]]", ""));
    } catch (UnknownHostException e) {
      throw new ObjectStoreException(
          Kind.UNAVAILABLE, "Nobody knows the host %s; correct the endpoint".formatted(host), e);
    }
  }
}
