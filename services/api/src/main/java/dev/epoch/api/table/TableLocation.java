package dev.epoch.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.storage.StorageView;
import java.util.Map;

/** Where a table is, as users write locations, without credentials. */
final class TableLocation {
  private TableLocation() {}

  /**
   * @param storage null if it is gone
   */
  static String of(StorageView storage, String schemaName, String tableName) {
    String path = schemaName + "." + tableName;
    if (storage == null) {
      return path;
    }
    Map<String, JsonNode> config = storage.config();
    String host = text(config, "host");
    String database = text(config, "database");
    if (database == null) {
      return storage.name() + ":" + path;
    }
    String port = text(config, "port");
    return storage.backend()
        + "://"
        + (host == null ? "" : host.contains(":") ? "[" + host + "]" : host)
        + (port == null ? "" : ":" + port)
        + "/"
        + database
        + "/"
        + path;
  }

  private static String text(Map<String, JsonNode> config, String name) {
    JsonNode value = config.get(name);
    return value == null || value.isNull() ? null : value.asText();
  }
}
