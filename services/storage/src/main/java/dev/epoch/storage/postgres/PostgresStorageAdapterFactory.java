package dev.epoch.storage.postgres;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.model.schema.migration.SchemaDialect;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageAdapterFactory;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.postgres.connection.CertificateFiles;
import dev.epoch.storage.postgres.connection.Connecting;
import dev.epoch.storage.postgres.connection.PostgresLocation;
import dev.epoch.storage.postgres.ddl.PostgresDialect;
import dev.epoch.storage.postgres.query.QueryLimits;
import io.vertx.mutiny.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Opens PostgreSQL databases. */
public final class PostgresStorageAdapterFactory implements StorageAdapterFactory {
  private static final Set<String> NUMBERS =
      Set.of("port", "pool_size", "connect_timeout", "answer_timeout", "idle_timeout");

  private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "::1");

  /**
   * The PostgreSQL with the server's own database.
   *
   * @param embedded whether it was started by this server, so that databases at its address are on
   *     it
   */
  public record MetadataServer(String host, int port, boolean embedded) {}

  private final Vertx vertx;
  private final CertificateFiles files;
  private final AddressRules addresses;
  private final QueryLimits limits;
  private final Optional<MetadataServer> metadata;

  /**
   * @param files that storages may name
   * @param addresses where databases may be
   */
  public PostgresStorageAdapterFactory(
      Vertx vertx, CertificateFiles files, AddressRules addresses) {
    this(vertx, files, addresses, QueryLimits.DEFAULT, Optional.empty());
  }

  /**
   * The same with other limits.
   *
   * @param limits of users' statements
   * @param metadata where the databases are that are known as {@link PostgresLocation#EMBEDDED}
   */
  public PostgresStorageAdapterFactory(
      Vertx vertx,
      CertificateFiles files,
      AddressRules addresses,
      QueryLimits limits,
      Optional<MetadataServer> metadata) {
    this.metadata = metadata;
    this.vertx = vertx;
    this.files = files;
    this.addresses = addresses;
    this.limits = limits;
  }

  @Override
  public Optional<SchemaDialect> schemaDialect() {
    return Optional.of(new PostgresDialect());
  }

  @Override
  public String backend() {
    return "postgresql";
  }

  @Override
  public boolean recognises(String location) {
    return location.startsWith("postgresql://") || location.startsWith("postgres://");
  }

  @Override
  public Location parse(String location) {
    PostgresLocation parsed = checked(() -> PostgresLocation.parse(location));
    TablePath table =
        parsed
            .table()
            .orElseThrow(() ->
                new BadLocationException(
                    "The location names no table",
                    "postgresql://[user:pass@]host[:port]/database/schema.table"));
    return new Location(allowed(parsed), table);
  }

  @Override
  public Settings database(String location) {
    PostgresLocation parsed = checked(() -> PostgresLocation.parse(location));
    if (parsed.table().isPresent()) {
      throw new BadLocationException(
          "The location names a table, where a database is meant",
          "postgresql://[user:pass@]host[:port]/database");
    }
    return settings(named(parsed));
  }

  @Override
  public Settings settings(Map<String, JsonNode> given) {
    return allowed(checked(() -> PostgresLocation.of(texts(given))));
  }

  @Override
  public Settings change(Settings former, Map<String, JsonNode> given) {
    PostgresLocation before = checked(() -> location(former));
    return allowed(checked(() -> before.changed(texts(given))));
  }

  private Settings allowed(PostgresLocation location) {
    addresses.check(addressed(location).host());
    return settings(named(location));
  }

  /** Databases of the embedded PostgreSQL by its name: its port may be somebody else's tomorrow. */
  private PostgresLocation named(PostgresLocation location) {
    boolean embedded =
        metadata
            .filter(MetadataServer::embedded)
            .filter(server -> server.port() == location.port())
            .filter(_ -> THIS_MACHINE.contains(location.host()))
            .isPresent();
    return embedded ? location.at(PostgresLocation.EMBEDDED, location.port()) : location;
  }

  /** Where to connect to now. */
  private PostgresLocation addressed(PostgresLocation location) {
    if (!location.host().equals(PostgresLocation.EMBEDDED)) {
      return location;
    }
    MetadataServer server =
        metadata.orElseThrow(() ->
            new BadLocationException(
                "The database is on the PostgreSQL that a server of Epoch has started",
                "Give the storage the address of its database: epoch storage update"));
    return location.at(server.host(), server.port());
  }

  @Override
  public TablePath path(Settings settings, String text) {
    return checked(() -> location(settings).table(text));
  }

  @Override
  public StorageAdapter open(Settings settings) {
    PostgresLocation location = checked(() -> addressed(location(settings)));
    PgConnectOptions options = checked(() -> location.connectOptions(files));
    return new PostgresStorageAdapter(
        new Connecting(vertx, addresses), options, location.poolOptions(), limits);
  }

  private static PostgresLocation location(Settings settings) {
    Map<String, String> all = texts(settings.config());
    all.putAll(settings.secrets());
    return PostgresLocation.of(all);
  }

  private static Settings settings(PostgresLocation location) {
    Map<String, JsonNode> config = new HashMap<>();
    location
        .shown()
        .forEach((name, value) ->
            config.put(
                name,
                NUMBERS.contains(name)
                    ? IntNode.valueOf(Integer.parseInt(value.trim()))
                    : TextNode.valueOf(value)));
    return new Settings(config, location.secrets());
  }

  private static Map<String, String> texts(Map<String, JsonNode> given) {
    Map<String, String> texts = new HashMap<>();
    given.forEach((name, value) -> {
      if (value != null && !value.isNull()) {
        if (!value.isValueNode()) {
          throw new BadLocationException("Setting '" + name + "' must be a text or a number", null);
        }
        texts.put(name, value.asText());
      }
    });
    return texts;
  }

  private static <T> T checked(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (BadLocationException e) {
      throw e;
    } catch (StorageException e) {
      throw new BadLocationException(e.getMessage(), e.remedy());
    }
  }
}
