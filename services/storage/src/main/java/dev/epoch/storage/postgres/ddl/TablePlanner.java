package dev.epoch.storage.postgres.ddl;

import dev.epoch.model.schema.diff.Fact;
import dev.epoch.model.schema.diff.ObjectChange;
import dev.epoch.model.schema.migration.Hazard;
import dev.epoch.model.schema.migration.Risk;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.migration.Step;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TableDefinition.RowSecurity;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Statements for tables as wholes; what they consist of is left to the planners of parts. */
final class TablePlanner {
  private final Plan plan;
  private final Facts facts;

  TablePlanner(Plan plan) {
    this.plan = plan;
    this.facts = new Facts(plan);
  }

  void plan() {
    for (SchemaObject object : plan.before.objects().values()) {
      if (object instanceof TableDefinition table && plan.drops(table)) {
        drop(table);
      }
    }
    for (SchemaObject object : plan.after.objects().values()) {
      if (object instanceof TableDefinition table && plan.creates(table)) {
        create(table);
      }
    }
    Set<ObjectName> changed = new LinkedHashSet<>();
    plan.difference.of(ObjectChange.Modified.class).stream()
        .filter(change -> change.after() instanceof TableDefinition)
        .forEach(change -> changed.add(change.id().name()));
    changed.addAll(plan.affected.touched());
    for (ObjectName name : changed) {
      TableDefinition before = plan.before.table(name).orElse(null);
      TableDefinition after = plan.after.table(name).orElse(null);
      if (before != null && after != null && !plan.affected.replaced.contains(after.id())) {
        alter(before, after);
      }
    }
  }

  private void drop(TableDefinition table) {
    boolean stays = plan.creates(table) && plan.after.objects().containsKey(table.id());
    for (ConstraintDefinition constraint : table.constraints()) {
      if (constraint.references() != null && mutual(table, constraint.references().table())) {
        plan.remove(
            Step.DROP_FOREIGN_KEYS,
            ConstraintPlanner.dropped(table, constraint, Step.DROP_FOREIGN_KEYS, List.of()));
      }
    }
    Hazard hazard =
        new Hazard(
            Hazard.Kind.DATA_LOSS,
            Risk.CRITICAL,
            "DROP TABLE",
            table.name().toString(),
            stays ? "it is created anew, all its data is lost" : "table and all its data are lost");
    plan.drop(
        Step.DROP_TABLES,
        new Statement(
            ObjectDdl.drop(table), Step.DROP_TABLES, table.id(), "", false, List.of(hazard)));
  }

  private boolean mutual(TableDefinition table, ObjectName other) {
    return !other.equals(table.name())
        && plan.before
            .table(other)
            .filter(plan::drops)
            .filter(t -> reaches(t, table.name(), new TreeSet<>()))
            .isPresent();
  }

  /** Whether foreign keys lead from a table that goes to another one. */
  private boolean reaches(TableDefinition from, ObjectName to, Set<ObjectName> seen) {
    if (from.name().equals(to)) {
      return true;
    }
    return seen.add(from.name())
        && from.constraints().stream()
            .filter(constraint -> constraint.references() != null)
            .map(constraint -> plan.before.table(constraint.references().table()).orElse(null))
            .anyMatch(next -> next != null && plan.drops(next) && reaches(next, to, seen));
  }

  private void create(TableDefinition table) {
    List<ConstraintDefinition> inline =
        table.constraints().stream()
            .filter(constraint ->
                constraint.kind() != ConstraintDefinition.Kind.FOREIGN_KEY
                    && constraint.validated())
            .toList();
    plan.create(
        Step.TABLES,
        new Statement(
            TableDdl.create(table, inline), Step.TABLES, table.id(), "", false, List.of()));
    ConstraintPlanner constraints = new ConstraintPlanner(plan, table, true);
    table.constraints().stream()
        .filter(constraint -> !inline.contains(constraint))
        .forEach(constraints::add);
    PartPlanner parts = new PartPlanner(plan, table, true);
    table.indexes().forEach(index -> parts.index(null, index));
    table.triggers().forEach(parts::trigger);
    table.policies().forEach(parts::policy);
    if (table.rowSecurity() != RowSecurity.NONE) {
      rowSecurity(RowSecurity.NONE, table);
    }
    inline.forEach(constraint -> constraints.comment(null, constraint));
    if (table.partitionOf() == null) {
      table
          .columns()
          .forEach(column ->
              facts.comment(
                  Step.COMMENTS,
                  table,
                  column.name(),
                  "COLUMN " + Names.of(table.name()) + "." + Names.quote(column.name()),
                  null,
                  column.comment()));
    } else {
      new ColumnPlanner(plan, inherited(table), table).plan();
    }
    facts.created(table);
  }

  /** A new partition as its parent makes it. */
  private TableDefinition inherited(TableDefinition partition) {
    TableDefinition parent = plan.after.table(partition.partitionOf().parent()).orElse(null);
    if (parent == null) {
      return partition;
    }
    return new TableDefinition(
        partition.name(),
        parent.columns().stream().map(column -> column.withComment(null)).toList(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        RowSecurity.NONE,
        null,
        partition.partitionOf(),
        false,
        Map.of(),
        null,
        List.of(),
        Set.of());
  }

  private void alter(TableDefinition before, TableDefinition after) {
    partition(before, after);
    new ColumnPlanner(plan, before, after).plan();
    new ConstraintPlanner(plan, after, false).plan(before);
    new PartPlanner(plan, after, false).plan(before);
    if (before.rowSecurity() != after.rowSecurity()) {
      rowSecurity(before.rowSecurity(), after);
    }
    if (before.unlogged() != after.unlogged()) {
      settings(
          after,
          Fact.UNLOGGED,
          after.unlogged() ? "SET UNLOGGED" : "SET LOGGED",
          List.of(
              new Hazard(
                  Hazard.Kind.REWRITE,
                  Risk.LOW,
                  after.unlogged() ? "SET UNLOGGED" : "SET LOGGED",
                  after.name().toString(),
                  "every row is written again")));
    }
    parameters(before, after);
    plan.difference
        .of(after.id())
        .ifPresent(change -> facts.changed((ObjectChange.Modified) change));
  }

  private void partition(TableDefinition before, TableDefinition after) {
    if (Objects.equals(before.partitionOf(), after.partitionOf())) {
      return;
    }
    if (before.partitionOf() != null) {
      String sql =
          "ALTER TABLE "
              + Names.of(before.partitionOf().parent())
              + " DETACH PARTITION "
              + Names.of(before.name());
      plan.remove(
          Step.DETACH,
          new Statement(sql, Step.DETACH, after.id(), Fact.PARTITION_OF.label(), false, List.of()));
    }
    if (after.partitionOf() != null) {
      String sql =
          "ALTER TABLE "
              + Names.of(after.partitionOf().parent())
              + " ATTACH PARTITION "
              + Names.of(after.name())
              + " "
              + after.partitionOf().bound();
      Hazard hazard =
          new Hazard(
              Hazard.Kind.MAY_FAIL,
              Risk.MEDIUM,
              "ATTACH PARTITION",
              after.name().toString(),
              "rows may be out of its bounds");
      plan.attach(
          new ObjectId(ObjectKind.TABLE, after.partitionOf().parent()),
          new Statement(
              sql, Step.SETTINGS, after.id(), Fact.PARTITION_OF.label(), false, List.of(hazard)));
    }
  }

  private void rowSecurity(RowSecurity before, TableDefinition after) {
    List<String> settings = new ArrayList<>();
    if (before == RowSecurity.NONE) {
      settings.add("ENABLE ROW LEVEL SECURITY");
    }
    if (before == RowSecurity.FORCED) {
      settings.add("NO FORCE ROW LEVEL SECURITY");
    }
    if (after.rowSecurity() == RowSecurity.FORCED) {
      settings.add("FORCE ROW LEVEL SECURITY");
    }
    if (after.rowSecurity() == RowSecurity.NONE) {
      settings.add("DISABLE ROW LEVEL SECURITY");
    }
    settings(after, Fact.ROW_SECURITY, String.join(", ", settings), List.of());
  }

  private void parameters(TableDefinition before, TableDefinition after) {
    if (before.storageParameters().equals(after.storageParameters())) {
      return;
    }
    List<String> gone =
        before.storageParameters().keySet().stream()
            .filter(name -> !after.storageParameters().containsKey(name))
            .sorted()
            .toList();
    if (!gone.isEmpty()) {
      settings(
          after, Fact.STORAGE_PARAMETERS, "RESET (" + String.join(", ", gone) + ")", List.of());
    }
    if (!after.storageParameters().isEmpty()) {
      settings(
          after,
          Fact.STORAGE_PARAMETERS,
          "SET (" + TableDdl.parameters(after.storageParameters()) + ")",
          List.of());
    }
  }

  private void settings(TableDefinition table, Fact fact, String action, List<Hazard> hazards) {
    String sql = "ALTER TABLE " + Names.of(table.name()) + " " + action;
    plan.change(
        Step.SETTINGS, new Statement(sql, Step.SETTINGS, table.id(), fact.label(), false, hazards));
  }
}
