package dev.epoch.storage.postgres.schema;

import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.storage.postgres.codec.TextNames;
import java.util.List;
import java.util.Map;

/**
 * What schemas are to be called, as names and inside of definitions: every {@code schema.} that a
 * definition has, quoted or not.
 */
final class SchemaNames {
  private final Map<String, String> names;
  private final TextNames qualifiers;

  /**
   * @param names of schemas, each with the one that it is to be called by
   */
  SchemaNames(Map<String, String> names) {
    this.names = Map.copyOf(names);
    TextNames renamed = TextNames.NONE;
    for (Map.Entry<String, String> name : names.entrySet()) {
      if (!name.getKey().equals(name.getValue())) {
        renamed =
            renamed.andSchema(
                List.of(name.getKey(), SqlName.quotedAlways(name.getKey())),
                SqlName.quoted(name.getValue()));
      }
    }
    this.qualifiers = renamed;
  }

  String schema(String name) {
    return names.getOrDefault(name, name);
  }

  ObjectName name(String schema, String name) {
    return new ObjectName(schema(schema), text(name));
  }

  /** A definition, null for null. */
  String text(String definition) {
    return qualifiers.in(definition);
  }
}
