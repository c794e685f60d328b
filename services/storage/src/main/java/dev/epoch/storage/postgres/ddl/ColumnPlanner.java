package dev.epoch.storage.postgres.ddl;

import dev.epoch.model.schema.diff.ChangeType;
import dev.epoch.model.schema.diff.ObjectChange;
import dev.epoch.model.schema.diff.PartChange;
import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.migration.Hazard;
import dev.epoch.model.schema.migration.Risk;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.migration.Step;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.SequenceOptions;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Statements for the columns of one table, in this order: what is in the way goes, columns get
 * their names, new ones come, and those that stay become what they are to be.
 */
final class ColumnPlanner {
  private final Plan plan;
  private final TableDefinition before;
  private final TableDefinition after;
  private final TableEffects effects;
  private final Map<String, PartChange.OfColumn> former = new TreeMap<>();
  private final List<ColumnDefinition> added = new ArrayList<>();
  private final List<Statement> statements = new ArrayList<>();
  private final Facts facts;

  ColumnPlanner(Plan plan, TableDefinition before, TableDefinition after) {
    this.plan = plan;
    this.before = before;
    this.after = after;
    this.effects = plan.affected.of(after.name());
    this.facts = new Facts(plan);
  }

  /** Columns that get another name, old to new. */
  static Map<String, String> renamed(Plan plan, TableDefinition table) {
    Map<String, String> renamed = new HashMap<>();
    plan.difference
        .of(table.id())
        .ifPresent(change -> {
          if (change instanceof ObjectChange.Modified modified) {
            modified.parts(PartChange.OfColumn.class).stream()
                .filter(PartChange.OfColumn::renamed)
                .forEach(column -> renamed.put(column.before().name(), column.after().name()));
          }
        });
    return renamed;
  }

  void plan() {
    Set<String> inherited = inherited();
    DatabaseSchema one = DatabaseSchema.of(List.of(before));
    DatabaseSchema other = DatabaseSchema.of(List.of(after));
    SchemaDifference.between(one, other)
        .of(ObjectChange.Modified.class)
        .forEach(change ->
            change
                .parts(PartChange.OfColumn.class)
                .forEach(part -> {
                  if (part.type() == ChangeType.ADDED) {
                    added.add(part.after());
                  } else {
                    former.put(part.before().name(), part);
                  }
                }));
    added.removeIf(column -> inherited.contains(column.name()));
    former.keySet().removeAll(inherited);
    Set<String> rebuilt = new HashSet<>(effects.rebuilt);
    Set<String> retyped = new HashSet<>(effects.retyped);
    rebuilt.removeAll(inherited);
    retyped.removeAll(inherited);
    detach(retyped);
    leave(retyped);
    drop(rebuilt);
    rename(rebuilt);
    add(added.stream().filter(column -> column.generated() == null).toList());
    alter(rebuilt, retyped);
    // what is computed may need what has been added and changed
    List<ColumnDefinition> computed = new ArrayList<>();
    before.columns().stream()
        .filter(column -> rebuilt.contains(column.name()) && next(column) != null)
        .forEach(column -> computed.add(next(column)));
    added.stream().filter(column -> column.generated() != null).forEach(computed::add);
    add(computed);
    if (!statements.isEmpty()) {
      plan.change(Step.COLUMNS, statements);
    }
  }

  /** Columns of a partition that change with its parent, or that its parent changes. */
  private Set<String> inherited() {
    Set<String> names = new HashSet<>();
    if (after.partitionOf() == null || !Objects.equals(before.partitionOf(), after.partitionOf())) {
      return names;
    }
    plan.difference
        .of(new ObjectId(after.kind(), after.partitionOf().parent()))
        .ifPresent(change -> {
          if (change instanceof ObjectChange.Modified parent) {
            parent
                .parts(PartChange.OfColumn.class)
                .forEach(part -> {
                  names.add(part.name());
                  if (part.before() != null) {
                    names.add(part.before().name());
                  }
                });
          }
        });
    TableEffects ofParent = plan.affected.of(after.partitionOf().parent());
    names.addAll(ofParent.retyped);
    names.addAll(ofParent.rebuilt);
    return names;
  }

  private ColumnDefinition next(ColumnDefinition column) {
    PartChange.OfColumn change = former.get(column.name());
    return change == null ? after.column(column.name()).orElse(null) : change.after();
  }

  private void detach(Set<String> retyped) {
    for (ColumnDefinition column : before.columns()) {
      boolean away = retyped.contains(column.name()) || effects.defaults.contains(column.name());
      if (away && column.defaultValue() != null && next(column) != null) {
        plan.remove(
            Step.DETACH,
            statement(Step.DETACH, column.name(), alter(column.name(), "DROP DEFAULT")));
      }
    }
  }

  private void leave(Set<String> retyped) {
    Set<String> types = new HashSet<>();
    before.dependsOn().stream().filter(plan::left).forEach(type -> types.add(type.name().name()));
    for (ColumnDefinition column : before.columns()) {
      if (retyped.contains(column.name()) && SqlText.mentions(column.type(), types)) {
        String name = Names.quote(column.name());
        plan.leave(
            statement(
                Step.DROP_TABLES,
                column.name(),
                alter(column.name(), "TYPE text USING " + name + "::text")));
      }
    }
  }

  private void drop(Set<String> rebuilt) {
    before.columns().stream()
        .filter(column -> rebuilt.contains(column.name()) || next(column) == null)
        .sorted(Comparator.comparing((ColumnDefinition column) -> column.generated() == null))
        .forEach(column -> {
          boolean computed = column.generated() != null;
          String object = after.name() + "." + column.name();
          Hazard hazard =
              computed
                  ? new Hazard(
                      Hazard.Kind.REMOVAL,
                      Risk.LOW,
                      "DROP COLUMN",
                      object,
                      "computed values removed")
                  : new Hazard(
                      Hazard.Kind.DATA_LOSS,
                      Risk.HIGH,
                      "DROP COLUMN",
                      object,
                      "data permanently lost");
          ColumnDefinition next = next(column);
          statements.add(
              statement(
                  Step.COLUMNS,
                  next == null ? column.name() : next.name(),
                  alter("DROP COLUMN IF EXISTS " + Names.quote(column.name())),
                  computed && next != null ? List.of() : List.of(hazard)));
        });
  }

  private void rename(Set<String> rebuilt) {
    Map<String, String> open = new LinkedHashMap<>();
    former.forEach((name, change) -> {
      if (change.renamed() && !rebuilt.contains(name)) {
        open.put(name, change.after().name());
      }
    });
    Map<String, String> part = new HashMap<>(open);
    while (!open.isEmpty()) {
      String free =
          open.keySet().stream()
              .filter(name -> !open.containsKey(open.get(name)))
              .findFirst()
              .orElse(null);
      if (free != null) {
        rename(free, open.get(free), part.get(free));
        open.remove(free);
      } else {
        String name = open.keySet().iterator().next();
        String aside = name + "__aside";
        rename(name, aside, part.get(name));
        part.put(aside, part.get(name));
        open.put(aside, open.remove(name));
      }
    }
  }

  private void rename(String from, String to, String part) {
    statements.add(
        statement(
            Step.COLUMNS,
            part,
            alter("RENAME COLUMN " + Names.quote(from) + " TO " + Names.quote(to))));
  }

  private void add(List<ColumnDefinition> columns) {
    columns.forEach(column -> {
      add(column);
      comment(null, column);
    });
  }

  private void add(ColumnDefinition column) {
    List<Hazard> hazards = new ArrayList<>();
    String object = after.name() + "." + column.name();
    boolean filled =
        column.defaultValue() != null || column.generated() != null || column.identity() != null;
    boolean written =
        column.generated() != null && column.generated().stored()
            || column.identity() != null
            || column.defaultValue() != null && !column.defaultValue().deterministic();
    if (!column.nullable() && !filled) {
      hazards.add(
          new Hazard(
              Hazard.Kind.MAY_FAIL,
              Risk.MEDIUM,
              "ADD COLUMN",
              object,
              "NOT NULL without a default fails if there are rows"));
    }
    boolean online =
        plan.options.online()
            && column.defaultValue() != null
            && !column.defaultValue().deterministic()
            && after.partitioning() == null;
    if (online) {
      addOnline(column);
      return;
    }
    if (written) {
      hazards.add(
          new Hazard(
              Hazard.Kind.REWRITE, Risk.LOW, "ADD COLUMN", object, "every row is written again"));
    }
    statements.add(
        statement(
            Step.COLUMNS, column.name(), alter("ADD COLUMN " + TableDdl.column(column)), hazards));
  }

  /** Rows get their values by an update, which writers wait for row by row only. */
  private void addOnline(ColumnDefinition column) {
    ColumnDefinition bare =
        new ColumnDefinition(
            column.id(),
            column.name(),
            column.type(),
            true,
            null,
            null,
            null,
            column.collation(),
            null);
    String name = Names.quote(column.name());
    statements.add(
        statement(Step.COLUMNS, column.name(), alter("ADD COLUMN " + TableDdl.column(bare))));
    statements.add(
        statement(
            Step.COLUMNS,
            column.name(),
            alter(column.name(), "SET DEFAULT " + column.defaultValue().expression())));
    statements.add(
        statement(
            Step.COLUMNS,
            column.name(),
            "UPDATE "
                + Names.of(after.name())
                + " SET "
                + name
                + " = DEFAULT WHERE "
                + name
                + " IS NULL"));
    if (!column.nullable()) {
      statements.addAll(NotNullOnline.statements(after, column.name(), Step.COLUMNS));
    }
  }

  private void alter(Set<String> rebuilt, Set<String> retyped) {
    for (ColumnDefinition column : before.columns()) {
      ColumnDefinition now = next(column);
      if (now == null || rebuilt.contains(column.name())) {
        continue;
      }
      boolean type = retyped.contains(column.name());
      boolean reset = type || effects.defaults.contains(column.name());
      if (column.generated() != null && now.generated() == null) {
        statements.add(statement(Step.COLUMNS, now.name(), alter(now.name(), "DROP EXPRESSION")));
      }
      if (type) {
        retype(column, now);
      }
      if (reset ? now.defaultValue() != null : !sameDefault(column, now)) {
        statements.add(
            statement(
                Step.COLUMNS,
                now.name(),
                alter(
                    now.name(),
                    now.defaultValue() == null
                        ? "DROP DEFAULT"
                        : "SET DEFAULT " + now.defaultValue().expression())));
      }
      if (column.identity() != null && now.identity() == null) {
        statements.add(
            statement(Step.COLUMNS, now.name(), alter(now.name(), "DROP IDENTITY IF EXISTS")));
      }
      if (column.nullable() && !now.nullable()) {
        notNull(now);
      }
      if (!Objects.equals(column.identity(), now.identity()) && now.identity() != null) {
        identity(column, now);
      }
      if (!column.nullable() && now.nullable()) {
        statements.add(statement(Step.COLUMNS, now.name(), alter(now.name(), "DROP NOT NULL")));
      }
      comment(column.comment(), now);
    }
  }

  private static boolean sameDefault(ColumnDefinition before, ColumnDefinition after) {
    String old = before.defaultValue() == null ? null : before.defaultValue().expression();
    String now = after.defaultValue() == null ? null : after.defaultValue().expression();
    return Objects.equals(old, now);
  }

  private void retype(ColumnDefinition column, ColumnDefinition now) {
    String object = after.name() + "." + now.name();
    TypeChange change = TypeChange.between(column.type(), now.type());
    boolean swapped = column.type().equals(now.type());
    String types = "(" + column.type() + " -> " + now.type() + ")";
    List<Hazard> hazards = new ArrayList<>();
    if (!swapped && change == TypeChange.LOSSY) {
      hazards.add(
          new Hazard(
              Hazard.Kind.DATA_LOSS,
              Risk.MEDIUM,
              "ALTER COLUMN TYPE",
              object,
              column.type() + " -> " + now.type() + ", may fail or lose precision"));
    }
    if (swapped || change != TypeChange.FREE) {
      hazards.add(
          new Hazard(
              Hazard.Kind.REWRITE,
              Risk.LOW,
              "ALTER COLUMN TYPE",
              object,
              "every row is written again " + types));
    }
    String name = Names.quote(now.name());
    boolean assigned = change != TypeChange.LOSSY && !swapped;
    statements.add(
        statement(
            Step.COLUMNS,
            now.name(),
            alter(
                now.name(),
                "TYPE "
                    + TableDdl.type(now)
                    + (assigned
                        ? ""
                        : " USING "
                            + name
                            + (swapped || throughText(column, now) ? "::text::" : "::")
                            + now.type())),
            hazards));
  }

  /** Types of the schema's own have no casts between them, but texts. */
  private boolean throughText(ColumnDefinition column, ColumnDefinition now) {
    return column.type().indexOf('.') >= 0
        || now.type().indexOf('.') >= 0
        || !TypeChange.hasCast(column.type(), now.type());
  }

  private void notNull(ColumnDefinition column) {
    if (plan.options.online() && after.partitioning() == null) {
      statements.addAll(NotNullOnline.statements(after, column.name(), Step.COLUMNS));
      return;
    }
    String object = after.name() + "." + column.name();
    statements.add(
        statement(
            Step.COLUMNS,
            column.name(),
            alter(column.name(), "SET NOT NULL"),
            List.of(
                new Hazard(
                    Hazard.Kind.MAY_FAIL,
                    Risk.MEDIUM,
                    "SET NOT NULL",
                    object,
                    "rows may have nulls"),
                new Hazard(
                    Hazard.Kind.LOCK,
                    Risk.LOW,
                    "SET NOT NULL",
                    object,
                    "the table waits until every row is checked"))));
  }

  private void identity(ColumnDefinition column, ColumnDefinition now) {
    if (column.identity() == null) {
      statements.add(
          statement(
              Step.COLUMNS,
              now.name(),
              alter(now.name(), "ADD " + TableDdl.identity(now.identity()))));
      return;
    }
    List<String> changes = new ArrayList<>();
    if (column.identity().always() != now.identity().always()) {
      changes.add("SET GENERATED " + (now.identity().always() ? "ALWAYS" : "BY DEFAULT"));
    }
    SequenceOptions options = now.identity().sequence();
    if (!column.identity().sequence().equals(options)) {
      changes.add("SET START WITH " + options.start());
      changes.add("SET INCREMENT BY " + options.increment());
      changes.add("SET MINVALUE " + options.minimum());
      changes.add("SET MAXVALUE " + options.maximum());
      changes.add("SET CACHE " + options.cache());
      changes.add(options.cycle() ? "SET CYCLE" : "SET NO CYCLE");
    }
    statements.add(
        statement(Step.COLUMNS, now.name(), alter(now.name(), String.join(" ", changes))));
  }

  private void comment(String old, ColumnDefinition column) {
    facts.comment(
        Step.COMMENTS,
        after,
        column.name(),
        "COLUMN " + Names.of(after.name()) + "." + Names.quote(column.name()),
        old,
        column.comment());
  }

  private String alter(String action) {
    return "ALTER TABLE " + Names.of(after.name()) + " " + action;
  }

  private String alter(String column, String action) {
    return alter("ALTER COLUMN " + Names.quote(column) + " " + action);
  }

  private Statement statement(Step step, String part, String sql) {
    return statement(step, part, sql, List.of());
  }

  private Statement statement(Step step, String part, String sql, List<Hazard> hazards) {
    return new Statement(sql, step, after.id(), part, false, hazards);
  }
}
