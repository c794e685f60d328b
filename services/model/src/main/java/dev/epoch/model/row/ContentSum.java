package dev.epoch.model.row;

import dev.epoch.events.Digest;
import dev.epoch.model.encoding.CanonicalBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * The sum of the hashes of a table's rows: the same for the same rows, in whatever order they came,
 * and updated by what changed instead of computed anew.
 *
 * <pre>
 *   row --canonical bytes--> SHA-256 --ChaCha20--> 16 lanes of 64 bits
 *                                                   |  +  +  +  ... modulo 2^64, lane by lane
 *   sum(rows) = lanes added up;   after a change: sum - lanes(before) + lanes(after)
 *   hash()    = SHA-256 of "epoch rows v1\n" and the 16 lanes, big endian
 * </pre>
 *
 * <p>Source: AdHash (M. Bellare, D. Micciancio, "A new paradigm for collision-free hashing", 1997)
 * in the vector form of LtHash (K. Lewi, W. Kim, I. Maykov, S. Weis, "Securing update propagation
 * with homomorphic hashing", 2019).
 *
 * <p><b>What it is good for.</b> Different rows have the same hash by accident with a chance of
 * about 2^-256; it finds every fault of disks, networks and programs that leaves the rows
 * different. It is <em>not</em> as hard to outwit as SHA-256 for somebody who may choose a great
 * many rows freely: the sum is 1024 bits wide, and Wagner's generalised birthday attack finds two
 * sets of about 2^32 rows with the same sum in about 2^64 steps and as much memory. (The published
 * LtHash takes 1024 lanes of 16 bits, 2 KiB per table and many times the work per row, for 200 bits
 * of security.) So do not rest a proof against a party that writes the table itself on this hash
 * alone.
 *
 * <p>Mutable, not for several threads. Sums taken in parallel are joined with {@link #plus}.
 */
public final class ContentSum {
  static final int LANES = 16;
  private static final byte[] FORMAT = "epoch rows v1\n".getBytes(StandardCharsets.US_ASCII);

  private final long[] lanes = new long[LANES];

  /** The sum of no rows. */
  public ContentSum() {}

  public ContentSum add(RowHasher hasher, Row row) {
    long[] added = hasher.lanes(row);
    for (int i = 0; i < LANES; i++) {
      lanes[i] += added[i];
    }
    return this;
  }

  /** The inverse of {@link #add}, whichever comes first. */
  public ContentSum remove(RowHasher hasher, Row row) {
    long[] removed = hasher.lanes(row);
    for (int i = 0; i < LANES; i++) {
      lanes[i] -= removed[i];
    }
    return this;
  }

  /**
   * Removes the row before the change, if there was one, and adds the one after it, if there is.
   */
  public ContentSum apply(RowHasher hasher, RowChange change) {
    if (change.before() != null) {
      remove(hasher, change.before());
    }
    if (change.after() != null) {
      add(hasher, change.after());
    }
    return this;
  }

  public ContentSum plus(ContentSum other) {
    for (int i = 0; i < LANES; i++) {
      lanes[i] += other.lanes[i];
    }
    return this;
  }

  public ContentSum minus(ContentSum other) {
    for (int i = 0; i < LANES; i++) {
      lanes[i] -= other.lanes[i];
    }
    return this;
  }

  public ContentSum copy() {
    return new ContentSum().plus(this);
  }

  /** The content hash of the rows. */
  public Digest hash() {
    return new CanonicalBytes(FORMAT.length + LANES * Long.BYTES).raw(FORMAT).raw(bytes()).sha256();
  }

  public String toBase64() {
    return Base64.getEncoder().encodeToString(bytes());
  }

  /**
   * @throws IllegalArgumentException if the text is no sum
   */
  public static ContentSum fromBase64(String text) {
    byte[] bytes = Base64.getDecoder().decode(text);
    if (bytes.length != LANES * Long.BYTES) {
      throw new IllegalArgumentException(
          "a content sum has " + LANES * Long.BYTES + " bytes, not " + bytes.length);
    }
    ContentSum sum = new ContentSum();
    ByteBuffer.wrap(bytes).asLongBuffer().get(sum.lanes);
    return sum;
  }

  private byte[] bytes() {
    ByteBuffer buffer = ByteBuffer.allocate(LANES * Long.BYTES);
    buffer.asLongBuffer().put(lanes);
    return buffer.array();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ContentSum sum && Arrays.equals(lanes, sum.lanes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(lanes);
  }

  @Override
  public String toString() {
    return toBase64();
  }
}
