package dev.epoch.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.model.schema.migration.SchemaDialect;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageAdapterFactory;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.PostgresStorageAdapter;
import dev.epoch.storage.postgres.ddl.PostgresDialect;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** Opens test databases by their name: {@code database:NAME/schema.table}. */
final class TestDatabaseFactory implements StorageAdapterFactory {
  /** Name of a database that nothing answers for. */
  static final String AWAY = "away";

  private final Map<String, TestDatabase> databases = new ConcurrentHashMap<>();
  private final int answerSeconds;
  private final UnaryOperator<StorageAdapter> between;

  /**
   * @param answerSeconds after which a silent connection is closed; 0 never
   * @param between what stands between the adapter of a database and who calls it
   */
  TestDatabaseFactory(int answerSeconds, UnaryOperator<StorageAdapter> between) {
    this.answerSeconds = answerSeconds;
    this.between = between;
  }

  void add(TestDatabase database) {
    databases.put(database.name(), database);
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
    return location.startsWith("database:");
  }

  @Override
  public Location parse(String location) {
    String[] parts = location.substring("database:".length()).split("/", 2);
    return new Location(
        new Settings(Map.of("database", TextNode.valueOf(parts[0])), Map.of()),
        path(null, parts[1]));
  }

  @Override
  public Settings database(String location) {
    return new Settings(
        Map.of("database", TextNode.valueOf(location.substring("database:".length()))), Map.of());
  }

  @Override
  public Settings settings(Map<String, JsonNode> given) {
    return new Settings(given, Map.of());
  }

  @Override
  public Settings change(Settings former, Map<String, JsonNode> given) {
    Map<String, JsonNode> changed = new HashMap<>(former.config());
    changed.putAll(given);
    return new Settings(changed, former.secrets());
  }

  @Override
  public TablePath path(Settings settings, String text) {
    int dot = text.indexOf('.');
    return dot < 0
        ? new TablePath("public", text)
        : new TablePath(text.substring(0, dot), text.substring(dot + 1));
  }

  @Override
  public StorageAdapter open(Settings settings) {
    String name = settings.config().get("database").asText();
    PgConnectOptions options =
        name.equals(AWAY) ? new PgConnectOptions().setPort(9) : databases.get(name).options();
    options.setReadIdleTimeout(answerSeconds);
    return between.apply(
        new PostgresStorageAdapter(
            StoragePostgres.vertx(), options, new PoolOptions().setMaxSize(6)));
  }
}
