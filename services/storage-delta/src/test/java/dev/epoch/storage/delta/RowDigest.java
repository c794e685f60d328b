package dev.epoch.storage.delta;

import dev.epoch.events.table.Column;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A digest of rows that does not depend on their order, nor on that of the columns: SHA-256 of the
 * sorted lines of canonical texts, as {@code golden.py} makes it of what delta-rs reads.
 *
 * @param rows how many there are
 */
record RowDigest(long rows, String digest) {
  static RowDigest of(DeltaVersion version) {
    List<Column> columns = version.columns();
    int[] order =
        IntStream.range(0, columns.size())
            .boxed()
            .sorted(Comparator.comparing(i -> columns.get(i).name()))
            .mapToInt(i -> i)
            .toArray();
    List<byte[]> lines = new ArrayList<>();
    try (RowStream<Row> rows = version.rows()) {
      rows.forEachRemaining(row -> lines.add(line(row, order)));
    }
    lines.sort(Arrays::compareUnsigned);
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (int i = 0; i < lines.size(); i++) {
        if (i > 0) {
          sha.update((byte) '\n');
        }
        sha.update(lines.get(i));
      }
      return new RowDigest(lines.size(), HexFormat.of().formatHex(sha.digest()).substring(0, 16));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] line(Row row, int[] order) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < order.length; i++) {
      String value = row.get(order[i]);
      line.append(i == 0 ? "" : "\u001f").append(value == null ? "\u0000" : value);
    }
    return line.toString().getBytes(StandardCharsets.UTF_8);
  }
}
