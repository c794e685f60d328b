package dev.epoch.model.row;

import dev.epoch.events.Digest;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.encoding.CanonicalBytes;
import dev.epoch.model.value.CanonicalForm;
import dev.epoch.model.value.Values;
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
 *   per column that is not generated, and whose value in this row is not its initial default, in the
 *   order of the ids' code units:
 *     text       id of the column
 *     text       value, {@link Values#canonical canonical}
 *   if there are any of the following: an empty text
 *   per column that has an initial default and is null in this row, in the same order:
 *     text       id of the column
 *     1 byte     0
 * </pre>
 *
 * The parts are written by {@link CanonicalBytes}, so two rows have the same bytes exactly if they
 * have the same values in the same columns.
 *
 * <p>Columns go by <em>id</em>: the name under which the table first had them, so that a rename
 * changes no hash, and the same column made on two branches or two backends hashes alike. The order
 * of columns does not count.
 *
 * <p>A value equal to the column's {@link Column#initialDefault initial default} is left out, null
 * where it has none: rows that were there before the column hash as before it. Generated columns
 * are left out: a merge does not know their values before the database computes them, and they say
 * nothing that the others do not.
 *
 * <p>Holds buffers: one per thread.
 */
public final class RowHasher {
  private static final byte VERSION = 1;
  private static final byte[] VERSION_BYTES = {VERSION};

  /**
   * @param initial canonical text of the initial default, null for NULL
   */
  private record Part(int column, byte[] id, CanonicalForm form, String initial) {}

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
            .sorted(Comparator.comparing(i -> columns.get(i).id()))
            .map(i -> part(i, columns.get(i)))
            .toArray(Part[]::new);
  }

  private static Part part(int index, Column column) {
    CanonicalForm form = Values.form(column.type());
    return new Part(
        index,
        new CanonicalBytes().text(column.id()).toByteArray(),
        form,
        column.initialDefault() == null ? null : form.canonical(column.initialDefault()));
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
    boolean nulls = false;
    for (Part part : parts) {
      String value = row.get(part.column);
      if (value == null) {
        nulls |= part.initial != null;
      } else {
        String canonical = part.form.canonical(value);
        if (!canonical.equals(part.initial)) {
          bytes.raw(part.id).text(canonical);
        }
      }
    }
    if (nulls) {
      bytes.text("");
      for (Part part : parts) {
        if (part.initial != null && row.get(part.column) == null) {
          bytes.raw(part.id).flag(false);
        }
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
