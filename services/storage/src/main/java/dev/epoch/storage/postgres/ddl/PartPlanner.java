package dev.epoch.storage.postgres.ddl;

import dev.epoch.model.schema.migration.Hazard;
import dev.epoch.model.schema.migration.Risk;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.migration.Step;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.PolicyDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TriggerDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** Statements for the indexes, triggers and policies of one table. */
final class PartPlanner {
  private static final ObjectName ANY = new ObjectName("", "ANY TABLE");

  private final Plan plan;
  private final TableDefinition table;
  private final boolean fresh;
  private final Facts facts;

  /**
   * @param table as it is afterwards
   * @param fresh whether it is created by this migration
   */
  PartPlanner(Plan plan, TableDefinition table, boolean fresh) {
    this.plan = plan;
    this.table = table;
    this.fresh = fresh;
    this.facts = new Facts(plan);
  }

  /** From the parts that the table has to those that it gets. */
  void plan(TableDefinition before) {
    indexes(before);
    triggers(before);
    policies(before);
  }

  private void indexes(TableDefinition before) {
    Map<String, String> renamed = ColumnPlanner.renamed(plan, table);
    Map<String, IndexDefinition> now = byName(table.indexes(), IndexDefinition::name);
    Map<String, IndexDefinition> old = byName(before.indexes(), IndexDefinition::name);
    for (IndexDefinition index : before.indexes()) {
      IndexDefinition next = now.get(index.name());
      boolean cycled = plan.affected.of(table.name()).indexes.contains(index.name());
      if (next != null && !cycled && same(index, next, renamed)) {
        comment(
            "INDEX " + Names.beside(table.name(), next.name()),
            next.name(),
            index.comment(),
            next.comment());
      } else if (next != null && !cycled && plan.options.online() && concurrently()) {
        rebuild(next);
      } else {
        dropIndex(index, next == null);
        if (next != null) {
          index(index, next);
        }
      }
    }
    now.values().stream()
        .filter(index -> !old.containsKey(index.name()))
        .forEach(index -> index(null, index));
  }

  private boolean concurrently() {
    return plan.options.concurrently() && !fresh && table.partitioning() == null;
  }

  private static boolean same(
      IndexDefinition before, IndexDefinition after, Map<String, String> renamed) {
    return TableDdl.index(ANY, "x", after, false)
        .equals(SqlText.renamed(TableDdl.index(ANY, "x", before, false), renamed));
  }

  private void dropIndex(IndexDefinition index, boolean gone) {
    List<Hazard> hazards =
        gone
            ? List.of(
                new Hazard(
                    Hazard.Kind.REMOVAL,
                    Risk.LOW,
                    "DROP INDEX",
                    Names.beside(table.name(), index.name()),
                    "index removed"))
            : List.of();
    boolean concurrently = concurrently();
    Step step = plan.dropIndex(index);
    plan.remove(
        step,
        statement(
            step,
            index.name(),
            "DROP INDEX "
                + (concurrently ? "CONCURRENTLY " : "")
                + "IF EXISTS "
                + Names.beside(table.name(), index.name()),
            concurrently,
            hazards));
  }

  /** The new index is there before the former one goes. */
  private void rebuild(IndexDefinition index) {
    String aside = index.name() + "__new";
    plan.change(
        Step.INDEXES,
        statement(
            Step.INDEXES,
            index.name(),
            TableDdl.index(table.name(), aside, index, true),
            true,
            List.of()),
        statement(
            Step.INDEXES,
            index.name(),
            "DROP INDEX CONCURRENTLY IF EXISTS " + Names.beside(table.name(), index.name()),
            true,
            List.of()),
        statement(
            Step.INDEXES,
            index.name(),
            "ALTER INDEX "
                + Names.beside(table.name(), aside)
                + " RENAME TO "
                + Names.quote(index.name()),
            false,
            List.of()));
    comment(
        "INDEX " + Names.beside(table.name(), index.name()), index.name(), null, index.comment());
  }

  void index(IndexDefinition before, IndexDefinition index) {
    boolean concurrently = concurrently();
    List<Hazard> hazards = new ArrayList<>();
    String object = Names.beside(table.name(), index.name());
    if (!fresh && !concurrently) {
      hazards.add(
          new Hazard(
              Hazard.Kind.LOCK,
              Risk.LOW,
              "CREATE INDEX",
              object,
              "writers wait until it is built"));
    }
    if (!fresh && index.unique()) {
      hazards.add(
          new Hazard(
              Hazard.Kind.MAY_FAIL,
              Risk.LOW,
              "CREATE INDEX",
              object,
              "rows may be the same in it"));
    }
    plan.change(
        Step.INDEXES,
        statement(
            Step.INDEXES,
            index.name(),
            TableDdl.index(table.name(), index.name(), index, concurrently),
            concurrently,
            hazards));
    comment("INDEX " + object, index.name(), null, index.comment());
  }

  private void triggers(TableDefinition before) {
    Map<String, TriggerDefinition> now = byName(table.triggers(), TriggerDefinition::name);
    Map<String, TriggerDefinition> old = byName(before.triggers(), TriggerDefinition::name);
    for (TriggerDefinition trigger : before.triggers()) {
      TriggerDefinition next = now.get(trigger.name());
      boolean cycled = plan.affected.of(table.name()).triggers.contains(trigger.name());
      if (next != null && !cycled && trigger.definition().equals(next.definition())) {
        if (trigger.enabled() != next.enabled()) {
          enable(next);
        }
        commentTrigger(trigger.comment(), next);
      } else {
        plan.remove(
            Step.DROP_TRIGGERS,
            statement(
                Step.DROP_TRIGGERS,
                trigger.name(),
                "DROP TRIGGER IF EXISTS "
                    + Names.quote(trigger.name())
                    + " ON "
                    + Names.of(table.name()),
                false,
                removal(next, "DROP TRIGGER", trigger.name())));
        if (next != null) {
          trigger(next);
        }
      }
    }
    now.values().stream()
        .filter(trigger -> !old.containsKey(trigger.name()))
        .forEach(this::trigger);
  }

  void trigger(TriggerDefinition trigger) {
    plan.change(
        Step.TRIGGERS,
        statement(
            Step.TRIGGERS, trigger.name(), ObjectDdl.text(trigger.definition()), false, List.of()));
    if (trigger.enabled() != TriggerDefinition.Enabled.ORIGIN) {
      enable(trigger);
    }
    commentTrigger(null, trigger);
  }

  private void enable(TriggerDefinition trigger) {
    String action =
        switch (trigger.enabled()) {
          case ORIGIN -> "ENABLE TRIGGER ";
          case REPLICA -> "ENABLE REPLICA TRIGGER ";
          case ALWAYS -> "ENABLE ALWAYS TRIGGER ";
          case DISABLED -> "DISABLE TRIGGER ";
        };
    plan.change(
        Step.TRIGGERS,
        statement(
            Step.TRIGGERS,
            trigger.name(),
            "ALTER TABLE " + Names.of(table.name()) + " " + action + Names.quote(trigger.name()),
            false,
            List.of()));
  }

  private void commentTrigger(String before, TriggerDefinition trigger) {
    comment(
        "TRIGGER " + Names.quote(trigger.name()) + " ON " + Names.of(table.name()),
        trigger.name(),
        before,
        trigger.comment());
  }

  private void policies(TableDefinition before) {
    Map<String, PolicyDefinition> now = byName(table.policies(), PolicyDefinition::name);
    Map<String, PolicyDefinition> old = byName(before.policies(), PolicyDefinition::name);
    Map<String, String> renamed = ColumnPlanner.renamed(plan, table);
    for (PolicyDefinition policy : before.policies()) {
      PolicyDefinition next = now.get(policy.name());
      boolean cycled = plan.affected.of(table.name()).policies.contains(policy.name());
      String as = SqlText.renamed(TableDdl.policy(table.name(), policy), renamed);
      if (next != null && !cycled && as.equals(TableDdl.policy(table.name(), next))) {
        commentPolicy(policy.comment(), next);
      } else {
        plan.remove(
            Step.DROP_TRIGGERS,
            statement(
                Step.DROP_TRIGGERS,
                policy.name(),
                "DROP POLICY IF EXISTS "
                    + Names.quote(policy.name())
                    + " ON "
                    + Names.of(table.name()),
                false,
                removal(next, "DROP POLICY", policy.name())));
        if (next != null) {
          policy(next);
        }
      }
    }
    now.values().stream().filter(policy -> !old.containsKey(policy.name())).forEach(this::policy);
  }

  void policy(PolicyDefinition policy) {
    plan.change(
        Step.TRIGGERS,
        statement(
            Step.TRIGGERS, policy.name(), TableDdl.policy(table.name(), policy), false, List.of()));
    commentPolicy(null, policy);
  }

  private void commentPolicy(String before, PolicyDefinition policy) {
    comment(
        "POLICY " + Names.quote(policy.name()) + " ON " + Names.of(table.name()),
        policy.name(),
        before,
        policy.comment());
  }

  private void comment(String what, String part, String before, String after) {
    if (!Objects.equals(before, after)) {
      facts.comment(Step.COMMENTS, table, part, what, before, after);
    }
  }

  private List<Hazard> removal(Object next, String operation, String part) {
    return next != null
        ? List.of()
        : List.of(
            new Hazard(
                Hazard.Kind.REMOVAL, Risk.LOW, operation, table.name() + "." + part, "removed"));
  }

  private static <T> Map<String, T> byName(Collection<T> parts, Function<T, String> name) {
    Map<String, T> map = new LinkedHashMap<>();
    parts.forEach(part -> map.put(name.apply(part), part));
    return map;
  }

  private Statement statement(
      Step step, String part, String sql, boolean alone, List<Hazard> hazards) {
    return new Statement(sql, step, table.id(), part, alone, hazards);
  }
}
