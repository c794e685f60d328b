package dev.epoch.model.schema.object;

import java.util.List;
import java.util.Set;

/**
 * A range type; {@code definition} is what stands between the parentheses of CREATE TYPE AS RANGE.
 */
public record RangeType(
    ObjectName name,
    String definition,
    String comment,
    List<Privilege> privileges,
    Set<ObjectId> dependsOn)
    implements SchemaObject {
  public RangeType {
    privileges = List.copyOf(privileges);
    dependsOn = Set.copyOf(dependsOn);
  }

  @Override
  public ObjectKind kind() {
    return ObjectKind.RANGE;
  }
}
