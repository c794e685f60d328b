package dev.epoch.model.schema.object;

import java.util.List;
import java.util.Set;

/** A composite type with its attributes in order. */
public record CompositeType(
    ObjectName name,
    List<Attribute> attributes,
    String comment,
    List<Privilege> privileges,
    Set<ObjectId> dependsOn)
    implements SchemaObject {

  /** An attribute; {@code collation} is null for the type's own. */
  public record Attribute(String name, String type, String collation) {}

  public CompositeType {
    attributes = List.copyOf(attributes);
    privileges = List.copyOf(privileges);
    dependsOn = Set.copyOf(dependsOn);
  }

  @Override
  public ObjectKind kind() {
    return ObjectKind.COMPOSITE;
  }
}
