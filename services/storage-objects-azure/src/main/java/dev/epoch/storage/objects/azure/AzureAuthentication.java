package dev.epoch.storage.objects.azure;

import com.azure.core.http.HttpClient;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.objects.ObjectSettings;
import dev.epoch.storage.objects.Surroundings;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** How a storage proves who it is: one way, whose settings alone may be given. */
record AzureAuthentication(Method method, Map<String, String> values) {

  /** The ways, and what each of them needs. */
  enum Method {
    CONNECTION_STRING("connection_string"),
    ACCOUNT_KEY("access_key"),
    SAS_TOKEN("sas_token"),
    SERVICE_PRINCIPAL("tenant_id", "client_id", "client_secret"),
    MANAGED_IDENTITY();

    private final List<String> needs;

    Method(String... needs) {
      this.needs = List.of(needs);
    }

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    private boolean takes(String setting) {
      return needs.contains(setting) || (this == MANAGED_IDENTITY && setting.equals("client_id"));
    }
  }

  private static final Map<String, String> VARIABLES =
      Map.of(
          "access_key", "AZURE_STORAGE_ACCOUNT_KEY",
          "tenant_id", "AZURE_TENANT_ID",
          "client_id", "AZURE_CLIENT_ID",
          "client_secret", "AZURE_CLIENT_SECRET");

  private static final Map<String, Method> CREDENTIALS =
      Map.of("azure-managed-identity", Method.MANAGED_IDENTITY);

  static AzureAuthentication of(ObjectSettings settings, Surroundings surroundings) {
    Map<String, Optional<String>> given =
        Map.of(
            "connection_string", settings.text("connection_string"),
            "access_key", settings.text("access_key", "account_key"),
            "sas_token", settings.text("sas_token"),
            "tenant_id", settings.text("tenant_id"),
            "client_id", settings.text("client_id"),
            "client_secret", settings.text("client_secret"));
    Method method = method(settings, given, surroundings);
    given.forEach((name, value) -> {
      if (value.isPresent() && !method.takes(name)) {
        throw new BadLocationException(
            "%s has no effect with auth_method=%s".formatted(name, method.wireName()),
            "Leave it out, or choose another auth_method");
      }
    });
    Map<String, String> values = new HashMap<>();
    for (String name : method.needs) {
      values.put(
          name,
          given
              .get(name)
              .or(() -> Optional.ofNullable(VARIABLES.get(name)).flatMap(surroundings::variable))
              .orElseThrow(() ->
                  new BadLocationException(
                      "auth_method=%s needs %s".formatted(method.wireName(), name),
                      "Give it, or set it in the server's environment")));
    }
    if (method == Method.MANAGED_IDENTITY) {
      given.get("client_id").ifPresent(id -> values.put("client_id", id));
    }
    return new AzureAuthentication(method, Map.copyOf(values));
  }

  private static Method method(
      ObjectSettings settings, Map<String, Optional<String>> given, Surroundings surroundings) {
    Optional<Method> named = settings.text("auth_method").map(AzureAuthentication::named);
    Optional<Method> credentials =
        settings.text("credentials").flatMap(AzureAuthentication::credentials);
    Optional<Method> identity =
        settings.flag("use_managed_identity")
            ? Optional.of(Method.MANAGED_IDENTITY)
            : Optional.empty();
    List<Method> chosen =
        Stream.of(named, credentials, identity).flatMap(Optional::stream).distinct().toList();
    if (chosen.size() > 1) {
      throw new BadLocationException(
          "auth_method, credentials and use_managed_identity name different ways",
          "Give one of them");
    }
    if (!chosen.isEmpty()) {
      return chosen.getFirst();
    }
    List<Method> meant =
        Arrays.stream(Method.values())
            .filter(each -> !each.needs.isEmpty())
            .filter(each -> each.needs.stream().anyMatch(name -> given.get(name).isPresent()))
            .toList();
    if (meant.size() > 1) {
      throw new BadLocationException(
          "The settings name several ways to authenticate",
          "Give one, or say which by auth_method");
    }
    if (!meant.isEmpty()) {
      return meant.getFirst();
    }
    for (Method each : List.of(Method.ACCOUNT_KEY, Method.SERVICE_PRINCIPAL)) {
      if (each.needs.stream()
          .allMatch(name -> surroundings.variable(VARIABLES.get(name)).isPresent())) {
        return each;
      }
    }
    throw new BadLocationException(
        "The storage has no credentials",
        "Give account_key, sas_token, connection_string, or auth_method service_principal or"
            + " managed_identity");
  }

  private static Method named(String text) {
    return Arrays.stream(Method.values())
        .filter(each -> each.wireName().equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            new BadLocationException(
                "Azure has no auth_method '%s'".formatted(text),
                "Use connection_string, account_key, sas_token, service_principal or"
                    + " managed_identity"));
  }

  /** Empty for the environment, which is looked into anyway. */
  private static Optional<Method> credentials(String text) {
    if (text.equals("environment")) {
      return Optional.empty();
    }
    return Optional.of(
        Optional.ofNullable(CREDENTIALS.get(text))
            .orElseThrow(() ->
                new BadLocationException(
                    "Azure has no credentials '%s'".formatted(text),
                    "Use environment or azure-managed-identity, or auth_method")));
  }

  /** Whether the credentials say where the store is. */
  boolean namesEndpoint() {
    return method == Method.CONNECTION_STRING;
  }

  /** Gives the client its credentials, and its endpoint where they name it. */
  void apply(BlobContainerClientBuilder builder, String account, HttpClient http) {
    switch (method) {
      case CONNECTION_STRING -> {
        try {
          builder.connectionString(values.get("connection_string"));
        } catch (IllegalArgumentException e) {
          throw new BadLocationException("The connection string cannot be read", "Copy it whole");
        }
      }
      case ACCOUNT_KEY -> {
        try {
          builder.credential(new StorageSharedKeyCredential(account, values.get("access_key")));
        } catch (IllegalArgumentException e) {
          throw new BadLocationException("The account key is no base64 text", "Copy it whole");
        }
      }
      case SAS_TOKEN -> builder.sasToken(values.get("sas_token"));
      case SERVICE_PRINCIPAL ->
          builder.credential(
              new ClientSecretCredentialBuilder()
                  .tenantId(values.get("tenant_id"))
                  .clientId(values.get("client_id"))
                  .clientSecret(values.get("client_secret"))
                  .httpClient(http)
                  .build());
      case MANAGED_IDENTITY ->
          builder.credential(
              new ManagedIdentityCredentialBuilder()
                  .clientId(values.get("client_id"))
                  .httpClient(http)
                  .build());
    }
  }

  /** Shows no secret. */
  @Override
  public String toString() {
    return "AzureAuthentication[" + method.wireName() + "]";
  }
}
