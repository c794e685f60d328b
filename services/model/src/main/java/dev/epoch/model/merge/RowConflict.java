package dev.epoch.model.merge;

import dev.epoch.model.encoding.CanonicalBytes;
import dev.epoch.model.row.RowKey;
import java.util.List;
import java.util.Objects;

/**
 * A row that a merge cannot decide, or a part of a table's schema.
 *
 * @param tableId of the table
 * @param tableName for people to read
 * @param key of the row; empty for a part of the schema
 * @param type how it conflicts
 * @param fields that conflict; where one side deleted the row, those that the other changed; where
 *     a constraint is broken, those it is about; of a part of the schema, facts that both changed
 * @param constraint that the merged row breaks; name of the part of the schema, empty for the table
 *     itself; else null
 */
public record RowConflict(
    String tableId,
    String tableName,
    RowKey key,
    ConflictType type,
    List<FieldConflict> fields,
    String constraint) {
  private static final int ID_LENGTH = 32;

  public RowConflict {
    Objects.requireNonNull(tableId, "tableId");
    Objects.requireNonNull(tableName, "tableName");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(type, "type");
    fields = List.copyOf(fields);
    if ((type == ConflictType.CONSTRAINT || type.isSchema()) != (constraint != null)) {
      throw new IllegalArgumentException("type and constraint do not fit: " + type);
    }
  }

  /**
   * The same for the same table, key, type and constraint, whenever the merge is computed: 32
   * hexadecimal digits of a SHA-256.
   */
  public String id() {
    CanonicalBytes bytes = new CanonicalBytes().text(tableId).text(type.wireName());
    bytes.integer(key.values().size());
    key.values().forEach(bytes::text);
    return bytes.optionalText(constraint).sha256().hex().substring(0, ID_LENGTH);
  }

  RowConflict withFields(List<FieldConflict> remaining) {
    return new RowConflict(tableId, tableName, key, type, remaining, constraint);
  }
}
