package dev.epoch.model.commit;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;

/**
 * {@value #SIZE} commits of the graph that follow each other, in 60 bytes each: what walks need,
 * and nothing that people read. Never changes.
 *
 * <pre>
 *   ids        32 bytes each
 *   starts     where the parents of each commit begin in
 *   parents    numbers of commits, of earlier segments too
 *   generations, times (microseconds since 1970), versions of the stream
 * </pre>
 */
public final class GraphSegment {
  public static final int SIZE = 512;
  static final int ID_BYTES = 32;

  /**
   * A commit of the graph.
   *
   * @param id as 64 digits
   * @param parents their numbers, in order
   * @param generation 0 for the root, else one more than the greatest of the parents
   * @param time of the commit
   * @param version of the stream at which it was made
   */
  public record Node(String id, int[] parents, int generation, Instant time, long version) {}

  final byte[] ids;
  private final int[] starts;
  private final int[] parents;
  private final int[] generations;
  private final long[] times;
  private final long[] versions;

  private GraphSegment(int parents) {
    this.ids = new byte[SIZE * ID_BYTES];
    this.starts = new int[SIZE + 1];
    this.parents = new int[parents];
    this.generations = new int[SIZE];
    this.times = new long[SIZE];
    this.versions = new long[SIZE];
  }

  /**
   * @param nodes {@value #SIZE} commits in the order of their numbers
   */
  public static GraphSegment of(List<Node> nodes) {
    if (nodes.size() != SIZE) {
      throw new IllegalArgumentException("a segment has %d commits".formatted(SIZE));
    }
    GraphSegment segment =
        new GraphSegment(nodes.stream().mapToInt(node -> node.parents().length).sum());
    int parents = 0;
    for (int i = 0; i < SIZE; i++) {
      Node node = nodes.get(i);
      System.arraycopy(idBytes(node.id()), 0, segment.ids, i * ID_BYTES, ID_BYTES);
      for (int parent : node.parents()) {
        segment.parents[parents++] = parent;
      }
      segment.starts[i + 1] = parents;
      segment.generations[i] = node.generation();
      segment.times[i] = ChronoUnit.MICROS.between(Instant.EPOCH, node.time());
      segment.versions[i] = node.version();
    }
    return segment;
  }

  /** The bytes that {@link #decode} reads. */
  public byte[] encode() {
    ByteBuffer bytes =
        ByteBuffer.allocate(
            ids.length + SIZE * (2 * Integer.BYTES + 2 * Long.BYTES) + parents.length * 4);
    bytes.put(ids);
    for (int i = 0; i < SIZE; i++) {
      bytes.putInt(starts[i + 1]).putInt(generations[i]).putLong(times[i]).putLong(versions[i]);
    }
    for (int parent : parents) {
      bytes.putInt(parent);
    }
    return bytes.array();
  }

  /**
   * @throws IllegalArgumentException if these are not the bytes of a segment
   */
  public static GraphSegment decode(byte[] encoded) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(encoded);
      int fixed = SIZE * (ID_BYTES + 2 * Integer.BYTES + 2 * Long.BYTES);
      GraphSegment segment = new GraphSegment((encoded.length - fixed) / Integer.BYTES);
      bytes.get(segment.ids);
      for (int i = 0; i < SIZE; i++) {
        segment.starts[i + 1] = bytes.getInt();
        segment.generations[i] = bytes.getInt();
        segment.times[i] = bytes.getLong();
        segment.versions[i] = bytes.getLong();
      }
      for (int i = 0; i < segment.parents.length; i++) {
        segment.parents[i] = bytes.getInt();
      }
      return segment;
    } catch (BufferUnderflowException | NegativeArraySizeException e) {
      throw new IllegalArgumentException("no segment of a graph", e);
    }
  }

  static byte[] idBytes(String id) {
    return HexFormat.of().parseHex(id);
  }

  String id(int place) {
    return HexFormat.of().formatHex(ids, place * ID_BYTES, (place + 1) * ID_BYTES);
  }

  int[] parents(int place) {
    return java.util.Arrays.copyOfRange(parents, starts[place], starts[place + 1]);
  }

  int generation(int place) {
    return generations[place];
  }

  Instant time(int place) {
    return Instant.EPOCH.plus(times[place], ChronoUnit.MICROS);
  }

  long version(int place) {
    return versions[place];
  }
}
