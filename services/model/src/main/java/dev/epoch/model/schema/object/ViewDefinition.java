package dev.epoch.model.schema.object;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A view or materialized view.
 *
 * @param columns names, in order
 * @param query as the database prints it, without a semicolon at the end
 * @param options {@code security_barrier=true} and the like
 * @param indexes of a materialized view, by name
 */
public record ViewDefinition(
    ObjectName name,
    boolean materialized,
    List<String> columns,
    String query,
    Map<String, String> options,
    List<IndexDefinition> indexes,
    List<TriggerDefinition> triggers,
    String comment,
    List<Privilege> privileges,
    Set<ObjectId> dependsOn)
    implements SchemaObject {
  public ViewDefinition {
    columns = List.copyOf(columns);
    options = Map.copyOf(options);
    indexes = List.copyOf(indexes);
    triggers = List.copyOf(triggers);
    privileges = List.copyOf(privileges);
    dependsOn = Set.copyOf(dependsOn);
  }

  @Override
  public ObjectKind kind() {
    return materialized ? ObjectKind.MATERIALIZED_VIEW : ObjectKind.VIEW;
  }
}
