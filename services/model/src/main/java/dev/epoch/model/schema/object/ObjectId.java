package dev.epoch.model.schema.object;

import java.util.Comparator;
import java.util.Objects;

/** What an object is the same by, in two schemas: its kind and name. */
public record ObjectId(ObjectKind kind, ObjectName name) implements Comparable<ObjectId> {
  private static final Comparator<ObjectId> ORDER =
      Comparator.comparing(ObjectId::kind).thenComparing(ObjectId::name);

  public ObjectId {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(name, "name");
  }

  @Override
  public int compareTo(ObjectId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return kind.label() + " " + name;
  }
}
