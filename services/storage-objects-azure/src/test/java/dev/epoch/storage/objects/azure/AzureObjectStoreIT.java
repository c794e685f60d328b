package dev.epoch.storage.objects.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import com.azure.storage.common.StorageSharedKeyCredential;
import dev.epoch.storage.objects.AbstractRemoteObjectStoreTests;
import dev.epoch.storage.objects.ObjectContent;
import dev.epoch.storage.objects.ObjectSettings;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.ObjectStoreException.Kind;
import dev.epoch.storage.objects.ObjectStores;
import dev.epoch.storage.objects.ObjectVersion;
import dev.epoch.storage.objects.StoredObject;
import dev.epoch.storage.objects.Surroundings;
import dev.epoch.storage.objects.testing.CuttingProxy;
import dev.epoch.storage.objects.testing.Programs;
import dev.epoch.storage.objects.testing.ServerProcess;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On Azurite, which npm brings. It orders keys by UTF-16. */
class AzureObjectStoreIT extends AbstractRemoteObjectStoreTests {
  private static final String ACCOUNT = "devstoreaccount1";

  /** Of Azurite, in its documentation. */
  private static final String KEY =
      "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

  private static final String OTHER_KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  private static final int MEBIBYTE = 1024 * 1024;
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private static ServerProcess server;
  private static BlobServiceClient service;

  private String container;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    Path program = Programs.npm("azurite@3.37.0", "azurite-blob");
    server =
        ServerProcess.start(
            folder,
            Map.of(),
            List.of(
                program.toString(),
                "--silent",
                "--skipApiVersionCheck",
                "--blobHost",
                "127.0.0.1",
                "--blobPort",
                ServerProcess.PORT,
                "--location",
                folder.toString()));
    service =
        new BlobServiceClientBuilder()
            .endpoint(server.uri() + "/" + ACCOUNT)
            .credential(new StorageSharedKeyCredential(ACCOUNT, KEY))
            .buildClient();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  protected int races() {
    return 20;
  }

  @Override
  protected boolean ordersAllCharacters() {
    return false;
  }

  private Map<String, String> settings() {
    return new HashMap<>(
        Map.of(
            "account", ACCOUNT,
            "container", container,
            "account_key", KEY,
            "endpoint", server.uri() + "/" + ACCOUNT));
  }

  @Override
  protected ObjectStore open() throws Exception {
    container = "epoch-test-" + NUMBER.incrementAndGet();
    service.createBlobContainer(container);
    return with(Map.of());
  }

  @Override
  protected ObjectStore with(Map<String, String> changes) throws Exception {
    Map<String, String> settings = settings();
    settings.putAll(changes);
    return open(settings);
  }

  private static ObjectStore open(Map<String, String> settings) throws IOException {
    return new AzureObjectStoreProvider(5 * MEBIBYTE, Duration.ofMillis(10))
        .open(new ObjectSettings("azure", settings), Surroundings.ANYTHING);
  }

  @Override
  protected URI endpoint() {
    return server.uri();
  }

  @Override
  protected Map<String, String> at(URI endpoint) {
    return Map.of("endpoint", endpoint + "/" + ACCOUNT);
  }

  @Override
  protected List<Map<String, String>> wrongCredentials() {
    return List.of(Map.of("account_key", OTHER_KEY));
  }

  @Override
  protected Map<String, String> noBucket() {
    return Map.of("container", NO_BUCKET);
  }

  @Override
  protected Refusal slowDown() {
    return new Refusal(
        503,
        "application/xml",
        "<?xml version=\"1.0\"?><Error><Code>ServerBusy</Code><Message>Slower</Message></Error>");
  }

  private String sas(Duration until, String permissions) {
    return service
        .getBlobContainerClient(container)
        .generateSas(
            new BlobServiceSasSignatureValues(
                OffsetDateTime.now().plus(until), BlobContainerSasPermission.parse(permissions)));
  }

  private ObjectStore withSas(String token) throws IOException {
    Map<String, String> settings = settings();
    settings.remove("account_key");
    settings.put("sas_token", token);
    return open(settings);
  }

  @Test
  void aSharedAccessSignatureOpensTheContainer() throws IOException {
    try (ObjectStore shared = withSas("?" + sas(Duration.ofHours(1), "racwdl"))) {
      ObjectVersion version = shared.putIfAbsent("a", text("x")).orElseThrow().version();
      assertThat(shared.putIfMatches("a", version, text("y"))).isPresent();
      shared.copy("a", "b");
      shared.delete("a");
      assertThat(shared.list("", "").next().key()).isEqualTo("b");
    }
  }

  @Test
  void aSharedAccessSignatureThatIsOverOrTooNarrowIsSaid() throws IOException {
    try (ObjectStore over = withSas(sas(Duration.ofHours(-1), "racwdl"))) {
      fails(Kind.DENIED, "credentials", over::check);
    }
    try (ObjectStore narrow = withSas(sas(Duration.ofHours(1), "r"))) {
      fails(Kind.DENIED, "racwdl", () -> narrow.put("a", text("x")));
    }
  }

  @Test
  void aConnectionStringOpensTheContainer() throws IOException {
    String connection =
        "DefaultEndpointsProtocol=http;AccountName=%s;AccountKey=%s;BlobEndpoint=%s/%s;"
            .formatted(ACCOUNT, KEY, server.uri(), ACCOUNT);
    Map<String, String> settings =
        Map.of("account", ACCOUNT, "connection_string", connection, "prefix", "lake/");
    String url = "azure://%s/%s/lake/events".formatted(ACCOUNT, container);
    try (ObjectStore below = new ObjectStores(Surroundings.ANYTHING).open(url, settings)) {
      below.put("a", text("x"));
    }
    assertThat(store.find("lake/events/a")).isPresent();
  }

  @Test
  void blocksOfALargeObjectAreSeenTogether() throws IOException {
    ObjectContent large = bytes(11 * MEBIBYTE + 1, 1);
    ObjectVersion first = store.put("a", text("one")).version();

    assertThat(store.putIfAbsent("a", large)).isEmpty();
    assertThat(store.putIfMatches("a", new ObjectVersion("0"), large)).isEmpty();
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
  void anUploadThatBreaksLeavesNothing() {
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

    assertThat(service.getBlobContainerClient(container).getBlobClient("a").exists()).isFalse();
  }

  @Test
  void blocksWhoseAnswersAreLostMakeOneObject() throws Exception {
    try (CuttingProxy proxy = new CuttingProxy(endpoint());
        ObjectStore through = with(at(proxy.uri()))) {
      ObjectContent large = bytes(11 * MEBIBYTE, 3);
      proxy.loseAnswers("PUT", 6);
      assertThat(through.putIfAbsent("a", large)).isPresent();
      assertThat(proxy.left()).isZero();
      try (InputStream read = through.open("a");
          InputStream written = large.open()) {
        assertThat(read.readAllBytes()).isEqualTo(written.readAllBytes());
      }
    }
  }
}
