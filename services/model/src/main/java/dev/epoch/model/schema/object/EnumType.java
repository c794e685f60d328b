package dev.epoch.model.schema.object;

import java.util.List;
import java.util.Set;

/** An enum: its labels in order. */
public record EnumType(
    ObjectName name, List<String> labels, String comment, List<Privilege> privileges)
    implements SchemaObject {
  public EnumType {
    labels = List.copyOf(labels);
    privileges = List.copyOf(privileges);
  }

  @Override
  public ObjectKind kind() {
    return ObjectKind.ENUM;
  }

  @Override
  public Set<ObjectId> dependsOn() {
    return Set.of();
  }
}
