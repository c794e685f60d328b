package dev.epoch.api.parquet;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.ValueCodec;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The records of a table as a Parquet file. It is written to the disk before the first byte is
 * sent: a value that Parquet has no place for is a refusal, not half a file.
 */
public final class ParquetExport {
  public static final String MEDIA_TYPE = "application/vnd.apache.parquet";

  private ParquetExport() {}

  /**
   * The whole file; nothing is left of it when the stream is closed.
   *
   * @throws dev.epoch.api.error.RequestRefusedException for a value that has no place in it
   */
  public static InputStream of(RowStream<Row> rows, TableSchema schema, ValueCodec codec) {
    try (rows) {
      Path file = Files.createTempFile("epoch-export", ".parquet");
      try {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
          write(rows, schema.columns(), codec, out);
        }
        return Files.newInputStream(file);
      } finally {
        // what is open can be read to its end
        Files.delete(file);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static void write(RowStream<Row> rows, List<Column> columns, ValueCodec codec, OutputStream out)
      throws IOException {
    List<String> names = columns.stream().map(Column::name).toList();
    List<ColumnForm> forms =
        columns.stream().map(column -> ColumnForm.of(column.type(), codec)).toList();
    try (ParquetWriter writer = new ParquetWriter(out, names, forms)) {
      while (rows.hasNext()) {
        Row row = rows.next();
        writer.add(i -> i < row.size() ? row.get(i) : null);
      }
    }
  }
}
