package dev.epoch.server;

import dev.epoch.storage.postgres.PostgresStorageAdapterFactory;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;

/** The database that holds the log and all that belongs to it. */
@Singleton
public class MetadataDatabase {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]", "::1");
  private static final String PREFIX = "quarkus.datasource.";

  private final Pool pool;
  private final Config config;

  MetadataDatabase(Pool pool, Config config) {
    this.pool = pool;
    this.config = config;
  }

  public Pool pool() {
    return pool;
  }

  /** Where it is, without credentials. */
  public String url() {
    MetadataDatabaseUrl url = MetadataDatabaseUrl.parse(reactiveUrl());
    return "postgresql://" + url.host() + ":" + url.port() + "/" + url.database();
  }

  /**
   * Where the server listens that has it.
   *
   * @param embedded whether this process has started it
   */
  PostgresStorageAdapterFactory.MetadataServer server(boolean embedded) {
    MetadataDatabaseUrl url = MetadataDatabaseUrl.parse(reactiveUrl());
    return new PostgresStorageAdapterFactory.MetadataServer(url.host(), url.port(), embedded);
  }

  /** Whether both stand for the same database, whoever logs in. */
  public boolean isAt(String given) {
    try {
      MetadataDatabaseUrl theirs = MetadataDatabaseUrl.parse(given);
      MetadataDatabaseUrl ours = MetadataDatabaseUrl.parse(reactiveUrl());
      return host(theirs).equals(host(ours))
          && theirs.port() == ours.port()
          && theirs.database().equals(ours.database());
    } catch (StartRefusedException noPostgresqlUrl) {
      return false;
    }
  }

  private static String host(MetadataDatabaseUrl url) {
    return THIS_MACHINE.contains(url.host()) ? "localhost" : url.host();
  }

  /** Whether it answers now. */
  public boolean answers() {
    try {
      pool.query("SELECT 1").execute().await().atMost(PATIENCE);
      return true;
    } catch (RuntimeException away) {
      return false;
    }
  }

  /** For the connections that the log opens beside the pool: the same server, login and TLS. */
  public PgConnectOptions connectOptions() {
    PgConnectOptions options = PgConnectOptions.fromUri(reactiveUrl());
    text("username").ifPresent(options::setUser);
    text("password").ifPresent(options::setPassword);
    text("reactive.postgresql.ssl-mode").map(SslMode::of).ifPresent(options::setSslMode);
    text("reactive.trust-certificate-pem.certs")
        .ifPresent(file -> options.setPemTrustOptions(new PemTrustOptions().addCertPath(file)));
    text("reactive.hostname-verification-algorithm")
        .ifPresent(options::setHostnameVerificationAlgorithm);
    Optional<String> certificate = text("reactive.key-certificate-pem.certs");
    Optional<String> key = text("reactive.key-certificate-pem.keys");
    if (certificate.isPresent() && key.isPresent()) {
      options.setPemKeyCertOptions(
          new PemKeyCertOptions().addCertPath(certificate.get()).addKeyPath(key.get()));
    }
    return options;
  }

  private String reactiveUrl() {
    return config.getValue(PREFIX + "reactive.url", String.class).replace("vertx-reactive:", "");
  }

  private Optional<String> text(String name) {
    return config.getOptionalValue(PREFIX + name, String.class).filter(value -> !value.isBlank());
  }
}
