package dev.epoch.gateway.merge.schema;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPlan.Alteration;
import dev.epoch.events.event.OperationPlan.TableMerge;
import dev.epoch.events.table.StoredSchema;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.migration.TableAlterations;
import dev.epoch.model.schema.merge.MergedObjects;
import dev.epoch.model.schema.migration.SchemaSteps;
import dev.epoch.storage.TableHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The schemas that a merge gives to tables, and what has to be done for it. */
public final class PlannedSchemas {
  private final RepositoryState state;
  private final BranchState target;
  private final TableAlterations alterations;
  private final Map<String, Planned> changed = new LinkedHashMap<>();
  private final Set<String> carriers = new HashSet<>();
  private Map<String, MergedObjects> objects = Map.of();
  private final List<String> destructive = new ArrayList<>();
  private final Map<String, List<String>> labels = new TreeMap<>();

  private record Planned(TableHandle now, MergedSchema schema) {}

  public PlannedSchemas(RepositoryState state, BranchState target, TableAlterations alterations) {
    this.state = state;
    this.target = target;
    this.alterations = alterations;
  }

  /**
   * @param now the target's table as it is
   */
  public void add(TableHandle now, MergedSchema schema) {
    // the live table's database asks by itself, a schema-only branch has no rows
    boolean asks = !state.isDefault(target) && !target.traits().schemaOnly();
    MergedSchema asking = asks ? asking(now, schema) : schema;
    if (schema.changes() || asks && asking.asks()) {
      changed.put(now.id(), new Planned(now, asking));
    }
  }

  /** What the database itself demands of rows is that of the live table. */
  private MergedSchema asking(TableHandle table, MergedSchema schema) {
    Optional<TableSchema> live =
        state
            .head(state.defaultBranch())
            .entryOf(table.id())
            .map(entry -> state.tables().schema(entry.schemaHash()));
    return schema.asking(
        live.map(TableSchema::constraints).orElse(List.of()),
        live.map(TableSchema::indexes).orElse(List.of()));
  }

  /**
   * The default branch gets the table: it has a schema to be given, also where that is as it was.
   */
  public void addArriving(TableHandle now, MergedSchema schema) {
    changed.put(now.id(), new Planned(now, schema));
  }

  /**
   * What becomes of the objects beside tables, by storage: done together with a table that gets a
   * schema.
   */
  public void give(Map<String, MergedObjects> merged) {
    objects = merged;
  }

  /** Names of storages with objects that become others, and no table that gets a schema. */
  public Set<String> withoutTable() {
    Set<String> storages = new TreeSet<>(objects.keySet());
    changed.keySet().forEach(id -> storages.remove(state.tables().byId().get(id).storage()));
    return storages;
  }

  /** The objects of the table's storage are given with it. It keeps its schema. */
  public void carry(TableHandle table) {
    carriers.add(table.id());
    changed.put(table.id(), new Planned(table, MergedSchema.unchanged(table.schema())));
  }

  /** Schemas that the plan names; records may have some of them. */
  public List<StoredSchema> stored() {
    return changed.entrySet().stream()
        .filter(entry -> entry.getValue().schema().changes() || carriers.contains(entry.getKey()))
        .map(entry -> entry.getValue().schema().stored(entry.getKey()))
        .toList();
  }

  /** What of it takes something away for good. Known when {@link #given} was asked. */
  public List<String> destructive() {
    return destructive;
  }

  /**
   * What gives types of live tables new labels before anything else, by storage. Known likewise.
   */
  public Map<String, List<String>> labels() {
    return labels;
  }

  /**
   * The same with the schemas that tables get. Live tables are altered.
   *
   * @throws dev.epoch.gateway.stream.RefusedException if they cannot be in a transaction
   */
  public List<TableMerge> given(List<TableMerge> tables) {
    if (changed.isEmpty()) {
      return tables;
    }
    Map<String, SchemaSteps> steps = state.isDefault(target) ? stepsOfTables() : stepsOfObjects();
    return tables.stream()
        .map(table -> changed.containsKey(table.tableId()) ? given(table, steps) : table)
        .toList();
  }

  private TableMerge given(TableMerge table, Map<String, SchemaSteps> all) {
    MergedSchema schema = changed.get(table.tableId()).schema();
    OperationPlan.SchemaSteps steps =
        Optional.ofNullable(all.get(table.tableId()))
            .filter(there -> !there.isEmpty())
            .map(alterations::stored)
            .orElse(null);
    return switch (table) {
      case TableMerge.Write write ->
          new TableMerge.Write(
              write.tableId(),
              write.anchor(),
              schema.hash(),
              state.isDefault(target) || schema.asks() || steps != null
                  ? new Alteration(steps, schema.notNull(), schema.constraints())
                  : null);
      case TableMerge.Repoint repoint ->
          new TableMerge.Repoint(repoint.tableId(), repoint.to(), steps);
      case TableMerge.Drop drop -> drop;
    };
  }

  private Map<String, SchemaSteps> stepsOfTables() {
    TableAlterations.Planned planned =
        alterations.plan(
            state,
            changed.values().stream()
                .filter(table -> table.schema().changes() || isNeeded(table))
                .map(table -> new TableAlterations.Change(table.now(), table.schema().schema()))
                .toList(),
            objects);
    destructive.addAll(planned.destructive());
    labels.putAll(planned.labels());
    return planned.steps();
  }

  /** On a branch tables have their schemas from then on; views and functions are made there. */
  private Map<String, SchemaSteps> stepsOfObjects() {
    Map<String, SchemaSteps> steps = new HashMap<>();
    objects.forEach((storage, merged) ->
        changed.values().stream()
            .map(table -> table.now().id())
            .filter(id -> state.tables().byId().get(id).storage().equals(storage))
            .findFirst()
            .ifPresent(id -> steps.put(id, alterations.ofBranch(state, target, storage, merged))));
    return steps;
  }

  /** Whether objects of its storage come, for which there may be no other table. */
  private boolean isNeeded(Planned table) {
    return objects.containsKey(state.tables().byId().get(table.now().id()).storage());
  }
}
