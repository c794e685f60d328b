package dev.epoch.gateway.schema;

import dev.epoch.events.Digest;
import dev.epoch.model.schema.object.DatabaseSchema;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Schemas that commits recorded and that were read last, by the name of their root. What has a name
 * never changes, so that none is ever out of date.
 */
final class RecordedSchemas {
  /** In all; of a table, an object has some kilobytes. */
  static final int MOST_OBJECTS = 10_000;

  private final Map<Digest, DatabaseSchema> byRoot = new LinkedHashMap<>(16, 0.75f, true);
  private int objects;

  /** The schema of this root, read if it is not here. */
  DatabaseSchema get(Digest root, Function<Digest, DatabaseSchema> read) {
    synchronized (byRoot) {
      DatabaseSchema kept = byRoot.get(root);
      if (kept != null) {
        return kept;
      }
    }
    DatabaseSchema schema = read.apply(root);
    keep(root, schema);
    return schema;
  }

  private void keep(Digest root, DatabaseSchema schema) {
    int size = schema.objects().size();
    if (size > MOST_OBJECTS) {
      return;
    }
    synchronized (byRoot) {
      if (byRoot.putIfAbsent(root, schema) == null) {
        objects += size;
      }
      var oldest = byRoot.entrySet().iterator();
      while (objects > MOST_OBJECTS) {
        objects -= oldest.next().getValue().objects().size();
        oldest.remove();
      }
    }
  }
}
