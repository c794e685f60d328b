package dev.epoch.model.schema.object;

import java.util.List;
import java.util.Set;

/**
 * A sequence; its current value is data, not schema. Those of identity columns are part of the
 * column.
 *
 * @param ownedBy {@code schema.table.column}, null for none
 */
public record SequenceDefinition(
    ObjectName name,
    String type,
    SequenceOptions options,
    String ownedBy,
    String comment,
    List<Privilege> privileges)
    implements SchemaObject {
  public SequenceDefinition {
    privileges = List.copyOf(privileges);
  }

  @Override
  public ObjectKind kind() {
    return ObjectKind.SEQUENCE;
  }

  @Override
  public Set<ObjectId> dependsOn() {
    return Set.of();
  }
}
