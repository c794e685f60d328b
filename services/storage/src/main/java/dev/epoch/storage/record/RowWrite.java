package dev.epoch.storage.record;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** One record to write. Values are JSON as the API takes them. */
public sealed interface RowWrite {
  Map<String, JsonNode> record();

  /** The same with other names of columns; those that have no other stay. */
  default RowWrite renamed(Map<String, String> names) {
    Map<String, JsonNode> renamed = new LinkedHashMap<>();
    record().forEach((name, value) -> renamed.put(names.getOrDefault(name, name), value));
    return switch (this) {
      case Upsert _ -> new Upsert(renamed);
      case Delete _ -> new Delete(renamed);
    };
  }

  /**
   * Inserts, or updates the columns given; columns not given keep their value, or get their default
   * in a new row.
   */
  record Upsert(Map<String, JsonNode> record) implements RowWrite {
    public Upsert {
      Objects.requireNonNull(record, "record");
    }
  }

  /** Deletes by primary key. */
  record Delete(Map<String, JsonNode> record) implements RowWrite {
    public Delete {
      Objects.requireNonNull(record, "record");
    }
  }
}
