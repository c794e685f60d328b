package dev.epoch.storage.delta.sort;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;

/**
 * Rows in an order, with bounded memory: what does not fit is sorted in parts, which are written to
 * temporary files and merged while they are read.
 *
 * <pre>
 *   rows -> part, sorted -> file 1 --\
 *           part, sorted -> file 2 ---> least row of all heads -> next()
 *           last part, sorted, kept --/
 * </pre>
 */
public final class SortedRows implements RowStream<Row> {
  /** About what an object of a row and of a value take besides its characters. */
  private static final int OVERHEAD = 56;

  private static final int BUFFER = 1 << 16;

  private final List<Part> parts = new ArrayList<>();
  private final PriorityQueue<Part> heads;

  private SortedRows(Comparator<Row> order) {
    this.heads = new PriorityQueue<>((a, b) -> order.compare(a.head, b.head));
  }

  /**
   * Reads all rows, and closes them.
   *
   * @param memory about how many bytes of rows are kept
   */
  public static SortedRows of(RowStream<Row> rows, Comparator<Row> order, long memory) {
    SortedRows sorted = new SortedRows(order);
    try (rows) {
      List<Row> kept = new ArrayList<>();
      long size = 0;
      while (rows.hasNext()) {
        Row row = rows.next();
        kept.add(row);
        size += size(row);
        if (size > memory && rows.hasNext()) {
          kept.sort(order);
          sorted.parts.add(Part.written(kept));
          kept = new ArrayList<>();
          size = 0;
        }
      }
      kept.sort(order);
      sorted.parts.add(new Part(kept.iterator(), null, null));
      for (Part part : sorted.parts) {
        if (part.advance()) {
          sorted.heads.add(part);
        }
      }
      return sorted;
    } catch (IOException e) {
      sorted.close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      sorted.close();
      throw e;
    }
  }

  private static long size(Row row) {
    long size = OVERHEAD;
    for (int i = 0; i < row.size(); i++) {
      size += OVERHEAD + (row.get(i) == null ? 0 : 2L * row.get(i).length());
    }
    return size;
  }

  @Override
  public boolean hasNext() {
    return !heads.isEmpty();
  }

  @Override
  public Row next() {
    Part least = heads.poll();
    if (least == null) {
      throw new NoSuchElementException();
    }
    Row row = least.head;
    try {
      if (least.advance()) {
        heads.add(least);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return row;
  }

  @Override
  public void close() {
    heads.clear();
    parts.forEach(Part::close);
    parts.clear();
  }

  /** Sorted rows, in memory or in a file. */
  private static final class Part {
    private final Iterator<Row> rows;
    private final Path file;
    private final DataInputStream bytes;
    private Row head;

    Part(Iterator<Row> rows, Path file, DataInputStream bytes) {
      this.rows = rows;
      this.file = file;
      this.bytes = bytes;
    }

    static Part written(List<Row> rows) throws IOException {
      Path file = Files.createTempFile("epoch-sort", ".rows");
      try {
        try (DataOutputStream out =
            new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER))) {
          for (Row row : rows) {
            write(out, row);
          }
        }
        return new Part(
            null,
            file,
            new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER)));
      } catch (IOException e) {
        Files.deleteIfExists(file);
        throw e;
      }
    }

    private static void write(DataOutputStream out, Row row) throws IOException {
      out.writeInt(row.size());
      for (int i = 0; i < row.size(); i++) {
        String value = row.get(i);
        byte[] text = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
        out.writeInt(text == null ? -1 : text.length);
        if (text != null) {
          out.write(text);
        }
      }
    }

    boolean advance() throws IOException {
      if (bytes == null) {
        head = rows.hasNext() ? rows.next() : null;
        return head != null;
      }
      bytes.mark(1);
      if (bytes.read() < 0) {
        head = null;
        return false;
      }
      bytes.reset();
      String[] values = new String[bytes.readInt()];
      for (int i = 0; i < values.length; i++) {
        int length = bytes.readInt();
        values[i] =
            length < 0 ? null : new String(bytes.readNBytes(length), StandardCharsets.UTF_8);
      }
      head = Row.of(values);
      return true;
    }

    void close() {
      if (file == null) {
        return;
      }
      try {
        bytes.close();
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
