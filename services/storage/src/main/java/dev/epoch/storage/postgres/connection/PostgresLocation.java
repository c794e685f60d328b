package dev.epoch.storage.postgres.connection;

import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.location.DatabaseUrl;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Where a PostgreSQL database is, how to connect to it, and optionally one of its tables.
 *
 * <pre>
 *   postgresql://user:password@host:5432/database/schema.table?sslmode=verify-full&amp;sslrootcert=ca.crt
 * </pre>
 *
 * Parts are percent-encoded where they hold characters of the URL. A name with a dot in it is put
 * in double quotes; names are taken as they are, upper case is kept. The schema is {@code public}
 * if none is named.
 *
 * <p>Nothing that is printed holds a password.
 */
public final class PostgresLocation {
  private static final List<String> SCHEMES = List.of("postgresql", "postgres");
  private static final int DEFAULT_PORT = 5432;

  /**
   * The host of databases on the PostgreSQL that the server itself starts, wherever that listens.
   */
  public static final String EMBEDDED = "embedded";

  private static final int DEFAULT_POOL_SIZE = 10;
  private static final int DEFAULT_CONNECT_TIMEOUT = 30;
  private static final int DEFAULT_IDLE_TIMEOUT = 10;

  /** Longer than any statement of Epoch's should take, on large tables too. */
  private static final int DEFAULT_ANSWER_TIMEOUT = 1_800;

  /** What parameters are called in URLs and in configurations. */
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("host", "host"),
          Map.entry("port", "port"),
          Map.entry("database", "database"),
          Map.entry("dbname", "database"),
          Map.entry("schema", "schema"),
          Map.entry("table", "table"),
          Map.entry("username", "username"),
          Map.entry("user", "username"),
          Map.entry("password", "password"),
          Map.entry("sslmode", "sslmode"),
          Map.entry("ssl_mode", "sslmode"),
          Map.entry("sslrootcert", "ssl_rootcert"),
          Map.entry("ssl_rootcert", "ssl_rootcert"),
          Map.entry("sslcert", "ssl_cert"),
          Map.entry("ssl_cert", "ssl_cert"),
          Map.entry("sslkey", "ssl_key"),
          Map.entry("ssl_key", "ssl_key"),
          Map.entry("sslpassword", "ssl_key_password"),
          Map.entry("ssl_key_password", "ssl_key_password"),
          Map.entry("connect_timeout", "connect_timeout"),
          Map.entry("answer_timeout", "answer_timeout"),
          Map.entry("idle_timeout", "idle_timeout"),
          Map.entry("pool_size", "pool_size"),
          Map.entry("application_name", "application_name"));

  private final Map<String, String> settings;
  private final TablePath table;
  private final TlsSettings tls;
  private final Secret password;

  private PostgresLocation(Map<String, String> given) {
    this.settings = new HashMap<>(given);
    String secret = settings.remove("password");
    this.password = secret == null ? null : Secret.of(secret);
    String keyPassword = settings.remove("ssl_key_password");
    this.tls =
        new TlsSettings(
            TlsSettings.Mode.of(settings.getOrDefault("sslmode", "prefer")),
            settings.get("ssl_rootcert"),
            settings.get("ssl_cert"),
            settings.get("ssl_key"),
            keyPassword == null ? null : Secret.of(keyPassword));
    String name = settings.get("table");
    this.table = name == null ? null : TableName.parse(name, schema());
    number("port", DEFAULT_PORT, 1, 65_535);
    number("pool_size", DEFAULT_POOL_SIZE, 1, 1_000);
    number("connect_timeout", DEFAULT_CONNECT_TIMEOUT, 1, 3_600);
    answerTimeoutSeconds();
    idleTimeoutSeconds();
    if (settings.get("database") == null) {
      throw bad("it names no database");
    }
    if (host().contains("://") || host().indexOf('@') >= 0) {
      throw bad("the host is a URL or has a user in it; a URL goes into the setting url");
    }
    if (host().indexOf(',') >= 0) {
      throw bad("it names several hosts");
    }
    if (!AddressRules.isSocket(host()) && !host().matches("[^\\p{Cntrl}\\s/@?#]+")) {
      throw bad("its host is none");
    }
  }

  /** Reads a URL. Fails with {@link StorageException}, whose message holds no part of the URL. */
  public static PostgresLocation parse(String url) {
    return new PostgresLocation(settingsOf(url));
  }

  /**
   * Reads a storage's configuration: {@code url}, or {@code host}, {@code port}, {@code database},
   * {@code schema}, {@code username}, {@code password}, {@code sslmode}, {@code ssl_rootcert},
   * {@code ssl_cert}, {@code ssl_key}, {@code ssl_key_password}, {@code connect_timeout} and {@code
   * answer_timeout} and {@code idle_timeout} in seconds, {@code pool_size}, {@code
   * application_name}. What stands beside a URL comes before what is in it.
   */
  public static PostgresLocation of(Map<String, String> configuration) {
    return new PostgresLocation(settingsOf(configuration));
  }

  private static Map<String, String> settingsOf(Map<String, String> configuration) {
    Map<String, String> settings = new LinkedHashMap<>();
    String url = configuration.get("url");
    if (url != null) {
      settings.putAll(settingsOf(url));
    }
    configuration.forEach((name, value) -> {
      if (!name.equals("url") && value != null) {
        settings.put(known(name), value);
      }
    });
    return settings;
  }

  /**
   * The same after a change: what is not given stays. The password stays with the host, port,
   * database, user and TLS that it was given for.
   *
   * @param given as for {@link #of}
   * @throws StorageException also if the password would be sent elsewhere, or protected less
   */
  public PostgresLocation changed(Map<String, String> given) {
    Map<String, String> merged = new LinkedHashMap<>(settings);
    merged.putAll(settingsOf(given));
    secrets().forEach(merged::putIfAbsent);
    PostgresLocation changed = new PostgresLocation(merged);
    boolean givenAnew = settingsOf(given).containsKey("password");
    if (password != null && !givenAnew && !changed.keepsThePasswordOf(this)) {
      throw new StorageException(
          "The password of this storage was given for another host, port, database, user or TLS,"
              + " and is not sent elsewhere",
          "Give the password again together with the change; an empty one if there is none");
    }
    return changed;
  }

  private boolean keepsThePasswordOf(PostgresLocation other) {
    return host().equalsIgnoreCase(other.host())
        && port() == other.port()
        && database().equals(other.database())
        && user().equals(other.user())
        && !tls.weakerThan(other.tls);
  }

  /** The same database at another address. */
  public PostgresLocation at(String otherHost, int otherPort) {
    Map<String, String> there = new LinkedHashMap<>(settings);
    there.putAll(secrets());
    there.put("host", otherHost);
    there.put("port", Integer.toString(otherPort));
    return new PostgresLocation(there);
  }

  private String user() {
    return settings.getOrDefault("username", System.getProperty("user.name"));
  }

  public String host() {
    return settings.getOrDefault("host", "localhost");
  }

  public int port() {
    return number("port", DEFAULT_PORT, 1, 65_535);
  }

  public String database() {
    return settings.get("database");
  }

  /** Schema of tables that are named without one. */
  public String schema() {
    return settings.getOrDefault("schema", "public");
  }

  /** The table that the location names. */
  public Optional<TablePath> table() {
    return Optional.ofNullable(table);
  }

  /** A table of this database by {@code table} or {@code schema.table}. */
  public TablePath table(String name) {
    return TableName.parse(name, schema());
  }

  /**
   * How to connect. Reads the certificates.
   *
   * @param files that may be named
   */
  public PgConnectOptions connectOptions(CertificateFiles files) {
    PgConnectOptions options =
        new PgConnectOptions()
            .setHost(host())
            .setPort(port())
            .setDatabase(database())
            .setUser(user())
            .setPassword(password == null ? "" : password.reveal())
            .setConnectTimeout(connectTimeoutMillis())
            .setTcpKeepAlive(true);
    options.setReadIdleTimeout(answerTimeoutSeconds());
    String application = settings.get("application_name");
    if (application != null) {
      options.addProperty("application_name", application);
    }
    tls.applyTo(options, files);
    return options;
  }

  /**
   * Everything that may be shown, under the names of a storage's configuration; where nothing was
   * given, what holds.
   */
  public Map<String, String> shown() {
    Map<String, String> shown = new HashMap<>(settings);
    shown.remove("table");
    shown.put("host", host());
    if (host().equals(EMBEDDED)) {
      shown.remove("port");
    } else {
      shown.put("port", Integer.toString(port()));
    }
    shown.putIfAbsent("username", System.getProperty("user.name"));
    return shown;
  }

  /** What may not be shown, under the names of a storage's configuration. */
  public Map<String, String> secrets() {
    Map<String, String> secrets = new HashMap<>();
    if (password != null) {
      secrets.put("password", password.reveal());
    }
    if (tls.keyPassword() != null) {
      secrets.put("ssl_key_password", tls.keyPassword().reveal());
    }
    return secrets;
  }

  public PoolOptions poolOptions() {
    return new PoolOptions()
        .setMaxSize(number("pool_size", DEFAULT_POOL_SIZE, 1, 1_000))
        .setIdleTimeout(idleTimeoutSeconds())
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        .setConnectionTimeout(connectTimeoutMillis())
        .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS);
  }

  private int connectTimeoutMillis() {
    return number("connect_timeout", DEFAULT_CONNECT_TIMEOUT, 1, 3_600) * 1_000;
  }

  /** A connection that brings nothing for so long is closed: see {@link AnswerTimeout}. */
  private int answerTimeoutSeconds() {
    return number("answer_timeout", DEFAULT_ANSWER_TIMEOUT, 1, 86_400);
  }

  /** A connection that nobody has used for so long is closed; 0: never. */
  private int idleTimeoutSeconds() {
    return number("idle_timeout", DEFAULT_IDLE_TIMEOUT, 0, 86_400);
  }

  private int number(String name, int otherwise, int least, int greatest) {
    String text = settings.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(text.trim());
      if (number >= least && number <= greatest) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw bad(name + " must be a number from " + least + " to " + greatest);
  }

  // ---- URLs

  private static Map<String, String> settingsOf(String text) {
    DatabaseUrl url;
    try {
      url = DatabaseUrl.parse(text, SCHEMES);
    } catch (IllegalArgumentException e) {
      throw bad(e.getMessage());
    }
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("username", url.user());
    settings.put("password", url.password());
    settings.put("host", url.host());
    settings.put("port", url.port());
    settings.put("database", url.path(0));
    settings.put("table", url.path(1));
    settings.values().removeIf(Objects::isNull);
    url.parameters().forEach((name, value) -> settings.put(known(name), value));
    return settings;
  }

  private static String known(String name) {
    String setting = SETTINGS.get(name);
    if (setting == null) {
      throw bad(
          "there is no setting "
              + name
              + "; there are "
              + String.join(", ", SETTINGS.values().stream().distinct().sorted().toList()));
    }
    return setting;
  }

  private static StorageException bad(String reason) {
    return new StorageException(
        "The PostgreSQL location cannot be used: " + reason,
        "Write it as postgresql://user:password@host:port/database/schema.table?sslmode=...,"
            + " special characters percent-encoded");
  }

  /** The location without passwords. */
  @Override
  public String toString() {
    String user = settings.containsKey("username") ? settings.get("username") + "@" : "";
    return "postgresql://"
        + user
        + host()
        + ":"
        + port()
        + "/"
        + database()
        + (table == null ? "" : "/" + table);
  }
}
