package dev.epoch.storage.mysql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageAdapterFactory;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.location.DatabaseUrl;
import dev.epoch.storage.location.FileRoots;
import dev.epoch.storage.location.GivenSettings;
import dev.epoch.storage.mysql.ddl.MySqlMigrationPrinter;
import dev.epoch.storage.schema.MigrationPrinter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Opens databases of MySQL and MariaDB: {@code mysql://user:password@host:3306/database}, and
 * tables of them: {@code mysql://host/database/table}.
 */
public final class MysqlStorageAdapterFactory implements StorageAdapterFactory {
  private final AddressRules addresses;
  private final FileRoots files;

  /**
   * @param addresses where databases may be
   * @param files folders in which certificates may be read
   */
  public MysqlStorageAdapterFactory(AddressRules addresses, FileRoots files) {
    this.addresses = addresses;
    this.files = files;
  }

  @Override
  public Optional<MigrationPrinter> migrationPrinter() {
    return Optional.of(new MySqlMigrationPrinter());
  }

  @Override
  public String backend() {
    return "mysql";
  }

  @Override
  public boolean recognises(String location) {
    return MysqlSettings.SCHEMES.stream().anyMatch(scheme -> location.startsWith(scheme + "://"));
  }

  @Override
  public Location parse(String location) {
    DatabaseUrl url = MysqlSettings.url(location);
    String table = url.path(1);
    if (table == null) {
      throw new BadLocationException(
          "The location names no table", "mysql://[user:pass@]host[:port]/database/table");
    }
    Settings settings = allowed(MysqlSettings.of(MysqlSettings.named(url)));
    return new Location(settings, path(settings, table));
  }

  @Override
  public Settings database(String location) {
    return settings(Map.of("url", TextNode.valueOf(location)));
  }

  @Override
  public Settings settings(Map<String, JsonNode> given) {
    return allowed(MysqlSettings.of(GivenSettings.texts(given)));
  }

  @Override
  public Settings change(Settings former, Map<String, JsonNode> given) {
    MysqlSettings before = read(former);
    Map<String, String> changes = MysqlSettings.named(GivenSettings.texts(given));
    Map<String, String> all = GivenSettings.texts(former.config());
    all.putAll(former.secrets());
    all.putAll(changes);
    MysqlSettings after = MysqlSettings.of(all);
    if (!before.password().isEmpty()
        && !changes.containsKey("password")
        && !after.keepsThePasswordOf(before)) {
      throw new BadLocationException(
          "The password of this storage was given for another host, port, database, user or TLS,"
              + " and is not sent elsewhere",
          "Give the password again together with the change; an empty one if there is none");
    }
    return allowed(after);
  }

  private Settings allowed(MysqlSettings settings) {
    addresses.check(settings.host());
    if (AddressRules.isSocket(settings.host())) {
      throw new BadLocationException(
          "MySQL servers are reached by TCP alone, and not by the socket " + settings.host(),
          "Give a host and a port");
    }
    settings.authority().ifPresent(files::check);
    Map<String, JsonNode> shown = new HashMap<>();
    shown.put("host", TextNode.valueOf(settings.host()));
    shown.put("port", IntNode.valueOf(settings.port()));
    shown.put("database", TextNode.valueOf(settings.database()));
    shown.put("username", TextNode.valueOf(settings.username()));
    shown.put("ssl_mode", TextNode.valueOf(settings.tls().text()));
    settings.authority().ifPresent(file -> shown.put("ssl_ca", TextNode.valueOf(file.toString())));
    shown.put("pool_size", IntNode.valueOf(settings.poolSize()));
    shown.put("connect_timeout", IntNode.valueOf((int) settings.connectTimeout().toSeconds()));
    shown.put("lock_timeout", IntNode.valueOf((int) settings.lockTimeout().toSeconds()));
    return new Settings(
        shown, settings.password().isEmpty() ? Map.of() : Map.of("password", settings.password()));
  }

  @Override
  public TablePath path(Settings settings, String text) {
    String database = settings.config().get("database").asText();
    boolean qualified = text.startsWith(database + ".") || text.startsWith(database + "/");
    String table = qualified ? text.substring(database.length() + 1) : text;
    if (table.isBlank()) {
      throw new BadLocationException("The path names no table", "table");
    }
    return new TablePath(database, table);
  }

  @Override
  public StorageAdapter open(Settings settings) {
    return new MysqlStorageAdapter(read(settings), addresses);
  }

  private static MysqlSettings read(Settings settings) {
    Map<String, String> all = GivenSettings.texts(settings.config());
    all.putAll(settings.secrets());
    return MysqlSettings.of(all);
  }
}
