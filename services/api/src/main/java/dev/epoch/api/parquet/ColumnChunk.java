package dev.epoch.api.parquet;

import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.RequestRefusedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.BitSet;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** The values of one column in one group of rows; written as one page, compressed by gzip. */
final class ColumnChunk {
  private static final int GZIP = 2;
  private static final int PLAIN = 0;
  private static final int RUN_LENGTH = 3;
  private static final int SHOWN = 40;

  private final String name;
  private final ColumnForm form;
  private final BitSet present = new BitSet();
  private final PlainValues values = new PlainValues();
  private int rows;

  ColumnChunk(String name, ColumnForm form) {
    this.name = name;
    this.form = form;
  }

  /** Bytes that the values take. */
  int size() {
    return values.size();
  }

  /**
   * @param text null for null
   * @throws RequestRefusedException if Parquet has no place for it, as for infinite dates
   */
  void add(String text) {
    if (text != null) {
      try {
        form.encoding().put(text, values);
      } catch (RuntimeException unfit) {
        throw unfit(text);
      }
      present.set(rows);
    }
    rows++;
  }

  private RequestRefusedException unfit(String text) {
    return new RequestRefusedException(
        ApiError.of(
            422,
            "ValueNotExportableError",
            "Column '%s' holds '%s', which its type in Parquet cannot hold"
                .formatted(name, text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text),
            Map.of("column", name, "remedy", "Export as csv, json or ndjson")));
  }

  /** Where a chunk is in the file, as the footer tells it. */
  record Written(String name, int physical, int rows, long offset, long plainSize, long size) {
    void tell(CompactThrift footer) {
      footer.item().large(2, offset).begin(3);
      footer.number(1, physical).numbers(2, PLAIN, RUN_LENGTH).texts(3, name).number(4, GZIP);
      footer.large(5, rows).large(6, plainSize).large(7, size).large(9, offset);
      footer.end().end();
    }
  }

  /** Writes the page and forgets the values. */
  Written writeTo(OutputStream out, long offset) throws IOException {
    byte[] levels = levels();
    int plainSize = levels.length + values.size();
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(levels);
      values.writeTo(gzip);
    }
    byte[] head =
        new CompactThrift()
            .number(1, 0)
            .number(2, plainSize)
            .number(3, packed.size())
            .begin(5)
            .number(1, rows)
            .number(2, PLAIN)
            .number(3, RUN_LENGTH)
            .number(4, RUN_LENGTH)
            .end()
            .finished();
    out.write(head);
    packed.writeTo(out);
    Written written =
        new Written(
            name,
            form.physical(),
            rows,
            offset,
            head.length + plainSize,
            head.length + packed.size());
    present.clear();
    values.clear();
    rows = 0;
    return written;
  }

  /** Which rows have a value: groups of eight bits, behind their number and the size of it all. */
  private byte[] levels() {
    int groups = (rows + 7) / 8;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int head = groups << 1 | 1;
    while ((head & ~0x7F) != 0) {
      out.write(head & 0x7F | 0x80);
      head >>>= 7;
    }
    out.write(head);
    byte[] bits = new byte[groups];
    present.stream().forEach(row -> bits[row / 8] |= (byte) (1 << row % 8));
    out.writeBytes(bits);
    byte[] run = out.toByteArray();
    PlainValues counted = new PlainValues();
    counted.counted(run);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      counted.writeTo(all);
    } catch (IOException impossible) {
      throw new java.io.UncheckedIOException(impossible);
    }
    return all.toByteArray();
  }
}
