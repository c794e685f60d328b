package dev.epoch.model.schema.snapshot;

import dev.epoch.events.Digest;
import dev.epoch.model.encoding.CanonicalBytes;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.SchemaObject;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The hashes of a database's schema, a Merkle tree of SHA-256:
 *
 * <pre>
 *                    database
 *               /       |        \
 *          object    object    object        by kind and name
 *         /   |   \
 *     facts  part  part                      of a table: columns, constraints, indexes ... by name
 * </pre>
 *
 * Two databases have the same root exactly if their objects are the same, whatever the order of
 * columns, their ids, and white space in functions and views. What an object depends on is no part
 * of its hash: its text names what it needs.
 *
 * <p>{@link #next} computes only the paths of what has changed.
 */
public final class SchemaTree {
  /** An object's hash and those of its parts, {@code column name} and the like. */
  private record Node(SchemaObject object, Digest hash, Map<ObjectParts.Part, Digest> parts) {}

  private final SortedMap<ObjectId, Node> nodes;
  private final Digest root;
  private final int computed;

  private SchemaTree(SortedMap<ObjectId, Node> nodes, Digest root, int computed) {
    this.nodes = nodes;
    this.root = root;
    this.computed = computed;
  }

  public static SchemaTree of(DatabaseSchema schema) {
    return computed(schema, Collections.emptySortedMap(), null);
  }

  /** The tree of another state of the database. */
  public SchemaTree next(DatabaseSchema schema) {
    return computed(schema, nodes, root);
  }

  private static SchemaTree computed(
      DatabaseSchema schema, SortedMap<ObjectId, Node> former, Digest formerRoot) {
    SortedMap<ObjectId, Node> nodes = new TreeMap<>();
    int computed = 0;
    boolean changed = formerRoot == null || former.size() != schema.objects().size();
    for (Map.Entry<ObjectId, SchemaObject> entry : schema.objects().entrySet()) {
      Node known = former.get(entry.getKey());
      SchemaObject object = entry.getValue();
      if (known != null && (known.object() == object || known.object().equals(object))) {
        nodes.put(entry.getKey(), known);
        continue;
      }
      Map<ObjectParts.Part, Digest> parts = new HashMap<>();
      TreeMap<String, Digest> byName = new TreeMap<>();
      for (ObjectParts.Part part : ObjectParts.of(object)) {
        Digest hash = known == null ? null : known.parts().get(part);
        if (hash == null) {
          hash = part.hash();
          computed++;
        }
        parts.put(part, hash);
        byName.put(part.name(), hash);
      }
      CanonicalBytes bytes = new CanonicalBytes().text(object.kind().name());
      byName.forEach((name, hash) -> bytes.text(name).digest(hash));
      Node node = new Node(object, bytes.sha256(), parts);
      computed++;
      nodes.put(entry.getKey(), node);
      changed |= known == null || !known.hash().equals(node.hash());
    }
    if (!changed) {
      return new SchemaTree(nodes, formerRoot, computed);
    }
    CanonicalBytes bytes = new CanonicalBytes().text("epoch schema tree v1");
    nodes.forEach((id, node) ->
        bytes
            .text(id.kind().name())
            .text(id.name().schema())
            .text(id.name().name())
            .digest(node.hash()));
    return new SchemaTree(nodes, bytes.sha256(), computed + 1);
  }

  /** The hash of everything. */
  public Digest root() {
    return root;
  }

  public Optional<Digest> hash(ObjectId object) {
    return Optional.ofNullable(nodes.get(object)).map(Node::hash);
  }

  /** The hash of one object. */
  public static Digest hash(SchemaObject object) {
    TreeMap<String, Digest> byName = new TreeMap<>();
    ObjectParts.of(object).forEach(part -> byName.put(part.name(), part.hash()));
    CanonicalBytes bytes = new CanonicalBytes().text(object.kind().name());
    byName.forEach((name, hash) -> bytes.text(name).digest(hash));
    return bytes.sha256();
  }

  /** How many hashes were computed for this tree, which were not known from the one before. */
  public int computed() {
    return computed;
  }
}
