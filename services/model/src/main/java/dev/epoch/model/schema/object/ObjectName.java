package dev.epoch.model.schema.object;

import java.util.Comparator;
import java.util.Objects;

/**
 * The name of an object, unquoted.
 *
 * @param schema it stands in; empty for objects that stand in none (extensions)
 * @param name of the object; of a function with the types of its arguments, {@code area(integer,
 *     integer)}
 */
public record ObjectName(String schema, String name) implements Comparable<ObjectName> {
  private static final Comparator<ObjectName> ORDER =
      Comparator.comparing(ObjectName::schema).thenComparing(ObjectName::name);

  public ObjectName {
    Objects.requireNonNull(schema, "schema");
    Objects.requireNonNull(name, "name");
  }

  @Override
  public int compareTo(ObjectName other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return schema.isEmpty() ? name : schema + "." + name;
  }
}
