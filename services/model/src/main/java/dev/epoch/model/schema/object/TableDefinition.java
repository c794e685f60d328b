package dev.epoch.model.schema.object;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A table with all that belongs to it.
 *
 * @param columns in the table's order; hashes and differences do not depend on it
 * @param constraints by name, the primary key among them; NOT NULL is a fact of the column
 * @param indexes by name, those of constraints left out
 * @param triggers by name, those of constraints, and Epoch's own, left out
 * @param policies by name
 * @param rowSecurity {@code none}, {@code enabled} or {@code forced}
 * @param partitioning {@code RANGE (at)} of a partitioned table, else null
 * @param partitionOf parent and bound of a partition, else null
 * @param unlogged whether it is lost in a crash
 * @param storageParameters {@code fillfactor=70} and the like
 */
public record TableDefinition(
    ObjectName name,
    List<ColumnDefinition> columns,
    List<ConstraintDefinition> constraints,
    List<IndexDefinition> indexes,
    List<TriggerDefinition> triggers,
    List<PolicyDefinition> policies,
    RowSecurity rowSecurity,
    String partitioning,
    PartitionOf partitionOf,
    boolean unlogged,
    Map<String, String> storageParameters,
    String comment,
    List<Privilege> privileges,
    Set<ObjectId> dependsOn)
    implements SchemaObject {

  /** Whether policies hold, and for whom. */
  public enum RowSecurity {
    NONE,
    ENABLED,
    FORCED
  }

  /** A partition's parent and what it takes of it: {@code FOR VALUES FROM (1) TO (10)}. */
  public record PartitionOf(ObjectName parent, String bound) {}

  public TableDefinition {
    columns = List.copyOf(columns);
    constraints = List.copyOf(constraints);
    indexes = List.copyOf(indexes);
    triggers = List.copyOf(triggers);
    policies = List.copyOf(policies);
    storageParameters = Map.copyOf(storageParameters);
    privileges = List.copyOf(privileges);
    dependsOn = Set.copyOf(dependsOn);
  }

  @Override
  public ObjectKind kind() {
    return ObjectKind.TABLE;
  }

  /** With the identities that columns of the same names have in another definition. */
  public TableDefinition withIdsOf(TableDefinition other) {
    return with(
        columns.stream()
            .map(column ->
                column.withId(
                    other.column(column.name()).map(ColumnDefinition::id).orElse(column.id())))
            .toList());
  }

  /** The same with other columns. */
  public TableDefinition with(List<ColumnDefinition> others) {
    return with(others, constraints, indexes);
  }

  /** The same with other columns, constraints and indexes. */
  public TableDefinition with(
      List<ColumnDefinition> otherColumns,
      List<ConstraintDefinition> otherConstraints,
      List<IndexDefinition> otherIndexes) {
    return new TableDefinition(
        name,
        otherColumns,
        otherConstraints,
        otherIndexes,
        triggers,
        policies,
        rowSecurity,
        partitioning,
        partitionOf,
        unlogged,
        storageParameters,
        comment,
        privileges,
        dependsOn);
  }

  public Optional<ColumnDefinition> column(String column) {
    return columns.stream().filter(c -> c.name().equals(column)).findFirst();
  }
}
