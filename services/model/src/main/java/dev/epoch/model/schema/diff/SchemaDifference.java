package dev.epoch.model.schema.diff;

import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.SchemaObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What makes one schema of a database another: an entry for each object that differs. The order of
 * columns is no difference.
 *
 * @param changes by id
 */
public record SchemaDifference(SortedMap<ObjectId, ObjectChange> changes) {
  public SchemaDifference {
    changes = Collections.unmodifiableSortedMap(new TreeMap<>(changes));
  }

  /** Costs what the objects are, and their parts only where two objects are not equal. */
  public static SchemaDifference between(DatabaseSchema before, DatabaseSchema after) {
    SortedMap<ObjectId, ObjectChange> changes = new TreeMap<>();
    before
        .objects()
        .forEach((id, old) -> {
          SchemaObject now = after.objects().get(id);
          if (now == null) {
            changes.put(id, new ObjectChange.Removed(old));
          } else if (!old.equals(now)) {
            List<PartChange> parts = Parts.between(old, now);
            if (!parts.isEmpty()) {
              changes.put(id, new ObjectChange.Modified(old, now, parts));
            }
          }
        });
    for (Map.Entry<ObjectId, SchemaObject> now : after.objects().entrySet()) {
      if (!before.objects().containsKey(now.getKey())) {
        changes.put(now.getKey(), new ObjectChange.Added(now.getValue()));
      }
    }
    return new SchemaDifference(changes);
  }

  /** The way back of the same objects: what makes {@code before} of {@code after} again. */
  public SchemaDifference back(DatabaseSchema before, DatabaseSchema after) {
    SortedMap<ObjectId, ObjectChange> back = new TreeMap<>(between(after, before).changes);
    back.keySet().retainAll(changes.keySet());
    return new SchemaDifference(back);
  }

  public boolean isEmpty() {
    return changes.isEmpty();
  }

  public Optional<ObjectChange> of(ObjectId id) {
    return Optional.ofNullable(changes.get(id));
  }

  /** The changes of a kind, by id. */
  public <T extends ObjectChange> List<T> of(Class<T> kind) {
    List<T> found = new ArrayList<>();
    for (ObjectChange change : changes.values()) {
      if (kind.isInstance(change)) {
        found.add(kind.cast(change));
      }
    }
    return found;
  }
}
