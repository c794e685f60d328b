package dev.epoch.storage.objects.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
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
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Opens containers of Azure Blob Storage: {@code azure://account/container/prefix}. */
public final class AzureObjectStoreProvider implements ObjectStoreProvider {
  private static final String FORM = "azure://account/container/prefix";
  private static final int PART = 16 * 1024 * 1024;

  /** Sends and receives for all stores; it lasts as long as the process. */
  private static final class Http {
    static final HttpClient SHARED =
        new JdkHttpClientBuilder()
            .connectionTimeout(Duration.ofSeconds(10))
            .responseTimeout(Duration.ofSeconds(60))
            .readTimeout(Duration.ofSeconds(60))
            .writeTimeout(Duration.ofSeconds(60))
            .build();
  }

  private final int part;
  private final Duration pause;

  public AzureObjectStoreProvider() {
    this(PART, Requests.FIRST_PAUSE);
  }

  /**
   * @param part bytes of a block
   * @param pause the longest before a request is repeated for the first time
   */
  AzureObjectStoreProvider(int part, Duration pause) {
    this.part = part;
    this.pause = pause;
  }

  @Override
  public String backend() {
    return "azure";
  }

  @Override
  public List<String> schemes() {
    return List.of("azure");
  }

  @Override
  public Map<String, String> parse(String url) {
    BucketUrl parsed = BucketUrl.parse(url, schemes(), 2, FORM);
    return Map.of(
        "account", parsed.names().getFirst(),
        "container", parsed.names().getLast(),
        "prefix", parsed.prefix());
  }

  @Override
  public Set<String> secrets() {
    return Set.of("access_key", "account_key", "sas_token", "connection_string", "client_secret");
  }

  @Override
  public ObjectStore open(ObjectSettings settings, Surroundings surroundings)
      throws ObjectStoreException {
    String account = settings.required("account");
    String container = settings.required("container");
    if (!account.matches("[a-z0-9]{3,24}")) {
      throw new BadLocationException(
          "'%s' is no storage account".formatted(account), "3 to 24 small letters and digits");
    }
    Optional<URI> endpoint = settings.text("endpoint").map(AzureObjectStoreProvider::endpoint);
    settings.refuse(
        "vault_path", "keys from Vault are not read for objects", "Give account_key or sas_token");
    AzureAuthentication authentication = AzureAuthentication.of(settings, surroundings);
    settings.refuseOthers();
    BlobContainerClientBuilder builder =
        new BlobContainerClientBuilder()
            .endpoint(
                endpoint
                    .map(URI::toString)
                    .orElse("https://%s.blob.core.windows.net".formatted(account)))
            .containerName(container)
            .httpClient(Http.SHARED)
            // Requests repeats them: it has to know what became of each
            .retryOptions(
                new RequestRetryOptions(
                    RetryPolicyType.FIXED, 1, Duration.ofMinutes(3), null, null, null));
    authentication.apply(builder, account, Http.SHARED);
    if (endpoint.isPresent()) {
      builder.endpoint(endpoint.get().toString());
    }
    BlobContainerClient client = client(builder);
    if (authentication.namesEndpoint() && !account.equals(client.getAccountName())) {
      throw new BadLocationException(
          "The connection string is of the account %s, and the storage of %s"
              .formatted(client.getAccountName(), account),
          "Correct one of them");
    }
    if (endpoint.isPresent() || authentication.namesEndpoint()) {
      lookUp(surroundings, URI.create(client.getAccountUrl()).getHost());
    }
    return new AzureObjectStore(client, new Requests(pause, new AzureFaults(container)::of), part);
  }

  private static BlobContainerClient client(BlobContainerClientBuilder builder) {
    try {
      return builder.buildClient();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new BadLocationException(
          "The settings make no client: " + e.getMessage(),
          "Correct the container, or credentials");
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
        "'%s' is no endpoint".formatted(text),
        "For example https://account.blob.core.chinacloudapi.cn");
  }

  private static void lookUp(Surroundings surroundings, String host) throws ObjectStoreException {
    try {
      surroundings.addresses().lookUp(host.replaceAll("[\\[\\]]", ""));
    } catch (UnknownHostException e) {
      throw new ObjectStoreException(
          Kind.UNAVAILABLE,
          "Nobody knows the host %s; correct the account or the endpoint".formatted(host),
          e);
    }
  }
}
