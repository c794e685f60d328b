package dev.epoch.api.error;

import java.util.Objects;

/** A table has no record with the key that a path names. */
public final class RecordNotFoundException extends RuntimeException {
  private final String table;
  private final String key;

  public RecordNotFoundException(String table, String key, String ref) {
    super("Table '" + table + "' has no record " + key + " in " + ref);
    this.table = Objects.requireNonNull(table, "table");
    this.key = Objects.requireNonNull(key, "key");
  }

  public String table() {
    return table;
  }

  public String key() {
    return key;
  }
}
