package dev.epoch.model.schema.object;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All objects of some schemas of a database, by their ids.
 *
 * @param owners roles that own objects that are no tables, as far as they are known; not a part of
 *     what the schema is: schemas are equal if their objects are
 */
public record DatabaseSchema(
    SortedMap<ObjectId, SchemaObject> objects, SortedMap<ObjectId, String> owners) {
  public DatabaseSchema {
    objects = Collections.unmodifiableSortedMap(new TreeMap<>(objects));
    owners = Collections.unmodifiableSortedMap(new TreeMap<>(owners));
  }

  /** Whose objects they are is not known. */
  public DatabaseSchema(SortedMap<ObjectId, SchemaObject> objects) {
    this(objects, Collections.emptySortedMap());
  }

  public static DatabaseSchema of(Collection<? extends SchemaObject> objects) {
    SortedMap<ObjectId, SchemaObject> byId = new TreeMap<>();
    objects.forEach(object -> byId.put(object.id(), object));
    return new DatabaseSchema(byId);
  }

  /** The same with owners, as far as they own objects of it. */
  public DatabaseSchema ownedAs(Map<ObjectId, String> others) {
    SortedMap<ObjectId, String> known = new TreeMap<>(others);
    known.keySet().retainAll(objects.keySet());
    return new DatabaseSchema(objects, known);
  }

  public Optional<SchemaObject> get(ObjectId id) {
    return Optional.ofNullable(objects.get(id));
  }

  public Optional<TableDefinition> table(ObjectName name) {
    return get(new ObjectId(ObjectKind.TABLE, name)).map(TableDefinition.class::cast);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DatabaseSchema schema && objects.equals(schema.objects);
  }

  @Override
  public int hashCode() {
    return objects.hashCode();
  }
}
