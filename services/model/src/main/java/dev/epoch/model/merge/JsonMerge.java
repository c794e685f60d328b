package dev.epoch.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.model.value.JsonDocuments;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Merges JSON objects key by key, objects in them likewise; everything else, arrays too, is one
 * piece.
 *
 * <pre>
 *   base    {"a": 1, "b": {"x": 1, "y": 1}}
 *   ours    {"a": 2, "b": {"x": 1, "y": 2}}          a by ours, b/x by theirs,
 *   theirs  {"a": 1, "b": {"x": 3, "y": 3}, "c": 1}  c added, conflict at /b/y
 *   merged  {"a": 2, "b": {"x": 3, "y": 2}, "c": 1}  ours in the place of the conflict
 * </pre>
 *
 * A part is merged by key only where it is an object in all three; an absent key differs from null.
 */
final class JsonMerge {
  /**
   * A part that both sides changed differently, null where it is absent.
   *
   * @param path JSON pointer
   */
  record PartConflict(String path, JsonNode base, JsonNode ours, JsonNode theirs) {}

  private final ObjectNode merged;
  private final List<PartConflict> conflicts = new ArrayList<>();
  private final List<PartConflict> agreed = new ArrayList<>();

  private JsonMerge(ObjectNode base, ObjectNode ours, ObjectNode theirs) {
    merged = merge("", base, ours, theirs);
  }

  /** The merge of three texts; empty if one of them is not an object that can be read. */
  static Optional<JsonMerge> of(String base, String ours, String theirs) {
    Optional<ObjectNode> b = JsonDocuments.readObject(base);
    Optional<ObjectNode> o = b.flatMap(x -> JsonDocuments.readObject(ours));
    Optional<ObjectNode> t = o.flatMap(x -> JsonDocuments.readObject(theirs));
    return t.map(theirObject -> new JsonMerge(b.get(), o.get(), theirObject));
  }

  List<PartConflict> conflicts() {
    return conflicts;
  }

  /** Parts that both sides changed to one value. */
  List<PartConflict> agreed() {
    return agreed;
  }

  /** With ours in the place of each conflict, unless {@link #set} put something else there. */
  ObjectNode merged() {
    return merged;
  }

  /** Puts a part, null to remove it, at the path of a conflict. */
  void set(String path, JsonNode part) {
    String[] keys = path.substring(1).split("/", -1);
    ObjectNode parent = merged;
    for (int i = 0; i < keys.length - 1; i++) {
      parent = (ObjectNode) parent.get(unescaped(keys[i]));
    }
    String key = unescaped(keys[keys.length - 1]);
    if (part == null) {
      parent.remove(key);
    } else {
      parent.set(key, part);
    }
  }

  private ObjectNode merge(String path, ObjectNode base, ObjectNode ours, ObjectNode theirs) {
    ObjectNode result = ours.objectNode();
    Set<String> keys = new LinkedHashSet<>();
    ours.fieldNames().forEachRemaining(keys::add);
    theirs.fieldNames().forEachRemaining(keys::add);
    for (String key : keys) {
      JsonNode part =
          part(path + "/" + escaped(key), base.get(key), ours.get(key), theirs.get(key));
      if (part != null) {
        result.set(key, part);
      }
    }
    return result;
  }

  private JsonNode part(String path, JsonNode base, JsonNode ours, JsonNode theirs) {
    if (JsonDocuments.same(base, theirs)) {
      return ours;
    }
    if (JsonDocuments.same(base, ours)) {
      return theirs;
    }
    if (base instanceof ObjectNode b
        && ours instanceof ObjectNode o
        && theirs instanceof ObjectNode t) {
      return merge(path, b, o, t);
    }
    (JsonDocuments.same(ours, theirs) ? agreed : conflicts)
        .add(new PartConflict(path, base, ours, theirs));
    return ours;
  }

  private static String escaped(String key) {
    return key.replace("~", "~0").replace("/", "~1");
  }

  private static String unescaped(String key) {
    return key.replace("~1", "/").replace("~0", "~");
  }
}
