package dev.epoch.storage.postgres.state;

import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.postgres.catalog.TableColumns;

/**
 * Takes rows of the model out of rows of the client, whose columns {@link TableColumns#sent} made.
 */
public final class RowMapping {
  private RowMapping() {}

  /** The columns from {@code first} on. */
  static dev.epoch.model.row.Row row(io.vertx.mutiny.sqlclient.Row source, int first, int count) {
    return dev.epoch.model.row.Row.of(texts(source, first, count));
  }

  /** The row if the flag at {@code flag} says that there is one, else null. */
  public static dev.epoch.model.row.Row rowIf(
      io.vertx.mutiny.sqlclient.Row source, int flag, int first, int count) {
    return source.getBoolean(flag) ? row(source, first, count) : null;
  }

  public static RowKey key(io.vertx.mutiny.sqlclient.Row source, int first, int count) {
    return RowKey.of(texts(source, first, count));
  }

  private static String[] texts(io.vertx.mutiny.sqlclient.Row source, int first, int count) {
    String[] texts = new String[count];
    for (int i = 0; i < count; i++) {
      Object value = source.getValue(first + i);
      texts[i] = value == null ? null : value.toString();
    }
    return texts;
  }

  /** A row of {@link DifferenceSql#select} of two states. */
  public static RowChange change(
      io.vertx.mutiny.sqlclient.Row source, int first, TableColumns columns) {
    int flags = first + columns.key().size();
    int width = columns.all().size();
    return new RowChange(
        key(source, first, columns.key().size()),
        rowIf(source, flags, flags + 2, width),
        rowIf(source, flags + 1, flags + 2 + width, width));
  }
}
