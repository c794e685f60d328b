package dev.epoch.storage.sqlite;

import dev.epoch.model.schema.diff.ObjectChange;
import dev.epoch.model.schema.diff.PartChange;
import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TriggerDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** One way of a migration. */
final class SqliteMigrationPlanner {
  /** In the order in which they run. */
  private enum Step {
    DROP_VIEWS,
    DROP_TRIGGERS,
    DROP_INDEXES,
    DROP_TABLES,
    CREATE_TABLES,
    RENAME_COLUMNS,
    ADD_COLUMNS,
    REBUILD,
    CREATE_INDEXES,
    CREATE_VIEWS,
    CREATE_TRIGGERS
  }

  private final SchemaDifference difference;
  private final SqliteTableText tables;
  private final SequencedSet<String> byHand;
  private final Map<Step, List<String>> steps = new EnumMap<>(Step.class);
  private final Map<String, ObjectChange.Modified> modified = new TreeMap<>();

  /** Names of tables that are altered, and of those that are rebuilt. */
  private final Set<String> rebuilt = new TreeSet<>();

  private final List<String> remarks = new ArrayList<>();
  private boolean breaksReferences;

  /**
   * @param before the schema that it begins with
   * @param after the schema that it leads to
   * @param byHand gets what has to be written by hand
   */
  SqliteMigrationPlanner(
      SchemaDifference difference,
      DatabaseSchema before,
      DatabaseSchema after,
      SequencedSet<String> byHand) {
    this.difference = difference;
    this.byHand = byHand;
    this.tables = new SqliteTableText(after, byHand);
    for (ObjectChange change : difference.changes().values()) {
      if (change instanceof ObjectChange.Modified both
          && both.after() instanceof TableDefinition table) {
        modified.put(table.name().name(), both);
      }
    }
  }

  List<String> statements() {
    classify();
    for (ObjectChange change : difference.changes().values()) {
      switch (change) {
        case ObjectChange.Added(TableDefinition table) -> create(table);
        case ObjectChange.Removed(TableDefinition table) -> {
          breaksReferences = true;
          add(Step.DROP_TABLES, "DROP TABLE " + quoted(table));
        }
        case ObjectChange.Modified both when both.after() instanceof TableDefinition table ->
            change((TableDefinition) both.before(), table, both);
        case ObjectChange.Added(ViewDefinition view) -> create(view);
        case ObjectChange.Removed(ViewDefinition view) -> drop(view);
        case ObjectChange.Modified both when both.after() instanceof ViewDefinition view -> {
          drop((ViewDefinition) both.before());
          create(view);
        }
        case ObjectChange.Added(EnumType _), ObjectChange.Removed(EnumType _) -> {}
        case ObjectChange.Added(SchemaObject object) -> other(object, "added");
        case ObjectChange.Removed(SchemaObject object) -> other(object, "removed");
        case ObjectChange.Modified both -> other(both.after(), "modified");
      }
    }
    return transaction(steps.values().stream().flatMap(List::stream).toList());
  }

  /** What whoever runs it ought to look at; known when the statements are. */
  List<String> remarks() {
    return List.copyOf(remarks);
  }

  /** References are looked at when all is done: no more of them may be broken than before. */
  private List<String> transaction(List<String> statements) {
    if (statements.isEmpty()) {
      return List.of();
    }
    List<String> all = new ArrayList<>();
    if (breaksReferences) {
      all.add("PRAGMA foreign_keys = OFF");
    }
    all.add("BEGIN IMMEDIATE");
    if (breaksReferences) {
      all.add(
          "CREATE TEMP TABLE epoch_references (had INTEGER, has INTEGER,"
              + " CONSTRAINT \"rows refer to what is not there\" CHECK (has <= had))");
      all.add(
          "INSERT INTO epoch_references (had, has) SELECT count(*), 0 FROM"
              + " pragma_foreign_key_check");
    }
    all.addAll(statements);
    if (breaksReferences) {
      all.add(
          "UPDATE OR ROLLBACK epoch_references SET has = (SELECT count(*) FROM"
              + " pragma_foreign_key_check)");
      all.add("DROP TABLE epoch_references");
    }
    all.add("COMMIT");
    if (breaksReferences) {
      all.add("PRAGMA foreign_keys = ON");
    }
    return all;
  }

  private void add(Step step, String sql) {
    steps.computeIfAbsent(step, _ -> new ArrayList<>()).add(sql);
  }

  private static String quoted(SchemaObject object) {
    return SqliteDialect.quoted(object.name().name());
  }

  /** A sequence of a column is how SQLite numbers rows. */
  private void other(SchemaObject object, String what) {
    if (!(object instanceof SequenceDefinition sequence && sequence.ownedBy() != null)) {
      byHand.add("%s %s %s".formatted(object.kind().label(), object.name().name(), what));
    }
  }

  // ---- views

  private void create(ViewDefinition view) {
    if (!view.name().schema().equals(SqliteCatalog.MAIN)) {
      byHand.add("view " + view.name().name());
      return;
    }
    add(Step.CREATE_VIEWS, SqliteTableText.view(view));
    view.triggers().forEach(trigger -> add(Step.CREATE_TRIGGERS, trigger.definition()));
  }

  private void drop(ViewDefinition view) {
    if (view.name().schema().equals(SqliteCatalog.MAIN)) {
      add(Step.DROP_VIEWS, "DROP VIEW " + quoted(view));
    } else {
      byHand.add("view %s removed".formatted(view.name().name()));
    }
  }

  // ---- tables

  private void create(TableDefinition table) {
    add(Step.CREATE_TABLES, tables.create(table, table.name().name()));
    table.indexes().forEach(index -> index(table, index));
    table.triggers().forEach(trigger -> trigger(table, trigger));
    beside(table);
  }

  private void beside(TableDefinition table) {
    table.policies().forEach(policy -> byHand.add("policy " + policy.name()));
  }

  private void index(TableDefinition table, IndexDefinition index) {
    tables.index(table, index).ifPresent(sql -> add(Step.CREATE_INDEXES, sql));
  }

  private void trigger(TableDefinition table, TriggerDefinition trigger) {
    if (SqliteTableText.isNative(table)) {
      add(Step.CREATE_TRIGGERS, trigger.definition());
    } else {
      byHand.add("trigger " + trigger.name());
    }
  }

  /** Which tables have to be rebuilt; a rename by ALTER TABLE reaches other tables' references. */
  private void classify() {
    modified.forEach((name, change) -> {
      if (!isAlterable(change)) {
        rebuilt.add(name);
      }
    });
    boolean again = true;
    while (again) {
      again = false;
      for (Map.Entry<String, ObjectChange.Modified> change : modified.entrySet()) {
        if (!rebuilt.contains(change.getKey()) && !sameConstraints(change.getValue())) {
          rebuilt.add(change.getKey());
          again = true;
        }
      }
    }
  }

  private static boolean isAlterable(ObjectChange.Modified change) {
    TableDefinition before = (TableDefinition) change.before();
    TableDefinition after = (TableDefinition) change.after();
    if (!before.storageParameters().equals(after.storageParameters())) {
      return false;
    }
    for (PartChange.OfColumn part : change.parts(PartChange.OfColumn.class)) {
      boolean fits =
          part.before() == null
              ? isAddable(part.after())
              : part.after() != null
                  && onlyRenamed(part)
                  && before.column(part.after().name()).isEmpty();
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  private static boolean onlyRenamed(PartChange.OfColumn part) {
    return !part.retyped()
        && !part.nullabilityChanged()
        && !part.defaultChanged()
        && !part.generationChanged()
        && !part.identityChanged();
  }

  /** What rows have in a column that is added must be the same in all, and known beforehand. */
  private static boolean isAddable(ColumnDefinition column) {
    if (column.identity() != null || column.generated() != null && column.generated().stored()) {
      return false;
    }
    if (column.generated() != null) {
      return column.nullable();
    }
    String value = column.defaultValue() == null ? null : column.defaultValue().expression();
    return value == null
        ? column.nullable()
        : SqliteExpression.isConstant(value)
            && (column.nullable() || !value.equalsIgnoreCase("NULL"));
  }

  private boolean sameConstraints(ObjectChange.Modified change) {
    TableDefinition before = (TableDefinition) change.before();
    TableDefinition after = (TableDefinition) change.after();
    Set<String> had = new HashSet<>();
    for (ConstraintDefinition constraint : before.constraints()) {
      had.add(constraint(renamed(constraint, before)));
    }
    Set<String> has = new HashSet<>();
    after.constraints().forEach(constraint -> has.add(constraint(constraint)));
    return had.equals(has);
  }

  private static String constraint(ConstraintDefinition constraint) {
    return switch (constraint.kind()) {
      case CHECK, EXCLUSION -> constraint.name() + constraint.definition();
      case PRIMARY_KEY, UNIQUE -> constraint.kind() + constraint.columns().toString();
      case FOREIGN_KEY ->
          constraint.columns()
              + " "
              + constraint.references().table().name()
              + constraint.references().columns()
              + SqliteTableText.actions(constraint);
    };
  }

  private ConstraintDefinition renamed(ConstraintDefinition constraint, TableDefinition table) {
    ConstraintDefinition.Reference to = constraint.references();
    return new ConstraintDefinition(
        constraint.name(),
        constraint.kind(),
        constraint.definition(),
        renamed(constraint.columns(), table.name().name()),
        to == null
            ? null
            : new ConstraintDefinition.Reference(
                to.table(),
                renamed(to.columns(), to.table().name()),
                to.onDelete(),
                to.onUpdate(),
                to.match()),
        constraint.nullsNotDistinct(),
        constraint.deferrable(),
        constraint.initiallyDeferred(),
        constraint.validated(),
        constraint.comment());
  }

  private List<String> renamed(List<String> columns, String table) {
    if (!modified.containsKey(table) || rebuilt.contains(table)) {
      return columns;
    }
    Map<String, String> names = new HashMap<>();
    for (PartChange.OfColumn part : modified.get(table).parts(PartChange.OfColumn.class)) {
      if (part.renamed()) {
        names.put(part.before().name(), part.after().name());
      }
    }
    return columns.stream().map(name -> names.getOrDefault(name, name)).toList();
  }

  private void change(TableDefinition before, TableDefinition after, ObjectChange.Modified change) {
    for (PartChange part : change.parts()) {
      if (part instanceof PartChange.OfPolicy policy) {
        byHand.add("policy " + policy.name());
      }
    }
    if (rebuilt.contains(after.name().name())) {
      rebuild(before, after, change);
      return;
    }
    String alter = "ALTER TABLE " + quoted(after);
    for (PartChange.OfColumn part : change.parts(PartChange.OfColumn.class)) {
      if (part.before() == null) {
        add(Step.ADD_COLUMNS, alter + " ADD COLUMN " + tables.column(after, part.after()));
      } else if (part.renamed()) {
        add(
            Step.RENAME_COLUMNS,
            "%s RENAME COLUMN %s TO %s"
                .formatted(
                    alter,
                    SqliteDialect.quoted(part.before().name()),
                    SqliteDialect.quoted(part.after().name())));
      }
    }
    for (PartChange.OfIndex part : change.parts(PartChange.OfIndex.class)) {
      if (part.before() != null) {
        add(Step.DROP_INDEXES, "DROP INDEX " + SqliteDialect.quoted(part.before().name()));
      }
      if (part.after() != null) {
        index(after, part.after());
      }
    }
    for (PartChange.OfTrigger part : change.parts(PartChange.OfTrigger.class)) {
      if (part.before() != null && SqliteTableText.isNative(before)) {
        add(Step.DROP_TRIGGERS, "DROP TRIGGER " + SqliteDialect.quoted(part.before().name()));
      }
      if (part.after() != null) {
        trigger(after, part.after());
      }
    }
  }

  private void rebuild(
      TableDefinition before, TableDefinition after, ObjectChange.Modified change) {
    breaksReferences = true;
    String name = after.name().name();
    String made = SqliteDialect.quoted("epoch_new_" + name);
    Map<String, String> former = new HashMap<>();
    before.columns().forEach(column -> former.put(column.name(), column.name()));
    for (PartChange.OfColumn part : change.parts(PartChange.OfColumn.class)) {
      if (part.before() == null) {
        former.remove(part.after().name());
      }
    }
    for (PartChange.OfColumn part : change.parts(PartChange.OfColumn.class)) {
      if (part.before() != null && part.after() != null) {
        former.put(part.after().name(), part.before().name());
      }
    }
    List<String> columns = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (ColumnDefinition column : after.columns()) {
      String from = former.get(column.name());
      if (from != null && column.generated() == null) {
        columns.add(SqliteDialect.quoted(column.name()));
        values.add(SqliteDialect.quoted(from));
      }
    }
    add(Step.REBUILD, tables.create(after, "epoch_new_" + name));
    if (!columns.isEmpty()) {
      add(
          Step.REBUILD,
          "INSERT INTO %s (%s) SELECT %s FROM %s"
              .formatted(
                  made, String.join(", ", columns), String.join(", ", values), quoted(before)));
    }
    if (SqliteTableText.counts(before) && SqliteTableText.counts(after)) {
      String literal = SqliteExpression.literal("epoch_new_" + name);
      add(Step.REBUILD, "DELETE FROM sqlite_sequence WHERE name = " + literal);
      add(
          Step.REBUILD,
          "INSERT INTO sqlite_sequence (name, seq) SELECT %s, seq FROM sqlite_sequence WHERE name = %s"
              .formatted(literal, SqliteExpression.literal(name)));
    }
    add(Step.REBUILD, "DROP TABLE " + quoted(before));
    // views and triggers name a table that is not there at this moment
    add(Step.REBUILD, "PRAGMA legacy_alter_table = ON");
    add(Step.REBUILD, "ALTER TABLE %s RENAME TO %s".formatted(made, quoted(after)));
    add(Step.REBUILD, "PRAGMA legacy_alter_table = OFF");
    after.indexes().forEach(index -> index(after, index));
    after.triggers().forEach(trigger -> trigger(after, trigger));
    if (SqliteTableText.isNative(before) && SqliteTableText.isPlain(before)) {
      remarks.add(
          "Table %s is made anew, with what is known of it: look whether it has collations, triggers, STRICT, WITHOUT ROWID or AUTOINCREMENT"
              .formatted(name));
    }
    String conflict = before.storageParameters().get(SqliteTableText.CONFLICT);
    if (conflict != null) {
      byHand.add("table %s: %s".formatted(name, conflict));
    }
  }
}
