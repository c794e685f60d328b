package dev.epoch.model.schema.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.events.Digest;
import dev.epoch.model.changes.MalformedChunkException;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.SchemaObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A database's schema in chunks, each named by the SHA-256 of its bytes:
 *
 * <pre>
 *   root   {"format", "version", "schema": root of the {@link SchemaTree}, "objects": 3,
 *           "owner": of most objects, "owners": {"another": [ids], ...},
 *           "pages": [{"chunk", "objects"}, {"parts": [...], "objects": 1}, ...]}
 *            |
 *   page   one object a line, as {@link ObjectJson} writes it
 * </pre>
 *
 * Objects are in the order of their ids. A page ends behind an object whose name says so, so an
 * object that changes, comes or goes changes one page, and states of a schema share the others.
 */
public final class SchemaPages {
  static final String FORMAT = "epoch-database-schema";
  static final int VERSION = 1;
  static final int MAX_CHUNK_BYTES = 1024 * 1024;

  /** A page ends behind one object of so many, on the average. */
  private static final int OBJECTS_OF_A_PAGE = 16;

  private static final int MOST_PAGE_BYTES = 256 * 1024;

  private SchemaPages() {}

  /** What is written of a schema: where it begins, and the hash of what it says. */
  public record Written(Digest root, Digest schema, int objects) {}

  /**
   * @param tree of the schema
   * @param sink takes the chunks
   */
  public static Written write(
      DatabaseSchema schema, SchemaTree tree, BiConsumer<Digest, byte[]> sink) {
    ObjectNode root =
        ObjectJson.mapper()
            .createObjectNode()
            .put("format", FORMAT)
            .put("version", VERSION)
            .put("schema", tree.root().hex())
            .put("objects", schema.objects().size());
    owners(root, schema);
    ArrayNode pages = root.putArray("pages");
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    int inPage = 0;
    for (SchemaObject object : schema.objects().values()) {
      byte[] line = ObjectJson.bytes(object);
      if (page.size() > 0 && page.size() + line.length > MOST_PAGE_BYTES) {
        pages.add(page(page.toByteArray(), inPage, sink));
        page.reset();
        inPage = 0;
      }
      page.writeBytes(line);
      page.write('\n');
      inPage++;
      if (endsPage(object)) {
        pages.add(page(page.toByteArray(), inPage, sink));
        page.reset();
        inPage = 0;
      }
    }
    if (inPage > 0) {
      pages.add(page(page.toByteArray(), inPage, sink));
    }
    byte[] bytes = root.toString().getBytes(StandardCharsets.UTF_8);
    return new Written(put(bytes, sink), tree.root(), schema.objects().size());
  }

  /** Whose objects are is no part of the schema's hash, and in no page. */
  private static void owners(ObjectNode root, DatabaseSchema schema) {
    Map<String, List<String>> byOwner = new TreeMap<>();
    schema
        .owners()
        .forEach((id, owner) ->
            byOwner.computeIfAbsent(owner, _ -> new ArrayList<>()).add(id.toString()));
    if (byOwner.isEmpty()) {
      return;
    }
    String usual =
        schema.owners().size()
                < schema.objects().keySet().stream().filter(SchemaPages::isOwned).count()
            ? null
            : Collections.max(
                    byOwner.entrySet(), Comparator.comparingInt(entry -> entry.getValue().size()))
                .getKey();
    if (usual != null) {
      root.put("owner", usual);
      byOwner.remove(usual);
    }
    ObjectNode owners = root.putObject("owners");
    byOwner.forEach((owner, ids) -> ids.forEach(owners.putArray(owner)::add));
  }

  private static boolean isOwned(ObjectId id) {
    return id.kind() != ObjectKind.TABLE && id.kind() != ObjectKind.EXTENSION;
  }

  private static DatabaseSchema owned(DatabaseSchema schema, JsonNode root) {
    Map<String, String> named = new HashMap<>();
    root.path("owners")
        .properties()
        .forEach(entry -> entry.getValue().forEach(id -> named.put(id.asText(), entry.getKey())));
    String usual = root.path("owner").textValue();
    Map<ObjectId, String> owners = new HashMap<>();
    for (ObjectId id : schema.objects().keySet()) {
      String owner = named.getOrDefault(id.toString(), isOwned(id) ? usual : null);
      if (owner != null) {
        owners.put(id, owner);
      }
    }
    return schema.ownedAs(owners);
  }

  private static boolean endsPage(SchemaObject object) {
    byte[] id = object.id().toString().getBytes(StandardCharsets.UTF_8);
    return Integer.parseInt(Digest.of(id).hex().substring(0, 4), 16) % OBJECTS_OF_A_PAGE == 0;
  }

  private static ObjectNode page(byte[] page, int objects, BiConsumer<Digest, byte[]> sink) {
    ObjectNode entry = ObjectJson.mapper().createObjectNode();
    if (page.length <= MAX_CHUNK_BYTES) {
      entry.put("chunk", put(page, sink).hex());
    } else {
      ArrayNode parts = entry.putArray("parts");
      for (int from = 0; from < page.length; from += MAX_CHUNK_BYTES) {
        int to = Math.min(page.length, from + MAX_CHUNK_BYTES);
        parts.add(put(Arrays.copyOfRange(page, from, to), sink).hex());
      }
    }
    return entry.put("objects", objects);
  }

  private static Digest put(byte[] bytes, BiConsumer<Digest, byte[]> sink) {
    Digest name = Digest.of(bytes);
    sink.accept(name, bytes);
    return name;
  }

  /**
   * A schema with its pages.
   *
   * @param pages objects by the names of a page's chunks
   */
  public record Read(DatabaseSchema schema, Map<List<Digest>, List<SchemaObject>> pages) {}

  /**
   * Reads what {@link #write} wrote. Schemas that share a page share its objects, where the page is
   * known, so that comparing them looks at the other pages alone.
   *
   * @param known objects of a page that was read before, null for others
   * @param source of all named chunks at once, by their names
   * @throws MalformedChunkException if a chunk is no part of a schema
   */
  public static Read read(
      Digest root,
      Function<List<Digest>, List<SchemaObject>> known,
      Function<List<Digest>, Map<Digest, byte[]>> source) {
    JsonNode heading = tree(root, chunk(root, source.apply(List.of(root))));
    if (!heading.path("format").asText().equals(FORMAT)
        || heading.path("version").asInt() != VERSION) {
      throw new MalformedChunkException(root, "is no schema of version " + VERSION);
    }
    List<List<Digest>> pages = new ArrayList<>();
    for (JsonNode page : heading.path("pages")) {
      List<Digest> parts = new ArrayList<>();
      if (page.has("chunk")) {
        parts.add(new Digest(page.get("chunk").asText()));
      }
      page.path("parts").forEach(part -> parts.add(new Digest(part.asText())));
      pages.add(parts);
    }
    Map<List<Digest>, List<SchemaObject>> read = new LinkedHashMap<>();
    pages.forEach(page -> read.put(page, known.apply(page)));
    List<Digest> unknown =
        pages.stream()
            .filter(page -> read.get(page) == null)
            .flatMap(List::stream)
            .distinct()
            .toList();
    Map<Digest, byte[]> chunks = unknown.isEmpty() ? Map.of() : source.apply(unknown);
    read.replaceAll((page, objects) -> objects == null ? objects(page, chunks) : objects);
    List<SchemaObject> objects = pages.stream().flatMap(page -> read.get(page).stream()).toList();
    if (objects.size() != heading.path("objects").asInt()) {
      throw new MalformedChunkException(root, "has another number of objects than it should");
    }
    return new Read(owned(DatabaseSchema.of(objects), heading), read);
  }

  private static List<SchemaObject> objects(List<Digest> parts, Map<Digest, byte[]> chunks) {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    parts.forEach(part -> page.writeBytes(chunk(part, chunks)));
    return new String(page.toByteArray(), StandardCharsets.UTF_8)
        .lines()
        .map(line -> object(parts.getFirst(), line))
        .toList();
  }

  private static byte[] chunk(Digest name, Map<Digest, byte[]> chunks) {
    byte[] bytes = chunks.get(name);
    if (bytes == null) {
      throw new MalformedChunkException(name, "is missing");
    }
    return bytes;
  }

  private static JsonNode tree(Digest name, byte[] bytes) {
    try {
      return ObjectJson.mapper().readTree(bytes);
    } catch (IOException e) {
      throw new MalformedChunkException(name, "is no JSON", e);
    }
  }

  private static SchemaObject object(Digest page, String line) {
    try {
      return ObjectJson.object(tree(page, line.getBytes(StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException e) {
      throw new MalformedChunkException(page, "has a line that cannot be read", e);
    }
  }
}
