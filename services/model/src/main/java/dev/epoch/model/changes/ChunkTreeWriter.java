package dev.epoch.model.changes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.events.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Cuts a stream of lines into chunks and names them in a tree of manifests, no chunk above a limit:
 *
 * <pre>
 *   root      {"format", "version", ..., "items": 3, "level": 1, "entries": [{"manifest", "items"}, ...]}
 *               |
 *   manifest  {"format", "version", "level": 0,
 *              "entries": [{"chunk", "items"}, {"parts": [..], "items": 1}, ...]}
 *               |                              \
 *   chunk     {"format", ...}\n             parts: a line too long for a chunk, cut anywhere
 *             line\n line\n ...
 * </pre>
 *
 * The root's entries are chunks (level 0) while they fit. A chunk, a part and a manifest are named
 * by the SHA-256 of their bytes; the same lines with the same heading give the same root.
 */
final class ChunkTreeWriter {
  static final int MAX_CHUNK_BYTES = 1024 * 1024;
  static final int VERSION = 1;
  static final ObjectMapper JSON = new ObjectMapper();

  /** Entries of one level that no manifest holds yet. */
  private static final class Level {
    private final ArrayNode entries = JSON.createArrayNode();
    private int bytes;
    private long items;
  }

  private final int maxBytes;
  private final BiConsumer<Digest, byte[]> sink;
  private final String format;
  private final byte[] header;
  private final ByteArrayOutputStream chunk;
  private final List<Level> levels = new ArrayList<>();
  private long itemsInChunk;
  private long items;

  /**
   * @param format name of what is written
   * @param heading what each chunk says about its lines
   */
  ChunkTreeWriter(
      String format, ObjectNode heading, int maxBytes, BiConsumer<Digest, byte[]> sink) {
    this.format = format;
    this.maxBytes = maxBytes;
    this.sink = sink;
    ObjectNode self = JSON.createObjectNode().put("format", format).put("version", VERSION);
    self.setAll(heading);
    header = (self + "\n").getBytes(StandardCharsets.UTF_8);
    chunk = new ByteArrayOutputStream();
  }

  /** Adds a line, its line feed included. */
  void line(byte[] bytes, int length) {
    items++;
    if (length > maxBytes - header.length) {
      endChunk();
      parts(bytes, length);
      return;
    }
    if (chunk.size() + length > maxBytes) {
      endChunk();
    }
    if (chunk.size() == 0) {
      chunk.writeBytes(header);
    }
    chunk.write(bytes, 0, length);
    itemsInChunk++;
  }

  private void endChunk() {
    if (itemsInChunk > 0) {
      Digest name = put(chunk.toByteArray());
      entry(0, JSON.createObjectNode().put("chunk", name.hex()), itemsInChunk);
      chunk.reset();
      itemsInChunk = 0;
    }
  }

  private void parts(byte[] bytes, int length) {
    ObjectNode entry = JSON.createObjectNode();
    ArrayNode parts = entry.putArray("parts");
    for (int from = 0; from < length; from += maxBytes) {
      int to = (int) Math.min(length, (long) from + maxBytes);
      parts.add(put(Arrays.copyOfRange(bytes, from, to)).hex());
    }
    entry(0, entry, 1);
  }

  private void entry(int depth, ObjectNode entry, long count) {
    if (depth == levels.size()) {
      levels.add(new Level());
    }
    Level level = levels.get(depth);
    entry.put("items", count);
    int bytes = bytes(entry).length + 1;
    if (level.bytes + bytes > maxBytes - 256 && !level.entries.isEmpty()) {
      endManifest(depth);
    }
    level.entries.add(entry);
    level.bytes += bytes;
    level.items += count;
  }

  private void endManifest(int depth) {
    Level level = levels.get(depth);
    ObjectNode manifest =
        JSON.createObjectNode().put("format", format).put("version", VERSION).put("level", depth);
    manifest.set("entries", level.entries.deepCopy());
    Digest name = put(bytes(manifest));
    long count = level.items;
    level.entries.removeAll();
    level.bytes = 0;
    level.items = 0;
    entry(depth + 1, JSON.createObjectNode().put("manifest", name.hex()), count);
  }

  long items() {
    return items;
  }

  /**
   * Writes what is left and the root.
   *
   * @param heading what the root says beside its entries
   */
  Digest finish(ObjectNode heading) {
    endChunk();
    if (levels.isEmpty()) {
      levels.add(new Level());
    }
    int depth = 0;
    while (true) {
      boolean top = depth == levels.size() - 1;
      if (top) {
        byte[] root = bytes(root(heading, depth));
        if (root.length <= maxBytes) {
          return put(root);
        }
        if (depth > 0 && levels.get(depth).entries.size() <= 1) {
          throw new IllegalArgumentException(
              "the columns' names do not fit into a chunk of " + maxBytes + " bytes");
        }
      }
      if (!levels.get(depth).entries.isEmpty()) {
        endManifest(depth);
      }
      depth++;
    }
  }

  private ObjectNode root(ObjectNode heading, int depth) {
    ObjectNode root = JSON.createObjectNode().put("format", format).put("version", VERSION);
    root.setAll(heading);
    root.put("items", items).put("level", depth).set("entries", levels.get(depth).entries);
    return root;
  }

  private Digest put(byte[] bytes) {
    Digest name = Digest.of(bytes);
    sink.accept(name, bytes);
    return name;
  }

  private static byte[] bytes(ObjectNode node) {
    try {
      return JSON.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts and numbers can be written", e);
    }
  }
}
