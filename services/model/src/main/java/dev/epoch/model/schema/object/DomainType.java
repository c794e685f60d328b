package dev.epoch.model.schema.object;

import java.util.List;
import java.util.Set;

/**
 * A domain.
 *
 * @param baseType as the database prints it
 * @param defaultExpression or null
 * @param constraints checks, by name
 * @param collation or null for the type's own
 */
public record DomainType(
    ObjectName name,
    String baseType,
    boolean nullable,
    String defaultExpression,
    List<ConstraintDefinition> constraints,
    String collation,
    String comment,
    List<Privilege> privileges,
    Set<ObjectId> dependsOn)
    implements SchemaObject {
  public DomainType {
    constraints = List.copyOf(constraints);
    privileges = List.copyOf(privileges);
    dependsOn = Set.copyOf(dependsOn);
  }

  @Override
  public ObjectKind kind() {
    return ObjectKind.DOMAIN;
  }
}
