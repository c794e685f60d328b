package dev.epoch.storage.postgres.ddl;

import dev.epoch.model.schema.migration.Hazard;
import dev.epoch.model.schema.migration.Risk;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.migration.Step;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Kind;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Statements for the constraints of one table. */
final class ConstraintPlanner {
  private final Plan plan;
  private final TableDefinition table;
  private final boolean fresh;
  private final Facts facts;

  /**
   * @param table as it is afterwards
   * @param fresh whether it is created by this migration
   */
  ConstraintPlanner(Plan plan, TableDefinition table, boolean fresh) {
    this.plan = plan;
    this.table = table;
    this.fresh = fresh;
    this.facts = new Facts(plan);
  }

  /** From the constraints that the table has to those that it gets. */
  void plan(TableDefinition before) {
    Map<String, String> renamed = ColumnPlanner.renamed(plan, table);
    Map<String, ConstraintDefinition> now = new HashMap<>();
    table.constraints().forEach(constraint -> now.put(constraint.name(), constraint));
    Map<String, ConstraintDefinition> old = new HashMap<>();
    for (ConstraintDefinition constraint : before.constraints()) {
      old.put(constraint.name(), constraint);
      ConstraintDefinition next = now.get(constraint.name());
      boolean cycled = plan.affected.of(table.name()).constraints.contains(constraint.name());
      if (next == null || cycled || !same(constraint, next, renamed)) {
        drop(constraint, next == null);
        if (next != null) {
          add(next);
        }
      } else {
        if (!constraint.validated() && next.validated()) {
          plan.change(Step.CONSTRAINTS, validate(next, Step.CONSTRAINTS));
        }
        comment(constraint.comment(), next);
      }
    }
    table.constraints().stream()
        .filter(constraint -> !old.containsKey(constraint.name()))
        .forEach(this::add);
  }

  /** Whether columns have other names at most, or rows are to be checked. */
  private static boolean same(
      ConstraintDefinition before, ConstraintDefinition after, Map<String, String> renamed) {
    String definition = SqlText.renamed(TableDdl.withoutNotValid(before.definition()), renamed);
    return before.kind() == after.kind()
        && definition.equals(TableDdl.withoutNotValid(after.definition()))
        && before.deferrable() == after.deferrable()
        && before.initiallyDeferred() == after.initiallyDeferred()
        && (before.validated() == after.validated() || after.validated());
  }

  private void drop(ConstraintDefinition constraint, boolean gone) {
    Step step =
        constraint.kind() == Kind.FOREIGN_KEY ? Step.DROP_FOREIGN_KEYS : Step.DROP_CONSTRAINTS;
    List<Hazard> hazards =
        gone
            ? List.of(
                new Hazard(
                    Hazard.Kind.REMOVAL,
                    Risk.LOW,
                    "DROP CONSTRAINT",
                    table.name() + "." + constraint.name(),
                    "constraint removed"))
            : List.of();
    plan.remove(step, dropped(table, constraint, step, hazards));
  }

  static Statement dropped(
      TableDefinition table, ConstraintDefinition constraint, Step step, List<Hazard> hazards) {
    return new Statement(
        "ALTER TABLE "
            + Names.of(table.name())
            + " DROP CONSTRAINT IF EXISTS "
            + Names.quote(constraint.name()),
        step,
        table.id(),
        constraint.name(),
        false,
        hazards);
  }

  void add(ConstraintDefinition constraint) {
    Step step =
        switch (constraint.kind()) {
          case PRIMARY_KEY -> Step.PRIMARY_KEYS;
          case UNIQUE, CHECK, EXCLUSION -> Step.CONSTRAINTS;
          case FOREIGN_KEY -> Step.FOREIGN_KEYS;
        };
    List<Statement> statements = new ArrayList<>();
    boolean online = plan.options.online() && !fresh && table.partitioning() == null;
    boolean key = constraint.kind() == Kind.PRIMARY_KEY || constraint.kind() == Kind.UNIQUE;
    if (online && key && !constraint.definition().contains(" INCLUDE ")) {
      byIndex(constraint, step, statements);
    } else if (online
        && constraint.validated()
        && (constraint.kind() == Kind.CHECK || constraint.kind() == Kind.FOREIGN_KEY)) {
      String definition = TableDdl.definition(constraint) + " NOT VALID";
      statements.add(
          statement(step, constraint.name(), added(constraint, definition), false, List.of()));
      statements.add(validate(constraint, step));
    } else {
      statements.add(
          statement(
              step,
              constraint.name(),
              added(constraint, TableDdl.definition(constraint)),
              false,
              fresh ? List.of() : hazards(constraint)));
    }
    if (constraint.references() == null) {
      plan.change(step, statements);
    } else {
      plan.reference(new ObjectId(ObjectKind.TABLE, constraint.references().table()), statements);
    }
    comment(null, constraint);
  }

  /** The index of a key is built beside writers, then the constraint takes it. */
  private void byIndex(ConstraintDefinition constraint, Step step, List<Statement> statements) {
    boolean primary = constraint.kind() == Kind.PRIMARY_KEY;
    if (primary) {
      for (String column : constraint.columns()) {
        boolean nullable =
            plan.before
                .table(table.name())
                .flatMap(before -> before.column(column))
                .filter(ColumnDefinition::nullable)
                .isPresent();
        if (nullable && table.column(column).filter(ColumnDefinition::nullable).isPresent()) {
          statements.addAll(NotNullOnline.statements(table, column, step));
        }
      }
    }
    statements.add(
        statement(
            step,
            constraint.name(),
            "CREATE UNIQUE INDEX CONCURRENTLY "
                + Names.quote(constraint.name())
                + " ON "
                + Names.of(table.name())
                + " ("
                + Names.list(constraint.columns())
                + ")"
                + (constraint.nullsNotDistinct() ? " NULLS NOT DISTINCT" : ""),
            true,
            hazards(constraint).stream().filter(h -> h.kind() != Hazard.Kind.LOCK).toList()));
    String deferred =
        constraint.deferrable()
            ? constraint.initiallyDeferred() ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE"
            : "";
    statements.add(
        statement(
            step,
            constraint.name(),
            added(
                constraint,
                (primary ? "PRIMARY KEY" : "UNIQUE")
                    + " USING INDEX "
                    + Names.quote(constraint.name())
                    + deferred),
            false,
            List.of()));
  }

  private String added(ConstraintDefinition constraint, String definition) {
    return "ALTER TABLE "
        + Names.of(table.name())
        + " ADD CONSTRAINT "
        + Names.quote(constraint.name())
        + " "
        + definition;
  }

  private Statement validate(ConstraintDefinition constraint, Step step) {
    return statement(
        step,
        constraint.name(),
        "ALTER TABLE "
            + Names.of(table.name())
            + " VALIDATE CONSTRAINT "
            + Names.quote(constraint.name()),
        false,
        hazards(constraint).stream().filter(h -> h.kind() != Hazard.Kind.LOCK).toList());
  }

  private List<Hazard> hazards(ConstraintDefinition constraint) {
    if (!constraint.validated()) {
      return List.of();
    }
    String object = table.name() + "." + constraint.name();
    return List.of(
        new Hazard(Hazard.Kind.MAY_FAIL, Risk.LOW, "ADD CONSTRAINT", object, "rows may violate it"),
        new Hazard(
            Hazard.Kind.LOCK,
            Risk.LOW,
            "ADD CONSTRAINT",
            object,
            "writers wait until every row is checked"));
  }

  void comment(String before, ConstraintDefinition constraint) {
    facts.comment(
        Step.COMMENTS,
        table,
        constraint.name(),
        "CONSTRAINT " + Names.quote(constraint.name()) + " ON " + Names.of(table.name()),
        before,
        constraint.comment());
  }

  private Statement statement(
      Step step, String part, String sql, boolean alone, List<Hazard> hazards) {
    return new Statement(sql, step, table.id(), part, alone, hazards);
  }
}
