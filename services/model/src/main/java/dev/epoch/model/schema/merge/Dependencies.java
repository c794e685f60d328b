package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.merge.SchemaConflict.Part;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.PolicyDefinition;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TriggerDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Whether everything is there that something needs: one side may have taken away what the other has
 * come to need. The conflict is about what was taken away. Either it comes back, or what needs it
 * goes too.
 */
final class Dependencies {
  static final String NEEDED_BY = "needed by ";

  private final DatabaseSchema base;
  private final DatabaseSchema ours;
  private final DatabaseSchema theirs;
  private final Decisions decisions;

  Dependencies(
      DatabaseSchema base, DatabaseSchema ours, DatabaseSchema theirs, Decisions decisions) {
    this.base = base;
    this.ours = ours;
    this.theirs = theirs;
    this.decisions = decisions;
  }

  /** What needs something. */
  private record Needer(ObjectId object, Part part, String name) {
    String path() {
      return name.isEmpty() ? object.name().toString() : object.name() + "." + name;
    }
  }

  /** What is missing: a column by its name, or an object. */
  private record Missing(ObjectId object, String column) {
    boolean isObject() {
      return column.isEmpty();
    }
  }

  private record Need(Needer needer, Missing missing) {}

  void check(Map<ObjectId, SchemaObject> merged) {
    // each step brings something back or takes something away, and never both of one thing
    Set<Need> seen = new HashSet<>();
    for (Optional<Need> need = first(merged); need.isPresent(); need = first(merged)) {
      boolean again = !seen.add(need.get());
      settle(merged, need.get(), again);
    }
  }

  private void settle(Map<ObjectId, SchemaObject> merged, Need need, boolean again) {
    Missing missing = need.missing();
    Needer needer = need.needer();
    if (decisions.isOpen(needer.path())) {
      // whether it stays at all is the first question
      MergedTables.remove(merged, needer.object(), needer.part(), needer.name());
      return;
    }
    Object left = what(ours, missing, theirs);
    Object right = what(theirs, missing, ours);
    boolean oursHasIt = isIt(left, missing, right);
    Object kept = oursHasIt ? left : right;
    Object other = oursHasIt ? right : left;
    boolean oursIsTaken =
        decisions.decide(
            new SchemaConflict(
                other == null ? SchemaConflictType.DELETE_MODIFY : SchemaConflictType.SCHEMA_SCHEMA,
                missing.object(),
                missing.isObject() ? Part.OBJECT : Part.COLUMN,
                missing.column(),
                NEEDED_BY + label(needer),
                PartText.of(kept),
                PartText.of(left),
                PartText.of(right)),
            true,
            false);
    if (oursIsTaken != oursHasIt || again) {
      MergedTables.remove(merged, needer.object(), needer.part(), needer.name());
    } else if (kept instanceof ColumnDefinition column) {
      bringBack(merged, missing, column);
    } else {
      merged.put(missing.object(), (SchemaObject) kept);
    }
  }

  /** A column that was renamed gets its name back, everywhere. */
  private static void bringBack(
      Map<ObjectId, SchemaObject> merged, Missing missing, ColumnDefinition column) {
    ObjectId table = missing.object();
    Optional<ColumnDefinition> renamed =
        ((TableDefinition) merged.get(table))
            .columns().stream().filter(c -> c.id().equals(column.id())).findFirst();
    String name = renamed.map(ColumnDefinition::name).orElse(missing.column());
    if (renamed.isEmpty()) {
      MergedTables.addColumn(merged, table, column);
    } else {
      MergedTables.rename(merged, table, name, column.name());
    }
    if (!name.equals(column.name())) {
      merged.putAll(
          ColumnNames.renaming(table.name(), name, column.name())
              .in(new DatabaseSchema(new TreeMap<>(merged)))
              .objects());
    }
  }

  private static String label(Needer needer) {
    return needer.part() == Part.OBJECT
        ? needer.object().toString()
        : needer.part().name().toLowerCase(Locale.ROOT) + " " + needer.name();
  }

  /** The object or column, also if the column has another name on this side. */
  private Object what(DatabaseSchema side, Missing missing, DatabaseSchema other) {
    if (missing.isObject()) {
      return side.get(missing.object()).orElse(null);
    }
    ObjectName table = missing.object().name();
    return named(side, missing)
        .or(() ->
            named(base, missing)
                .or(() -> named(other, missing))
                .flatMap(column -> ColumnNames.withId(side, table, column.id())))
        .orElse(null);
  }

  private static Optional<ColumnDefinition> named(DatabaseSchema side, Missing missing) {
    return side.table(missing.object().name()).flatMap(table -> table.column(missing.column()));
  }

  /** A column that the other side has renamed is not it; one that the other side dropped is. */
  private boolean isIt(Object found, Missing missing, Object other) {
    return found != null
        && (other == null
            || !(found instanceof ColumnDefinition column)
            || column.name().equals(missing.column()));
  }

  private Optional<Need> first(Map<ObjectId, SchemaObject> merged) {
    for (SchemaObject object : merged.values()) {
      Optional<Need> need = object(merged, object);
      if (need.isPresent()) {
        return need;
      }
    }
    return Optional.empty();
  }

  private Optional<Need> object(Map<ObjectId, SchemaObject> merged, SchemaObject object) {
    Needer whole = new Needer(object.id(), Part.OBJECT, "");
    if (object instanceof TableDefinition table) {
      // a constraint goes before its table does
      Optional<Need> ofPart = parts(merged, table);
      if (ofPart.isPresent()) {
        return ofPart;
      }
    }
    for (ObjectId id : object.dependsOn()) {
      boolean once = ours.get(id).isPresent() || theirs.get(id).isPresent();
      if (!merged.containsKey(id) && once) {
        Optional<Needer> needer =
            object instanceof TableDefinition table ? needer(table, id) : Optional.of(whole);
        if (needer.isPresent()) {
          return Optional.of(new Need(needer.get(), new Missing(id, "")));
        }
      }
      if (id.kind() == ObjectKind.TABLE && merged.containsKey(id)) {
        Optional<Missing> gone = goneColumn(merged, id, text(object), object);
        if (gone.isPresent()) {
          return Optional.of(new Need(whole, gone.get()));
        }
      }
    }
    return Optional.empty();
  }

  /** What of a table needs an object; keys that refer to tables are looked at by themselves. */
  private static Optional<Needer> needer(TableDefinition table, ObjectId id) {
    if (id.kind() == ObjectKind.TABLE) {
      return table.partitionOf() != null && table.partitionOf().parent().equals(id.name())
          ? Optional.of(new Needer(table.id(), Part.OBJECT, ""))
          : Optional.empty();
    }
    String named = id.name().name().replaceFirst("\\(.*", "");
    for (ColumnDefinition column : table.columns()) {
      String value = column.defaultValue() == null ? "" : column.defaultValue().expression();
      if (speaksOf(column.type(), named) || speaksOf(value, named)) {
        return Optional.of(new Needer(table.id(), Part.COLUMN, column.name()));
      }
    }
    return table.triggers().stream()
        .filter(trigger -> speaksOf(trigger.definition(), named))
        .findFirst()
        .map(trigger -> new Needer(table.id(), Part.TRIGGER, trigger.name()));
  }

  private static boolean speaksOf(String text, String name) {
    return Pattern.compile("(?<![\\w$])" + Pattern.quote(name) + "(?![\\w$])").matcher(text).find();
  }

  private static String text(SchemaObject object) {
    return switch (object) {
      case ViewDefinition view -> view.query();
      case FunctionDefinition function -> function.definition();
      default -> null;
    };
  }

  /** A column that the text speaks of, and that went or has another name; of a side's new text. */
  private Optional<Missing> goneColumn(
      Map<ObjectId, SchemaObject> merged, ObjectId id, String text, SchemaObject object) {
    if (text == null) {
      return Optional.empty();
    }
    TableDefinition table = (TableDefinition) merged.get(id);
    for (DatabaseSchema side : List.of(ours, theirs)) {
      DatabaseSchema other = side == ours ? theirs : ours;
      boolean othersText =
          other.get(object.id()).map(Dependencies::text).filter(text::equals).isPresent();
      List<ColumnDefinition> columns =
          side.table(id.name()).map(TableDefinition::columns).orElse(List.of());
      for (ColumnDefinition column : columns) {
        if (!othersText
            && table.column(column.name()).isEmpty()
            && SqlNames.mentions(text, column.name())) {
          return Optional.of(new Missing(id, column.name()));
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Need> parts(Map<ObjectId, SchemaObject> merged, TableDefinition table) {
    Set<String> gone = gone(table);
    List<Need> needs = new ArrayList<>();
    for (ColumnDefinition column : table.columns()) {
      if (column.generated() != null) {
        need(table, Part.COLUMN, column.name(), gone, column.generated().expression(), needs);
      }
    }
    for (ConstraintDefinition constraint : table.constraints()) {
      Set<String> columns = new LinkedHashSet<>(constraint.columns());
      if (constraint.references() == null) {
        columns.addAll(SqlNames.names(constraint.definition()));
      }
      need(table, Part.CONSTRAINT, constraint.name(), gone, columns, needs);
      reference(merged, table, constraint).ifPresent(needs::add);
    }
    for (IndexDefinition index : table.indexes()) {
      Set<String> columns = new LinkedHashSet<>(index.included());
      index.keys().forEach(key -> columns.addAll(SqlNames.names(key.expression())));
      if (index.predicate() != null) {
        columns.addAll(SqlNames.names(index.predicate()));
      }
      need(table, Part.INDEX, index.name(), gone, columns, needs);
    }
    for (TriggerDefinition trigger : table.triggers()) {
      need(
          table,
          Part.TRIGGER,
          trigger.name(),
          gone,
          ColumnNames.columnsOfTrigger(trigger.definition()),
          needs);
    }
    for (PolicyDefinition policy : table.policies()) {
      need(
          table,
          Part.POLICY,
          policy.name(),
          gone,
          Objects.toString(policy.using(), "") + " " + Objects.toString(policy.withCheck(), ""),
          needs);
    }
    return needs.stream().findFirst();
  }

  /**
   * Columns that one side has and the merged table has not, by the names that texts have them by.
   */
  private Set<String> gone(TableDefinition table) {
    Set<String> names = new LinkedHashSet<>();
    Set<String> ids = new HashSet<>();
    table.columns().forEach(column -> ids.add(column.id()));
    for (DatabaseSchema side : List.of(ours, theirs)) {
      for (ColumnDefinition column :
          side.table(table.name()).map(TableDefinition::columns).orElse(List.of())) {
        String name =
            ColumnNames.withId(base, table.name(), column.id())
                .map(ColumnDefinition::name)
                .orElse(column.name());
        if (!ids.contains(column.id()) && table.column(name).isEmpty()) {
          names.add(name);
        }
      }
    }
    return names;
  }

  private static void need(
      TableDefinition table,
      Part part,
      String name,
      Set<String> gone,
      String text,
      List<Need> needs) {
    need(table, part, name, gone, SqlNames.names(text), needs);
  }

  private static void need(
      TableDefinition table,
      Part part,
      String name,
      Set<String> gone,
      Set<String> columns,
      List<Need> needs) {
    gone.stream()
        .filter(columns::contains)
        .findFirst()
        .ifPresent(column ->
            needs.add(
                new Need(new Needer(table.id(), part, name), new Missing(table.id(), column))));
  }

  private Optional<Need> reference(
      Map<ObjectId, SchemaObject> merged, TableDefinition table, ConstraintDefinition constraint) {
    if (constraint.references() == null) {
      return Optional.empty();
    }
    Needer needer = new Needer(table.id(), Part.CONSTRAINT, constraint.name());
    ObjectId target = new ObjectId(ObjectKind.TABLE, constraint.references().table());
    if (!merged.containsKey(target)) {
      boolean once = ours.get(target).isPresent() || theirs.get(target).isPresent();
      return once ? Optional.of(new Need(needer, new Missing(target, ""))) : Optional.empty();
    }
    Set<String> gone = gone((TableDefinition) merged.get(target));
    return constraint.references().columns().stream()
        .filter(gone::contains)
        .findFirst()
        .map(column -> new Need(needer, new Missing(target, column)));
  }
}
