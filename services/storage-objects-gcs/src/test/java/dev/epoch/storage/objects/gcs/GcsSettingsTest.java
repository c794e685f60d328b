package dev.epoch.storage.objects.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.location.FileRoots;
import dev.epoch.storage.objects.ObjectStores;
import dev.epoch.storage.objects.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GcsSettingsTest {
  @TempDir static Path folder;

  private static ObjectStores stores(Map<String, String> environment) {
    return new ObjectStores(
        new Surroundings(
            AddressRules.of(false, List.of()),
            FileRoots.of(false, List.of(folder)),
            environment::get));
  }

  /** Settings as {@code name=value;name=value}. */
  private static Map<String, String> settings(String text) {
    Map<String, String> settings = new HashMap<>(Map.of("bucket", "b", "project", "p"));
    for (String each : text.split(";")) {
      String[] parts = each.split("=", 2);
      settings.put(parts[0], parts.length > 1 ? parts[1] : "");
    }
    return settings;
  }

  /** The key of a service account, as Google makes such files. */
  private static Path key(String name) throws IOException, NoSuchAlgorithmException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    String pem =
        "-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n"
            .formatted(
                Base64.getEncoder()
                    .encodeToString(generator.generateKeyPair().getPrivate().getEncoded()));
    return Files.writeString(
        folder.resolve(name),
        """
        {"type": "service_account", "project_id": "p", "private_key_id": "1", "client_id": "1",
         "client_email": "epoch@p.iam.gserviceaccount.com", "private_key": "%s",
         "token_uri": "https://oauth2.googleapis.com/token"}
        """
            .formatted(pem));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bucket=                                    | no bucket
          project=p                                  | no credentials
          colour=red;auth_method=anonymous           | no setting 'colour'
          auth_method=password                       | no auth_method 'password'
          auth_method=service_account                | no credentials
          auth_method=anonymous;credentials_file=/x  | has no effect
          auth_method=anonymous;use_adc=true         | exclude each other
          credentials=vault                          | no credentials 'vault'
          credentials_file=key.json                  | not absolute
          credentials_file=/etc/passwd               | opens no files
          vault_path=x;auth_method=anonymous         | not supported
          auth_method=anonymous;endpoint=nowhere     | no endpoint
          auth_method=anonymous;endpoint=http://127.0.0.1:1 | does not connect
          auth_method=anonymous;project_id=other     | are the same setting
          """)
  void whatMakesNoSenseIsRefused(String given, String message) {
    assertThatThrownBy(() -> stores(Map.of()).openStorage("gcs", settings(given)))
        .isInstanceOf(BadLocationException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aFileThatIsNoKeyIsRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("no-key.json"), "{\"type\": \"service_account\"}");
    assertThatThrownBy(
            () -> stores(Map.of()).openStorage("gcs", settings("credentials_file=" + file)))
        .isInstanceOf(BadLocationException.class)
        .hasMessageContaining("no key of a service account");
  }

  @Test
  void keysAreFilesOrNamedByTheEnvironment() throws Exception {
    Path key = key("key.json");
    stores(Map.of()).openStorage("gcs", settings("credentials_file=" + key)).close();
    stores(Map.of())
        .openStorage("gcs", settings("credentials=gcp-service-account;key_file=" + key))
        .close();
    stores(Map.of("GOOGLE_APPLICATION_CREDENTIALS", key.toString()))
        .openStorage("gcs", settings("prefix=lake"))
        .close();
  }

  @Test
  void bothSchemesAreRead() {
    assertThat(stores(Map.of()).recognises("gs://b/x")).isTrue();
    assertThat(stores(Map.of()).recognises("gcs://b/x")).isTrue();
    assertThatThrownBy(
            () -> stores(Map.of()).open("gs://other/x", settings("auth_method=anonymous")))
        .isInstanceOf(BadLocationException.class)
        .hasMessageContaining("'other'");
  }
}
