package dev.epoch.model.changes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.events.Digest;
import dev.epoch.model.row.RowStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * Reads what {@link ChunkTreeWriter} wrote, in order, holding one chunk and one manifest per level.
 * Every chunk is checked against its name.
 */
final class ChunkTreeReader {
  private final Digest root;
  private final String format;
  private final Function<Digest, byte[]> source;
  private final ObjectNode heading;

  ChunkTreeReader(Digest root, String format, Function<Digest, byte[]> source) {
    this.root = root;
    this.format = format;
    this.source = source;
    heading = manifest(root);
  }

  /** The root with all it says. */
  ObjectNode heading() {
    return heading;
  }

  Digest root() {
    return root;
  }

  <T> RowStream<T> lines(Function<LineParser, T> line) {
    return new Lines<>(line);
  }

  private byte[] chunk(Digest name) {
    byte[] bytes = source.apply(name);
    if (bytes == null) {
      throw new MalformedChunkException(name, "is missing");
    }
    if (!Digest.of(bytes).equals(name)) {
      throw new MalformedChunkException(name, "has other bytes than its name says");
    }
    return bytes;
  }

  private ObjectNode manifest(Digest name) {
    byte[] bytes = chunk(name);
    try {
      if (ChunkTreeWriter.JSON.readTree(bytes) instanceof ObjectNode node
          && node.path("format").asText().equals(format)
          && node.path("version").asInt() == ChunkTreeWriter.VERSION
          && node.path("entries").isArray()) {
        return node;
      }
    } catch (IOException e) {
      throw new MalformedChunkException(name, "is no manifest", e);
    }
    throw new MalformedChunkException(
        name, "is no manifest of " + format + " version " + ChunkTreeWriter.VERSION);
  }

  private Digest digest(JsonNode node) {
    try {
      return new Digest(node.asText());
    } catch (IllegalArgumentException e) {
      throw new MalformedChunkException(root, "leads to an entry without a chunk's name", e);
    }
  }

  private final class Lines<T> implements RowStream<T> {
    private final Function<LineParser, T> line;
    private final Deque<Iterator<JsonNode>> entries = new ArrayDeque<>();
    private LineParser parser;
    private Digest current = root;
    private long expected;
    private T next;

    Lines(Function<LineParser, T> line) {
      this.line = line;
      entries.push(heading.get("entries").iterator());
    }

    @Override
    public boolean hasNext() {
      while (next == null) {
        if (parser == null && !open()) {
          return false;
        }
        advance();
      }
      return true;
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      T result = next;
      next = null;
      return result;
    }

    private void advance() {
      if (parser.atEnd()) {
        if (expected != 0) {
          throw new MalformedChunkException(current, "has another number of lines than it should");
        }
        parser = null;
        return;
      }
      try {
        expected--;
        next = line.apply(parser);
        parser.endOfLine();
      } catch (IllegalArgumentException e) {
        throw new MalformedChunkException(current, "has a line that cannot be read", e);
      }
    }

    private boolean open() {
      while (!entries.isEmpty()) {
        if (!entries.peek().hasNext()) {
          entries.pop();
          continue;
        }
        JsonNode entry = entries.peek().next();
        expected = entry.path("items").asLong();
        if (entry.has("manifest")) {
          entries.push(manifest(digest(entry.get("manifest"))).get("entries").iterator());
        } else {
          parser = entry.has("parts") ? joined(entry.get("parts")) : lines(entry.path("chunk"));
          return true;
        }
      }
      return false;
    }

    private LineParser joined(JsonNode parts) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (JsonNode part : parts) {
        current = digest(part);
        bytes.writeBytes(chunk(current));
      }
      return new LineParser(bytes.toByteArray());
    }

    private LineParser lines(JsonNode name) {
      current = digest(name);
      LineParser opened = new LineParser(chunk(current));
      try {
        opened.skipHeading();
        return opened;
      } catch (IllegalArgumentException e) {
        throw new MalformedChunkException(current, "has no heading", e);
      }
    }

    @Override
    public void close() {
      entries.clear();
      parser = null;
      next = null;
    }
  }
}
