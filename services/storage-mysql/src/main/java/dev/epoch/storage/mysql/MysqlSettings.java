package dev.epoch.storage.mysql;

import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.location.DatabaseUrl;
import dev.epoch.storage.location.GivenSettings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How a database is reached.
 *
 * <pre>
 *   mysql://user:password@host:3306/database?ssl-mode=verify_ca&amp;ssl-ca=/etc/ca.pem
 * </pre>
 *
 * @param password empty for none
 * @param authority file with certificates of authorities, in PEM
 * @param poolSize most connections at a time
 * @param connectTimeout so long a connection may take
 * @param lockTimeout so long Epoch waits for transactions of applications
 */
public record MysqlSettings(
    String host,
    int port,
    String database,
    String username,
    String password,
    TlsMode tls,
    Optional<Path> authority,
    int poolSize,
    Duration connectTimeout,
    Duration lockTimeout) {
  static final int DEFAULT_PORT = 3306;
  static final List<String> SCHEMES = List.of("mysql", "mariadb");

  /** What settings are called in URLs and in configurations. */
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("host", "host"),
          Map.entry("port", "port"),
          Map.entry("database", "database"),
          Map.entry("username", "username"),
          Map.entry("user", "username"),
          Map.entry("password", "password"),
          Map.entry("ssl_mode", "ssl_mode"),
          Map.entry("ssl-mode", "ssl_mode"),
          Map.entry("sslmode", "ssl_mode"),
          Map.entry("ssl_ca", "ssl_ca"),
          Map.entry("ssl-ca", "ssl_ca"),
          Map.entry("pool_size", "pool_size"),
          Map.entry("connect_timeout", "connect_timeout"),
          Map.entry("lock_timeout", "lock_timeout"));

  /** Reads settings; what stands beside a URL comes before what is in it. */
  static MysqlSettings of(Map<String, String> given) {
    Map<String, String> all = named(given);
    String database = all.get("database");
    if (database == null || database.isBlank()) {
      throw new BadLocationException(
          "The storage names no database", "mysql://user:password@host:3306/database");
    }
    String host = all.getOrDefault("host", "localhost");
    if (!host.matches("[^\\p{Cntrl}\\s/@?#,()=]+")) {
      throw new BadLocationException(
          "The host is none", "Give the name or address of one host; a URL goes into url");
    }
    TlsMode tls = TlsMode.of(all.getOrDefault("ssl_mode", "preferred"));
    Optional<Path> authority = Optional.ofNullable(all.get("ssl_ca")).map(MysqlSettings::file);
    if (authority.isPresent() && !tls.verifies()) {
      throw new BadLocationException(
          "ssl_ca is given, and ssl_mode %s asks no certificate".formatted(tls.text()),
          "Set ssl_mode to verify_ca or verify_identity, or leave ssl_ca out");
    }
    return new MysqlSettings(
        host,
        GivenSettings.number(all, "port", DEFAULT_PORT, 1, 65_535),
        database,
        all.getOrDefault("username", System.getProperty("user.name")),
        all.getOrDefault("password", ""),
        tls,
        authority,
        GivenSettings.number(all, "pool_size", 10, 2, 1_000),
        Duration.ofSeconds(GivenSettings.number(all, "connect_timeout", 30, 1, 3_600)),
        Duration.ofSeconds(GivenSettings.number(all, "lock_timeout", 10, 1, 3_600)));
  }

  /** Settings by their own names; a table in the URL is left out. */
  static Map<String, String> named(Map<String, String> given) {
    Map<String, String> all = new LinkedHashMap<>();
    String url = given.get("url");
    if (url != null) {
      DatabaseUrl read = url(url);
      if (read.path(1) != null) {
        throw new BadLocationException(
            "The location names a table, where a database is meant",
            "mysql://user:password@host:3306/database");
      }
      all.putAll(named(read));
    }
    given.forEach((name, value) -> {
      if (!name.equals("url")) {
        all.put(known(name), value);
      }
    });
    return all;
  }

  static Map<String, String> named(DatabaseUrl url) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("username", url.user());
    all.put("password", url.password());
    all.put("host", url.host());
    all.put("port", url.port());
    all.put("database", url.path(0));
    all.values().removeIf(Objects::isNull);
    url.parameters().forEach((name, value) -> all.put(known(name), value));
    return all;
  }

  static DatabaseUrl url(String text) {
    try {
      return DatabaseUrl.parse(text, SCHEMES);
    } catch (IllegalArgumentException e) {
      throw new BadLocationException(
          "The MySQL location cannot be used: " + e.getMessage(),
          "Write it as mysql://user:password@host:port/database, special characters percent-encoded");
    }
  }

  private static String known(String name) {
    String setting = NAMES.get(name);
    if (setting == null) {
      throw new BadLocationException(
          "MySQL storages have no setting '" + name + "'",
          "Settings are url, "
              + String.join(", ", NAMES.values().stream().distinct().sorted().toList()));
    }
    return setting;
  }

  private static Path file(String text) {
    try {
      Path file = Path.of(text);
      if (file.isAbsolute()) {
        return file.normalize();
      }
    } catch (InvalidPathException e) {
      // said below
    }
    throw new BadLocationException("ssl_ca must be an absolute path", null);
  }

  /** Whether a password that was given for other settings goes nowhere else, nor less protected. */
  boolean keepsThePasswordOf(MysqlSettings other) {
    return host.equalsIgnoreCase(other.host)
        && port == other.port
        && database.equals(other.database)
        && username.equals(other.username)
        && tls.compareTo(other.tls) >= 0
        && authority.equals(other.authority);
  }

  /** The server and database, for messages. */
  String where() {
    return "MySQL database %s at %s:%d".formatted(database, host, port);
  }

  /** Shows no password. */
  @Override
  public String toString() {
    return "MysqlSettings[" + where() + "]";
  }
}
