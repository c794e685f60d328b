package dev.epoch.model.commit;

import dev.epoch.events.Actor;
import dev.epoch.events.table.TableEntry;
import dev.epoch.model.encoding.CanonicalBytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Computes the id of a commit: the SHA-256 of these bytes ({@link CanonicalBytes} says how each
 * part is written).
 *
 * <pre>
 *   16 bytes   "epoch commit v1\n" in ASCII
 *   int        number of parents
 *     32 bytes   id of each parent, in order
 *   int        number of tables
 *     per table, in the order of the code units of its name:
 *     text       name
 *     32 bytes   schema hash
 *     32 bytes   content hash
 *     long       number of rows
 *   text       author: id
 *   text       author: name
 *   text       author: e-mail address
 *   text       message
 *   long       time: seconds since 1970-01-01T00:00:00Z
 *   int        time: nanoseconds of the second
 * </pre>
 *
 * Where the rows are and how they came there is no part of it: the same history has the same ids on
 * every backend.
 */
public final class CommitIds {
  private static final byte[] FORMAT = "epoch commit v1\n".getBytes(StandardCharsets.US_ASCII);

  private CommitIds() {}

  /**
   * @param parents in order
   * @param tables every table of the commit by its name, unchanged ones included
   */
  public static CommitId compute(
      List<CommitId> parents,
      Map<String, TableEntry> tables,
      Actor author,
      String message,
      Instant time) {
    CanonicalBytes bytes = new CanonicalBytes().raw(FORMAT).integer(parents.size());
    for (CommitId parent : parents) {
      bytes.raw(HexFormat.of().parseHex(parent.hex()));
    }
    Collection<TableEntry> sorted = sorted(tables);
    bytes.integer(sorted.size());
    for (TableEntry table : sorted) {
      bytes
          .text(table.name())
          .digest(table.schemaHash())
          .digest(table.contentHash())
          .longInteger(table.rowCount());
    }
    bytes.text(author.id()).text(author.name()).text(author.email()).text(message);
    bytes.longInteger(time.getEpochSecond()).integer(time.getNano());
    return CommitId.of(bytes.sha256());
  }

  private static Collection<TableEntry> sorted(Map<String, TableEntry> tables) {
    for (Map.Entry<String, TableEntry> entry : tables.entrySet()) {
      if (!entry.getKey().equals(entry.getValue().name())) {
        throw new IllegalArgumentException(
            "table " + entry.getValue().name() + " is filed under " + entry.getKey());
      }
    }
    return new TreeMap<>(tables).values();
  }
}
