package dev.epoch.model.schema.merge;

import static dev.epoch.model.schema.merge.SchemaParts.made;
import static dev.epoch.model.schema.merge.SchemaParts.newColumn;
import static dev.epoch.model.schema.merge.SchemaParts.replaced;
import static dev.epoch.model.schema.merge.SchemaParts.with;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.CompositeType;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Kind;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.EnumType;
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
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A schema that is changed as ALTER would change it. */
final class EditedSchema {
  private final TreeMap<ObjectId, SchemaObject> objects;
  private final String idPrefix;

  /**
   * @param idPrefix what ids of new columns begin with
   */
  EditedSchema(DatabaseSchema start, String idPrefix) {
    this.objects = new TreeMap<>(start.objects());
    this.idPrefix = idPrefix;
  }

  DatabaseSchema schema() {
    return new DatabaseSchema(objects);
  }

  static ObjectName name(String name) {
    return new ObjectName("public", name);
  }

  static List<String> list(String text) {
    return text.isBlank() ? List.of() : Arrays.stream(text.split(",")).map(String::strip).toList();
  }

  void put(SchemaObject object) {
    objects.put(object.id(), object);
  }

  void drop(String kind, String name) {
    ObjectKind of =
        switch (kind) {
          case "T" -> ObjectKind.TABLE;
          case "E" -> ObjectKind.ENUM;
          case "V" -> ObjectKind.VIEW;
          case "F" -> ObjectKind.FUNCTION;
          case "S" -> ObjectKind.SEQUENCE;
          case "D" -> ObjectKind.DOMAIN;
          case "C" -> ObjectKind.COMPOSITE;
          default -> ObjectKind.EXTENSION;
        };
    ObjectName full = of == ObjectKind.EXTENSION ? new ObjectName("", name) : name(name);
    if (objects.remove(new ObjectId(of, full)) == null) {
      throw new IllegalArgumentException("there is no " + of + " " + name);
    }
    if (of == ObjectKind.TABLE) {
      // as CASCADE does
      for (SchemaObject object : List.copyOf(objects.values())) {
        if (object instanceof TableDefinition table) {
          List<ConstraintDefinition> kept =
              table.constraints().stream()
                  .filter(c -> c.references() == null || !c.references().table().equals(full))
                  .toList();
          put(
              parts(
                  table,
                  table.columns(),
                  kept,
                  table.indexes(),
                  table.triggers(),
                  table.policies()));
        }
      }
    }
  }

  TableDefinition table(String name) {
    return (TableDefinition) objects.get(new ObjectId(ObjectKind.TABLE, name(name)));
  }

  void createTable(String name, String columns) {
    put(
        parts(
            new TableDefinition(
                name(name),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                TableDefinition.RowSecurity.NONE,
                null,
                null,
                false,
                Map.of(),
                null,
                List.of(),
                Set.of()),
            list(columns).stream().map(column -> newColumn(column, idPrefix)).toList(),
            List.of(),
            List.of(),
            List.of(),
            List.of()));
  }

  void columns(String table, Consumer<List<ColumnDefinition>> change) {
    TableDefinition t = table(table);
    List<ColumnDefinition> columns = new ArrayList<>(t.columns());
    change.accept(columns);
    put(parts(t, columns, t.constraints(), t.indexes(), t.triggers(), t.policies()));
  }

  void change(String table, String column, UnaryOperator<ColumnDefinition> change) {
    if (table(table).column(column).isEmpty()) {
      throw new IllegalArgumentException("there is no column " + table + "." + column);
    }
    columns(
        table, columns -> columns.replaceAll(c -> c.name().equals(column) ? change.apply(c) : c));
  }

  void dropColumn(String table, String column) {
    TableDefinition t = table(table);
    if (t.column(column).isEmpty()) {
      throw new IllegalArgumentException("there is no column " + table + "." + column);
    }
    put(
        parts(
            t,
            t.columns().stream().filter(c -> !c.name().equals(column)).toList(),
            t.constraints().stream().filter(c -> !c.columns().contains(column)).toList(),
            t.indexes().stream()
                .filter(i ->
                    i.keys().stream().noneMatch(k -> word(column).matcher(k.expression()).find())
                        && (i.predicate() == null || !word(column).matcher(i.predicate()).find()))
                .toList(),
            t.triggers().stream()
                .filter(g -> !g.definition().matches(".*UPDATE OF " + column + " ON .*"))
                .toList(),
            t.policies().stream().filter(p -> !word(column).matcher(p.using()).find()).toList()));
    references(t.name(), c -> c.references().columns().contains(column) ? null : c);
  }

  /** Changes foreign keys that point to a table. */
  private void references(ObjectName target, UnaryOperator<ConstraintDefinition> change) {
    for (SchemaObject object : List.copyOf(objects.values())) {
      if (object instanceof TableDefinition t) {
        List<ConstraintDefinition> constraints = new ArrayList<>();
        for (ConstraintDefinition c : t.constraints()) {
          ConstraintDefinition now =
              c.references() != null && c.references().table().equals(target) ? change.apply(c) : c;
          if (now != null) {
            constraints.add(now);
          }
        }
        put(parts(t, t.columns(), constraints, t.indexes(), t.triggers(), t.policies()));
      }
    }
  }

  private static Pattern word(String word) {
    return Pattern.compile("\\b" + word + "\\b");
  }

  void rename(String table, String from, String to) {
    TableDefinition t = table(table);
    if (t.column(from).isEmpty() || t.column(to).isPresent()) {
      throw new IllegalArgumentException("cannot rename " + table + "." + from + " to " + to);
    }
    Pattern word = word(from);
    UnaryOperator<String> renamed = text -> text == null ? null : word.matcher(text).replaceAll(to);
    put(
        parts(
            t,
            t.columns().stream()
                .map(c ->
                    c.name().equals(from)
                        ? with(c, to, c.type(), c.nullable(), c.defaultValue(), c.comment())
                        : c.generated() == null
                            ? c
                            : new ColumnDefinition(
                                c.id(),
                                c.name(),
                                c.type(),
                                c.nullable(),
                                c.defaultValue(),
                                new ColumnDefinition.Generated(
                                    renamed.apply(c.generated().expression()), true),
                                null,
                                null,
                                c.comment()))
                .toList(),
            t.constraints().stream()
                .map(c ->
                    made(
                        c.name(),
                        c.kind(),
                        c.columns().stream().map(x -> x.equals(from) ? to : x).toList(),
                        c.references(),
                        c.kind() == Kind.CHECK ? renamed.apply(c.definition()) : c.definition(),
                        c.comment()))
                .toList(),
            t.indexes().stream()
                .map(i ->
                    SchemaParts.index(
                        i.name(),
                        i.keys().stream().map(k -> renamed.apply(k.expression())).toList(),
                        renamed.apply(i.predicate())))
                .toList(),
            t.triggers().stream()
                .map(g ->
                    new TriggerDefinition(
                        g.name(), renamed.apply(g.definition()), g.enabled(), g.comment()))
                .toList(),
            t.policies().stream()
                .map(p -> SchemaParts.policy(p.name(), renamed.apply(p.using())))
                .toList()));
    references(
        t.name(),
        c ->
            made(
                c.name(),
                c.kind(),
                c.columns(),
                new ConstraintDefinition.Reference(
                    c.references().table(),
                    c.references().columns().stream().map(x -> x.equals(from) ? to : x).toList(),
                    "NO ACTION",
                    "NO ACTION",
                    "SIMPLE"),
                null,
                c.comment()));
    for (SchemaObject object : List.copyOf(objects.values())) {
      if (object instanceof ViewDefinition view && view.dependsOn().contains(t.id())) {
        put(
            SchemaParts.view(
                view.name(), view.dependsOn(), view.columns(), renamed.apply(view.query())));
      }
    }
  }

  void constraint(String kind, String table, String name, List<String> columns, String rest) {
    ConstraintDefinition.Reference reference = null;
    if (kind.equals("fk")) {
      Matcher m = SchemaEdits.match("(\\w+)\\((.*)\\)", rest);
      reference =
          new ConstraintDefinition.Reference(
              name(m.group(1)), list(m.group(2)), "NO ACTION", "NO ACTION", "SIMPLE");
    }
    ConstraintDefinition made =
        made(
            name,
            switch (kind) {
              case "pk" -> Kind.PRIMARY_KEY;
              case "uq" -> Kind.UNIQUE;
              case "ck" -> Kind.CHECK;
              case "ex" -> Kind.EXCLUSION;
              default -> Kind.FOREIGN_KEY;
            },
            columns,
            reference,
            kind.equals("ck") ? "CHECK ((" + rest + "))" : null,
            null);
    TableDefinition t = table(table);
    List<ConstraintDefinition> constraints =
        replaced(t.constraints(), made, ConstraintDefinition::name);
    put(parts(t, t.columns(), constraints, t.indexes(), t.triggers(), t.policies()));
  }

  void index(String table, String name, List<String> keys, String predicate) {
    TableDefinition t = table(table);
    List<IndexDefinition> indexes =
        replaced(t.indexes(), SchemaParts.index(name, keys, predicate), IndexDefinition::name);
    put(parts(t, t.columns(), t.constraints(), indexes, t.triggers(), t.policies()));
  }

  void trigger(String table, String name, String definition) {
    TableDefinition t = table(table);
    TriggerDefinition made =
        new TriggerDefinition(name, definition, TriggerDefinition.Enabled.ORIGIN, null);
    put(
        parts(
            t,
            t.columns(),
            t.constraints(),
            t.indexes(),
            replaced(t.triggers(), made, TriggerDefinition::name),
            t.policies()));
  }

  void policy(String table, String name, String using) {
    TableDefinition t = table(table);
    put(
        parts(
            t,
            t.columns(),
            t.constraints(),
            t.indexes(),
            t.triggers(),
            replaced(t.policies(), SchemaParts.policy(name, using), PolicyDefinition::name)));
  }

  void dropPart(String table, String name) {
    TableDefinition t = table(table);
    TableDefinition without =
        parts(
            t,
            t.columns(),
            t.constraints().stream().filter(c -> !c.name().equals(name)).toList(),
            t.indexes().stream().filter(i -> !i.name().equals(name)).toList(),
            t.triggers().stream().filter(g -> !g.name().equals(name)).toList(),
            t.policies().stream().filter(p -> !p.name().equals(name)).toList());
    if (without.equals(t)) {
      throw new IllegalArgumentException("there is no " + table + "." + name);
    }
    put(without);
  }

  void view(String name, List<String> tables, String query) {
    Set<ObjectId> needed = new HashSet<>();
    tables.forEach(t -> needed.add(new ObjectId(ObjectKind.TABLE, name(t))));
    put(SchemaParts.view(name(name), needed, List.of("c"), query));
  }

  void composite(String name, String attributes) {
    put(
        new CompositeType(
            name(name),
            list(attributes).stream()
                .map(a -> new CompositeType.Attribute(a.split(" ")[0], a.split(" ")[1], null))
                .toList(),
            null,
            List.of(),
            Set.of()));
  }

  private EnumType type(String name) {
    return (EnumType) objects.get(new ObjectId(ObjectKind.ENUM, name(name)));
  }

  void addLabel(String name, String label, String after) {
    List<String> labels = new ArrayList<>(type(name).labels());
    labels.add(after == null ? labels.size() : labels.indexOf(after) + 1, label);
    put(new EnumType(name(name), labels, null, List.of()));
  }

  void removeLabel(String name, String label) {
    List<String> labels = new ArrayList<>(type(name).labels());
    labels.remove(label);
    put(new EnumType(name(name), labels, null, List.of()));
  }

  private TableDefinition parts(
      TableDefinition t,
      List<ColumnDefinition> columns,
      List<ConstraintDefinition> constraints,
      List<IndexDefinition> indexes,
      List<TriggerDefinition> triggers,
      List<PolicyDefinition> policies) {
    Set<ObjectId> needed = new HashSet<>();
    for (ColumnDefinition column : columns) {
      for (ObjectKind kind : List.of(ObjectKind.ENUM, ObjectKind.DOMAIN, ObjectKind.COMPOSITE)) {
        ObjectId type = new ObjectId(kind, name(column.type()));
        if (objects.containsKey(type)) {
          needed.add(type);
        }
      }
    }
    constraints.stream()
        .filter(c -> c.references() != null)
        .forEach(c -> needed.add(new ObjectId(ObjectKind.TABLE, c.references().table())));
    return new TableDefinition(
        t.name(),
        columns,
        constraints,
        indexes,
        triggers,
        policies,
        t.rowSecurity(),
        null,
        null,
        t.unlogged(),
        t.storageParameters(),
        t.comment(),
        t.privileges(),
        needed);
  }
}
