package dev.epoch.storage.objects.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.location.FileRoots;
import dev.epoch.storage.objects.ObjectStores;
import dev.epoch.storage.objects.Surroundings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3SettingsTest {
  private final ObjectStores stores = new ObjectStores(Surroundings.ANYTHING);

  /** Settings as {@code name=value;name=value}. */
  private static Map<String, String> settings(String text) {
    Map<String, String> settings = new HashMap<>(Map.of("bucket", "b", "region", "eu-west-1"));
    for (String each : text.split(";")) {
      String[] parts = each.split("=", 2);
      settings.put(parts[0], parts.length > 1 ? parts[1] : "");
    }
    return settings;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bucket=                                        | no bucket
          colour=red                                     | no setting 'colour'
          access_key=a                                   | belong together
          secret_key=a                                   | belong together
          session_token=a                                | belong together
          access_key=a;secret_key=b;profile=p            | exclude each other
          access_key=a;secret_key=b;use_instance_credentials=true | exclude each other
          access_key=a;access_key_id=b;secret_key=c      | are the same setting
          use_instance_credentials=perhaps               | must be true or false
          external_id=x                                  | belongs to assume_role_arn
          assume_role_arn=a;assume_roles=b               | exclude each other
          credentials=vault                              | no credentials 'vault'
          credentials=aws-profile                        | needs a profile
          credentials=environment;profile=p              | excludes keys
          vault_path=secret/x                            | not supported
          aws_secret_id=x                                | not supported
          storage_class=CHEAP                            | no storage class
          storage_class=GLACIER                          | before they are restored
          endpoint=ftp://x                               | is no endpoint
          endpoint=http://u:p@x                          | is no endpoint
          endpoint=x                                     | is no endpoint
          region=Frankfurt am Main                       | is no region
          prefix=a/../b                                  | is none
          """)
  void whatMakesNoSenseIsRefused(String given, String message) {
    assertThatThrownBy(() -> stores.openStorage("s3", settings(given)))
        .isInstanceOf(BadLocationException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          access_key=a;secret_key=b
          access_key_id=a;secret_access_key=b;session_token=c
          use_instance_credentials=true
          profile=p;credentials=aws-profile
          credentials=environment
          assume_role_arn=arn:aws:iam::1:role/x;external_id=y;access_key=a;secret_key=b
          assume_roles=arn:aws:iam::1:role/x, arn:aws:iam::2:role/y;access_key=a;secret_key=b
          storage_class=glacier_ir
          path_prefix=epoch/;path_style=true
          region=
          """)
  void whatMakesSenseIsOpened(String given) throws Exception {
    stores.openStorage("s3", settings(given)).close();
  }

  @Test
  void endpointsInsideTheNetworkAreRefused() {
    ObjectStores outside =
        new ObjectStores(
            new Surroundings(
                AddressRules.of(false, List.of()), FileRoots.of(false, List.of()), name -> null));
    for (String host : List.of("127.0.0.1", "169.254.169.254", "[::1]")) {
      assertThatThrownBy(
              () -> outside.openStorage("s3", settings("endpoint=http://%s:80/".formatted(host))))
          .as(host)
          .isInstanceOf(BadLocationException.class)
          .hasMessageContaining("does not connect");
    }
  }

  @Test
  void aLocationAndAStorageAgree() {
    assertThat(stores.recognises("s3://b/x")).isTrue();
    assertThatThrownBy(() -> stores.open("s3://other/x", settings("region=eu-west-1")))
        .isInstanceOf(BadLocationException.class)
        .hasMessageContaining("'other'");
    assertThatThrownBy(() -> stores.open("s3://b/lakeside", settings("prefix=lake")))
        .isInstanceOf(BadLocationException.class)
        .hasMessageContaining("'lakeside/'");
  }
}
