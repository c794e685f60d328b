package dev.epoch.api.parquet;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A Parquet file of rows without nested columns, written row by row; memory holds one group of rows
 * at a time.
 *
 * <pre>
 *   PAR1 | group of rows: a page for each column | ... | footer | its size, 4 bytes | PAR1
 * </pre>
 */
final class ParquetWriter implements Closeable {
  /** Values in plain, of all columns together, after which a group of rows is written. */
  static final int GROUP_BYTES = 8 << 20;

  private static final int GROUP_ROWS = 100_000;
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int OPTIONAL = 1;

  private final OutputStream out;
  private final List<String> names;
  private final List<ColumnForm> forms;
  private final List<ColumnChunk> chunks = new ArrayList<>();
  private final List<Group> groups = new ArrayList<>();
  private long offset;
  private long rows;
  private int inGroup;

  private record Group(int rows, List<ColumnChunk.Written> columns) {
    long size() {
      return columns.stream().mapToLong(ColumnChunk.Written::plainSize).sum();
    }
  }

  ParquetWriter(OutputStream out, List<String> names, List<ColumnForm> forms) throws IOException {
    this.out = out;
    this.names = List.copyOf(names);
    this.forms = List.copyOf(forms);
    for (int i = 0; i < names.size(); i++) {
      chunks.add(new ColumnChunk(names.get(i), forms.get(i)));
    }
    write(MAGIC);
  }

  /**
   * @param texts of the columns, null for null
   */
  void add(IntFunction<String> texts) throws IOException {
    long size = 0;
    for (int i = 0; i < chunks.size(); i++) {
      chunks.get(i).add(texts.apply(i));
      size += chunks.get(i).size();
    }
    inGroup++;
    if (size >= GROUP_BYTES || inGroup == GROUP_ROWS) {
      flush();
    }
  }

  private void flush() throws IOException {
    if (inGroup == 0) {
      return;
    }
    List<ColumnChunk.Written> written = new ArrayList<>();
    for (ColumnChunk chunk : chunks) {
      ColumnChunk.Written one = chunk.writeTo(out, offset);
      offset += one.size();
      written.add(one);
    }
    groups.add(new Group(inGroup, written));
    rows += inGroup;
    inGroup = 0;
  }

  private void write(byte[] bytes) throws IOException {
    out.write(bytes);
    offset += bytes.length;
  }

  /** Writes what is left and the footer; the stream stays open. */
  @Override
  public void close() throws IOException {
    flush();
    byte[] footer = footer();
    write(footer);
    PlainValues size = new PlainValues();
    size.number(footer.length);
    size.writeTo(out);
    out.write(MAGIC);
    out.flush();
  }

  private byte[] footer() {
    CompactThrift footer = new CompactThrift().number(1, 1).structures(2, names.size() + 1);
    footer.item().text(4, "schema").number(5, names.size()).end();
    for (int i = 0; i < names.size(); i++) {
      element(footer, names.get(i), forms.get(i));
    }
    footer.large(3, rows).structures(4, groups.size());
    for (Group group : groups) {
      footer.item().structures(1, group.columns().size());
      group.columns().forEach(column -> column.tell(footer));
      footer.large(2, group.size()).large(3, group.rows()).end();
    }
    return footer.text(6, "epoch version 1").finished();
  }

  private static void element(CompactThrift footer, String name, ColumnForm form) {
    footer.item().number(1, form.physical());
    if (form.length() > 0) {
      footer.number(2, form.length());
    }
    footer.number(3, OPTIONAL).text(4, name);
    if (form.converted() != null) {
      footer.number(6, form.converted());
    }
    if (form.precision() > 0) {
      footer.number(7, form.scale()).number(8, form.precision());
    }
    if (form.logical() != null) {
      footer.begin(10);
      form.logical().accept(footer);
      footer.end();
    }
    footer.end();
  }
}
