package dev.epoch.model.schema.object;

import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** All objects of some schemas of a database, by their ids. */
public record DatabaseSchema(SortedMap<ObjectId, SchemaObject> objects) {
  public DatabaseSchema {
    objects = Collections.unmodifiableSortedMap(new TreeMap<>(objects));
  }

  public static DatabaseSchema of(Collection<? extends SchemaObject> objects) {
    SortedMap<ObjectId, SchemaObject> byId = new TreeMap<>();
    objects.forEach(object -> byId.put(object.id(), object));
    return new DatabaseSchema(byId);
  }

  public Optional<SchemaObject> get(ObjectId id) {
    return Optional.ofNullable(objects.get(id));
  }

  public Optional<TableDefinition> table(ObjectName name) {
    return get(new ObjectId(ObjectKind.TABLE, name)).map(TableDefinition.class::cast);
  }
}
