package dev.epoch.model.commit;

import dev.epoch.events.Digest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The older commits of a graph, {@value GraphSegment#SIZE} to a segment, found by number and by id.
 * Immutable: one with another segment shares those before.
 *
 * <pre>
 *   number --> segment, place           id --binary search--> sorted: numbers in the order of ids
 * </pre>
 */
public final class GraphSegments {
  public static final GraphSegments NONE = new GraphSegments(List.of(), new int[0]);

  /** Bits of an id that tell the most buckets that it is sorted into. */
  private static final int MAX_BUCKET_BITS = 24;

  private final List<GraphSegment> segments;
  private final int[] sorted;

  private GraphSegments(List<GraphSegment> segments, int[] sorted) {
    this.segments = segments;
    this.sorted = sorted;
  }

  /** The segments in order. */
  public static GraphSegments of(List<GraphSegment> segments) {
    GraphSegments all =
        new GraphSegments(List.copyOf(segments), new int[segments.size() * GraphSegment.SIZE]);
    all.sort();
    return all;
  }

  /** With one segment more; costs what copying an array of all numbers costs. */
  public GraphSegments plus(GraphSegment segment) {
    List<GraphSegment> more = new ArrayList<>(segments);
    more.add(segment);
    GraphSegments all =
        new GraphSegments(List.copyOf(more), new int[sorted.length + GraphSegment.SIZE]);
    Integer[] added = new Integer[GraphSegment.SIZE];
    Arrays.setAll(added, i -> sorted.length + i);
    Arrays.sort(added, all::compare);
    int from = 0;
    int to = 0;
    for (int number : added) {
      int place = from + lowerBound(GraphSegment.idBytes(all.id(number)), from);
      System.arraycopy(sorted, from, all.sorted, to, place - from);
      to += place - from;
      from = place;
      all.sorted[to++] = number;
    }
    System.arraycopy(sorted, from, all.sorted, to, sorted.length - from);
    return all;
  }

  /** How many commits. */
  public int size() {
    return sorted.length;
  }

  public List<GraphSegment> segments() {
    return segments;
  }

  /** The number of the commit of this id, -1 if there is none, or if it is no id at all. */
  public int number(String id) {
    if (!Digest.isDigest(id)) {
      return -1;
    }
    byte[] bytes = GraphSegment.idBytes(id);
    int place = lowerBound(bytes, 0);
    return place < sorted.length && compare(sorted[place], bytes) == 0 ? sorted[place] : -1;
  }

  /** Ids that begin with these lower-case hexadecimal digits, in order, at most {@code limit}. */
  public List<String> startingWith(String prefix, int limit) {
    List<String> found = new ArrayList<>();
    int place = lowerBound(GraphSegment.idBytes((prefix + "0".repeat(64)).substring(0, 64)), 0);
    for (; place < sorted.length && found.size() < limit; place++) {
      String id = id(sorted[place]);
      if (!id.startsWith(prefix)) {
        break;
      }
      found.add(id);
    }
    return found;
  }

  public String id(int number) {
    return segment(number).id(number % GraphSegment.SIZE);
  }

  public int[] parents(int number) {
    return segment(number).parents(number % GraphSegment.SIZE);
  }

  public int generation(int number) {
    return segment(number).generation(number % GraphSegment.SIZE);
  }

  public Instant time(int number) {
    return segment(number).time(number % GraphSegment.SIZE);
  }

  /** Version of the stream at which the commit was made. */
  public long version(int number) {
    return segment(number).version(number % GraphSegment.SIZE);
  }

  private GraphSegment segment(int number) {
    return segments.get(number / GraphSegment.SIZE);
  }

  /** How many of the sorted numbers from this place on have smaller ids. */
  private int lowerBound(byte[] id, int from) {
    int low = from;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(sorted[middle], id) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - from;
  }

  private int compare(int number, byte[] id) {
    int start = number % GraphSegment.SIZE * GraphSegment.ID_BYTES;
    return Arrays.compareUnsigned(
        segment(number).ids, start, start + GraphSegment.ID_BYTES, id, 0, id.length);
  }

  private int compare(int left, int right) {
    int start = right % GraphSegment.SIZE * GraphSegment.ID_BYTES;
    int other = left % GraphSegment.SIZE * GraphSegment.ID_BYTES;
    return Arrays.compareUnsigned(
        segment(left).ids,
        other,
        other + GraphSegment.ID_BYTES,
        segment(right).ids,
        start,
        start + GraphSegment.ID_BYTES);
  }

  /** Ids are hashes: each of as many buckets as there are ids gets about one. */
  private void sort() {
    int bits = Math.min(MAX_BUCKET_BITS, 32 - Integer.numberOfLeadingZeros(sorted.length));
    int[] ends = new int[(1 << bits) + 1];
    for (int number = 0; number < sorted.length; number++) {
      ends[bucket(number, bits) + 1]++;
    }
    for (int i = 1; i < ends.length; i++) {
      ends[i] += ends[i - 1];
    }
    for (int number = 0; number < sorted.length; number++) {
      sorted[ends[bucket(number, bits)]++] = number;
    }
    for (int i = 1; i < sorted.length; i++) {
      int number = sorted[i];
      int place = i;
      while (place > 0 && compare(sorted[place - 1], number) > 0) {
        sorted[place] = sorted[place - 1];
        place--;
      }
      sorted[place] = number;
    }
  }

  private int bucket(int number, int bits) {
    byte[] ids = segment(number).ids;
    int start = number % GraphSegment.SIZE * GraphSegment.ID_BYTES;
    int first = (ids[start] & 0xFF) << 16 | (ids[start + 1] & 0xFF) << 8 | ids[start + 2] & 0xFF;
    return first >>> (MAX_BUCKET_BITS - bits);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GraphSegments that
        && Arrays.equals(sorted, that.sorted)
        && idsOf(segments).equals(idsOf(that.segments));
  }

  private static List<String> idsOf(List<GraphSegment> segments) {
    return segments.stream().map(segment -> HexFormat.of().formatHex(segment.ids)).toList();
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sorted);
  }
}
