package dev.epoch.gateway.schema;

import dev.epoch.events.Digest;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.snapshot.SchemaPages;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Schemas that commits recorded and that were read last, by the name of their root. What has a name
 * never changes, so that none is ever out of date. Those that are here share the objects of the
 * pages that they have in common.
 */
final class RecordedSchemas {
  /** In all; of a table, an object has some kilobytes. */
  static final int MOST_OBJECTS = 10_000;

  private final Map<Digest, SchemaPages.Read> byRoot = new LinkedHashMap<>(16, 0.75f, true);
  private int objects;

  /** How a schema is read: pages that are known need not be. */
  interface Reader {
    SchemaPages.Read read(Digest root, Function<List<Digest>, List<SchemaObject>> known);
  }

  /** The schema of this root, read if it is not here. */
  DatabaseSchema get(Digest root, Reader reader) {
    List<SchemaPages.Read> others;
    synchronized (byRoot) {
      SchemaPages.Read kept = byRoot.get(root);
      if (kept != null) {
        return kept.schema();
      }
      others = List.copyOf(byRoot.values());
    }
    SchemaPages.Read read = reader.read(root, page -> known(others, page));
    keep(root, read);
    return read.schema();
  }

  private static List<SchemaObject> known(List<SchemaPages.Read> schemas, List<Digest> page) {
    return schemas.reversed().stream()
        .filter(schema -> schema.pages().containsKey(page))
        .findFirst()
        .map(schema -> schema.pages().get(page))
        .orElse(null);
  }

  private void keep(Digest root, SchemaPages.Read read) {
    int size = read.schema().objects().size();
    if (size > MOST_OBJECTS) {
      return;
    }
    synchronized (byRoot) {
      if (byRoot.putIfAbsent(root, read) == null) {
        objects += size;
      }
      var oldest = byRoot.entrySet().iterator();
      while (objects > MOST_OBJECTS) {
        objects -= oldest.next().getValue().schema().objects().size();
        oldest.remove();
      }
    }
  }
}
