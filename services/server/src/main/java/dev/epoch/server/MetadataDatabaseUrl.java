package dev.epoch.server;

import dev.epoch.storage.location.DatabaseUrl;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where the metadata database is, as a PostgreSQL URL says it: {@code
 * postgresql://user:password@host:port/database?sslmode=require}.
 *
 * <p>What the URL leaves out is as in libpq: host {@code localhost}, port 5432, the user who runs
 * the server, and a database named like the user.
 *
 * @param password empty where the URL holds none
 * @param parameters the decoded query parameters, without those that stand for a part of the URL
 */
public record MetadataDatabaseUrl(
    String host,
    int port,
    String database,
    String user,
    Optional<String> password,
    Map<String, String> parameters) {

  private static final Set<String> TRANSPORT =
      Set.of("sslmode", "sslrootcert", "sslcert", "sslkey");
  private static final Set<String> STARTUP = Set.of("application_name", "options");
  private static final int DEFAULT_PORT = 5432;

  public MetadataDatabaseUrl {
    Objects.requireNonNull(host);
    Objects.requireNonNull(database);
    Objects.requireNonNull(user);
    Objects.requireNonNull(password);
    parameters = Map.copyOf(parameters);
  }

  /**
   * Reads a URL.
   *
   * @throws StartRefusedException when it is no PostgreSQL URL or names a parameter that the server
   *     would have to ignore; the message never holds the password
   */
  public static MetadataDatabaseUrl parse(String text) {
    DatabaseUrl url;
    try {
      url = DatabaseUrl.parse(text.strip(), List.of("postgresql", "postgres"));
    } catch (IllegalArgumentException e) {
      throw new StartRefusedException(
          "The metadata URL is not a PostgreSQL URL: "
              + e.getMessage()
              + ". It looks like postgresql://user:password@host:5432/database?sslmode=require;"
              + " characters such as / ? # in a password are percent-encoded.");
    }
    Map<String, String> parameters = new LinkedHashMap<>(url.parameters());
    String user =
        part(parameters, "user", url.user()).orElseGet(() -> System.getProperty("user.name"));
    String host = part(parameters, "host", url.host()).orElse("localhost");
    if (host.indexOf(',') >= 0 || url.path(1) != null) {
      throw new StartRefusedException(
          "The metadata URL names more than one host and one database; name one of each.");
    }
    MetadataDatabaseUrl parsed =
        new MetadataDatabaseUrl(
            host,
            part(parameters, "port", url.port())
                .map(MetadataDatabaseUrl::port)
                .orElse(DEFAULT_PORT),
            part(parameters, "dbname", url.path(0)).orElse(user),
            user,
            part(parameters, "password", url.password()),
            parameters);
    parsed.refuseWhatCannotBeHonoured();
    return parsed;
  }

  /** The settings of the reactive data source that this URL stands for. */
  Map<String, String> dataSourceSettings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("quarkus.datasource.reactive.url", withoutCredentials());
    settings.put("quarkus.datasource.username", user);
    password.ifPresent(secret -> settings.put("quarkus.datasource.password", secret));
    String rootCertificate = parameters.get("sslrootcert");
    String mode = parameters.get("sslmode");
    if (rootCertificate != null) {
      settings.put("quarkus.datasource.reactive.trust-certificate-pem", "true");
      settings.put("quarkus.datasource.reactive.trust-certificate-pem.certs", rootCertificate);
      // As libpq: a root certificate is there to be checked.
      mode = mode == null || mode.equals("require") ? "verify-ca" : mode;
    }
    if (mode != null) {
      settings.put("quarkus.datasource.reactive.postgresql.ssl-mode", mode);
      if (mode.equals("verify-full")) {
        settings.put("quarkus.datasource.reactive.hostname-verification-algorithm", "HTTPS");
      }
    }
    if (parameters.containsKey("sslcert")) {
      settings.put("quarkus.datasource.reactive.key-certificate-pem", "true");
      settings.put(
          "quarkus.datasource.reactive.key-certificate-pem.certs", parameters.get("sslcert"));
      settings.put(
          "quarkus.datasource.reactive.key-certificate-pem.keys", parameters.get("sslkey"));
    }
    return settings;
  }

  /** The whole URL, with the password; for {@code psql} and for files that only we can read. */
  public String withCredentials() {
    String credentials = encode(user) + password.map(secret -> ":" + encode(secret)).orElse("");
    return "postgresql://" + credentials + "@" + location() + query(parameters.keySet());
  }

  /** The URL without its password. */
  @Override
  public String toString() {
    return "postgresql://" + encode(user) + "@" + location();
  }

  private String withoutCredentials() {
    return "postgresql://" + location() + query(STARTUP);
  }

  private String location() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/" + encode(database);
  }

  private String query(Set<String> names) {
    String query =
        parameters.entrySet().stream()
            .filter(parameter -> names.contains(parameter.getKey()))
            .sorted(Map.Entry.comparingByKey())
            .map(parameter -> parameter.getKey() + "=" + encode(parameter.getValue()))
            .collect(Collectors.joining("&"));
    return query.isEmpty() ? "" : "?" + query;
  }

  private void refuseWhatCannotBeHonoured() {
    for (String name : parameters.keySet()) {
      if (!TRANSPORT.contains(name) && !STARTUP.contains(name)) {
        throw new StartRefusedException(
            "The metadata URL has the parameter '%s', which is not supported. Supported are: %s."
                .formatted(
                    name,
                    "user, password, host, port, dbname, application_name, options, "
                        + "sslmode, sslrootcert, sslcert, sslkey"));
      }
    }
    if (host.startsWith("/")) {
      throw new StartRefusedException(
          "The metadata URL names the Unix socket '%s'; only TCP is supported. Name a host."
              .formatted(host));
    }
    if (parameters.containsKey("sslcert") != parameters.containsKey("sslkey")) {
      throw new StartRefusedException(
          "The metadata URL has only one of sslcert and sslkey; a client certificate needs both.");
    }
  }

  /** Takes the parameter of that name out, which as in libpq outranks the part of the URL. */
  private static Optional<String> part(Map<String, String> parameters, String name, String inUrl) {
    String parameter = parameters.remove(name);
    return Optional.ofNullable(parameter)
        .or(() -> Optional.ofNullable(inUrl))
        .filter(value -> !value.isEmpty());
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port > 0 && port < 65_536) {
        return port;
      }
    } catch (NumberFormatException notANumber) {
      // refused below, like a number out of range
    }
    throw new StartRefusedException("The metadata URL has the port '%s'.".formatted(text));
  }

  private static String encode(String text) {
    StringBuilder encoded = new StringBuilder();
    for (byte unit : text.getBytes(StandardCharsets.UTF_8)) {
      char character = (char) (unit & 0xff);
      if (character < 128
          && (Character.isLetterOrDigit(character) || "-._~".indexOf(character) >= 0)) {
        encoded.append(character);
      } else {
        encoded.append('%').append("%02X".formatted((int) character));
      }
    }
    return encoded.toString();
  }
}
