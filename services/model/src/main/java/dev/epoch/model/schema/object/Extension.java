package dev.epoch.model.schema.object;

import java.util.List;
import java.util.Set;

/** An extension, in the schema {@code installedIn}. Its objects are not listed by themselves. */
public record Extension(ObjectName name, String version, String installedIn, String comment)
    implements SchemaObject {
  @Override
  public ObjectKind kind() {
    return ObjectKind.EXTENSION;
  }

  @Override
  public Set<ObjectId> dependsOn() {
    return Set.of();
  }

  @Override
  public List<Privilege> privileges() {
    return List.of();
  }
}
