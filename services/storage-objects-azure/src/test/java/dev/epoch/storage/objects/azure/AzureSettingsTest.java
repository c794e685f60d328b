package dev.epoch.storage.objects.azure;

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

class AzureSettingsTest {
  private static ObjectStores stores(Map<String, String> environment) {
    return new ObjectStores(
        new Surroundings(
            AddressRules.of(false, List.of()), FileRoots.of(false, List.of()), environment::get));
  }

  /** Settings as {@code name=value;name=value}. */
  private static Map<String, String> settings(String text) {
    Map<String, String> settings =
        new HashMap<>(Map.of("account", "mystorageaccount", "container", "data"));
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
          account=                                           | no account
          container=                                         | no container
          account=My-Account;account_key=QQ==                | no storage account
          container=data                                     | no credentials
          colour=red;account_key=QQ==                        | no setting 'colour'
          account_key=QQ==;access_key=Qg==                   | are the same setting
          account_key=QQ==;sas_token=sv                      | several ways
          auth_method=sas_token                              | needs sas_token
          auth_method=sas_token;sas_token=sv;account_key=QQ==| has no effect
          auth_method=service_principal;tenant_id=t          | needs client_
          auth_method=managed_identity;client_secret=x       | has no effect
          auth_method=password                               | no auth_method 'password'
          auth_method=account_key;use_managed_identity=true  | different ways
          credentials=vault                                  | no credentials 'vault'
          vault_path=secret/x;account_key=QQ==               | not supported
          account_key=QQ==;endpoint=nowhere                  | no endpoint
          account_key=QQ==;endpoint=http://127.0.0.1:10000/x | does not connect
          connection_string=nonsense                         | connection string
          """)
  void whatMakesNoSenseIsRefused(String given, String message) {
    assertThatThrownBy(() -> stores(Map.of()).openStorage("azure", settings(given)))
        .isInstanceOf(BadLocationException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          account_key=QQ==
          access_key=QQ==;auth_method=account_key;prefix=horizon-epoch/
          sas_token=?sv=2021-06-08&sig=x
          tenant_id=00000000-0000-0000-0000-000000000000;client_id=c;client_secret=s
          auth_method=managed_identity
          use_managed_identity=true;client_id=c
          credentials=azure-managed-identity;path_prefix=x
          """)
  void whatMakesSenseIsOpened(String given) throws Exception {
    stores(Map.of()).openStorage("azure", settings(given)).close();
  }

  @Test
  void credentialsComeFromTheEnvironment() throws Exception {
    stores(Map.of("AZURE_STORAGE_ACCOUNT_KEY", "QQ=="))
        .openStorage("azure", settings("credentials=environment"))
        .close();
    stores(Map.of("AZURE_TENANT_ID", "t", "AZURE_CLIENT_ID", "c", "AZURE_CLIENT_SECRET", "s"))
        .openStorage("azure", settings("auth_method=service_principal"))
        .close();
  }

  @Test
  void aConnectionStringOfAnotherAccountIsRefused() {
    Map<String, String> settings =
        Map.of(
            "account", "mystorageaccount",
            "container", "data",
            "connection_string",
                "DefaultEndpointsProtocol=https;AccountName=other;AccountKey=QQ==;"
                    + "EndpointSuffix=core.windows.net");
    assertThatThrownBy(() -> stores(Map.of()).openStorage("azure", settings))
        .isInstanceOf(BadLocationException.class)
        .hasMessageContaining("other");
  }
}
