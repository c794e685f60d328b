package dev.epoch.model.row;

import dev.epoch.events.Digest;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.encoding.CanonicalBytes;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Hashes rows of one schema. What is hashed:
 *
 * <pre>
 *   1 byte     1, the version of this format
 *   per column that is not generated and not null in this row, in the order of the names' code units:
 *     text       name of the column
 *     text       value, {@link Values#canonical canonical}
 * </pre>
 *
 * The parts are written by {@link CanonicalBytes}, so two rows have the same bytes exactly if they
 * have the same values under the same names.
 *
 * <p>Columns go by <em>name</em>, not by id: ids are given by whoever meets a column first, so the
 * same column made on two branches, or the same table on two backends, would hash differently, and
 * nobody outside could compute the hash. The order of columns does not count. The price is that a
 * renamed column changes the hash of every row that has a value there.
 *
 * <p>A null is left out: it differs from the empty text, and a new column without default leaves
 * every hash as it was. Generated columns are left out: a merge does not know their values before
 * the database computes them, and they say nothing that the others do not.
 *
 * <p>Holds buffers: one per thread.
 */
public final class RowHasher {
  private static final byte VERSION = 1;
  private static final byte[] VERSION_BYTES = {VERSION};

  private record Part(int column, byte[] name, Values.Form form) {}

  private final Part[] parts;
  private final CanonicalBytes bytes = new CanonicalBytes();
  private final MessageDigest sha256 = Digest.sha256();
  private final byte[] digest = new byte[32];
  private final long[] lanes = new long[ContentSum.LANES];

  public RowHasher(TableSchema schema) {
    List<Column> columns = schema.columns();
    parts =
        IntStream.range(0, columns.size())
            .filter(i -> !columns.get(i).generated())
            .boxed()
            .sorted(Comparator.comparing(i -> columns.get(i).name()))
            .map(i -> part(i, columns.get(i)))
            .toArray(Part[]::new);
  }

  private static Part part(int index, Column column) {
    return new Part(
        index, new CanonicalBytes().text(column.name()).toByteArray(), Values.form(column.type()));
  }

  /** The SHA-256 of a row. */
  public Digest hash(Row row) {
    digest(row);
    return new Digest(java.util.HexFormat.of().formatHex(digest));
  }

  /** What the row adds to a {@link ContentSum}; valid until the next call. */
  long[] lanes(Row row) {
    digest(row);
    LaneExpansion.expand(digest, lanes);
    return lanes;
  }

  private void digest(Row row) {
    bytes.reset().raw(VERSION_BYTES);
    for (Part part : parts) {
      String value = row.get(part.column);
      if (value != null) {
        bytes.raw(part.name).text(part.form.canonical(value));
      }
    }
    bytes.addTo(sha256);
    try {
      sha256.digest(digest, 0, digest.length);
    } catch (DigestException e) {
      throw new IllegalStateException("a SHA-256 has 32 bytes", e);
    }
  }
}
