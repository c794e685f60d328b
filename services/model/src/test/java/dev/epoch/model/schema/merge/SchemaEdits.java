package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ColumnDefinition.ColumnDefault;
import dev.epoch.model.schema.object.ColumnDefinition.DefaultKind;
import dev.epoch.model.schema.object.CompositeType;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Kind;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.Extension;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.PolicyDefinition;
import dev.epoch.model.schema.object.Privilege;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.SequenceOptions;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TriggerDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A schema that is changed by short texts, as ALTER would change it; what the texts are stands
 * above the cases, in schema-merges.txt.
 */
final class SchemaEdits {
  private final TreeMap<ObjectId, SchemaObject> objects;
  private final String idPrefix;

  /**
   * @param idPrefix what ids of new columns begin with
   */
  SchemaEdits(DatabaseSchema start, String idPrefix) {
    this.objects = new TreeMap<>(start.objects());
    this.idPrefix = idPrefix;
  }

  static DatabaseSchema apply(DatabaseSchema start, String idPrefix, String edits) {
    SchemaEdits schema = new SchemaEdits(start, idPrefix);
    for (String edit : edits.split(";")) {
      if (!edit.isBlank()) {
        schema.apply(edit.strip());
      }
    }
    return schema.schema();
  }

  DatabaseSchema schema() {
    return new DatabaseSchema(objects);
  }

  private static ObjectName name(String name) {
    return new ObjectName("public", name);
  }

  private static Matcher match(String pattern, String edit) {
    Matcher matcher = Pattern.compile(pattern).matcher(edit);
    return matcher.matches() ? matcher : null;
  }

  void apply(String edit) {
    Matcher m;
    if ((m = match("\\+T (\\w+)\\((.*)\\)", edit)) != null) {
      createTable(m.group(1), m.group(2));
    } else if ((m = match("-([TEVFSDCX]) (\\w+)", edit)) != null) {
      drop(m.group(1), m.group(2));
    } else if ((m = match("([+~]?)E (\\w+)\\((.*)\\)", edit)) != null) {
      put(new EnumType(name(m.group(2)), list(m.group(3)), null, List.of()));
    } else if ((m = match("E (\\w+) \\+ (\\w+)(?: after (\\w+))?", edit)) != null) {
      addLabel(m.group(1), m.group(2), m.group(3));
    } else if ((m = match("E (\\w+) - (\\w+)", edit)) != null) {
      removeLabel(m.group(1), m.group(2));
    } else if ((m = match("[+~](pk|uq|ck|ex|fk) (\\w+)\\.(\\w+)\\((.*?)\\) ?(.*)", edit)) != null) {
      constraint(m.group(1), m.group(2), m.group(3), list(m.group(4)), m.group(5));
    } else if ((m = match("[+~]ix (\\w+)\\.(\\w+)\\((.*?)\\)(?: where (.*))?", edit)) != null) {
      index(m.group(1), m.group(2), list(m.group(3)), m.group(4));
    } else if ((m = match("[+~]tr (\\w+)\\.(\\w+) (.*)", edit)) != null) {
      trigger(m.group(1), m.group(2), m.group(3));
    } else if ((m = match("[+~]po (\\w+)\\.(\\w+) (.*)", edit)) != null) {
      policy(m.group(1), m.group(2), m.group(3));
    } else if ((m = match("-(pk|uq|ck|ex|fk|ix|tr|po) (\\w+)\\.(\\w+)", edit)) != null) {
      dropPart(m.group(2), m.group(3));
    } else if ((m = match("[+~]V (\\w+)\\((.*?)\\) (.*)", edit)) != null) {
      view(m.group(1), list(m.group(2)), m.group(3));
    } else if ((m = match("[+~]F (\\w+)\\(\\) (.*)", edit)) != null) {
      put(
          new FunctionDefinition(
              name(m.group(1)),
              FunctionDefinition.Routine.FUNCTION,
              m.group(2),
              "integer",
              null,
              List.of(),
              Set.of()));
    } else if ((m = match("[+~]S (\\w+) (\\d+)", edit)) != null) {
      put(
          new SequenceDefinition(
              name(m.group(1)),
              "bigint",
              new SequenceOptions(1, Long.parseLong(m.group(2)), 1, 1_000, 1, false),
              null,
              null,
              List.of()));
    } else if ((m = match("[+~]D (\\w+) (\\w+)(!?)", edit)) != null) {
      put(
          new DomainType(
              name(m.group(1)),
              m.group(2),
              m.group(3).isEmpty(),
              null,
              List.of(),
              null,
              null,
              List.of(),
              Set.of()));
    } else if ((m = match("[+~]C (\\w+)\\((.*)\\)", edit)) != null) {
      composite(m.group(1), m.group(2));
    } else if ((m = match("[+~]X (\\w+) (\\S+)", edit)) != null) {
      put(new Extension(new ObjectName("", m.group(1)), m.group(2), "public", null));
    } else {
      column(edit);
    }
  }

  private void column(String edit) {
    Matcher m;
    if ((m = match("\\+(\\w+)\\.(.*)", edit)) != null) {
      ColumnDefinition column = newColumn(m.group(2), idPrefix);
      columns(m.group(1), columns -> columns.add(withFreeId(column, columns)));
    } else if ((m = match("-(\\w+)\\.(\\w+)", edit)) != null) {
      dropColumn(m.group(1), m.group(2));
    } else if ((m = match("(\\w+)\\.(\\w+) > (\\w+)", edit)) != null) {
      rename(m.group(1), m.group(2), m.group(3));
    } else if ((m = match("(\\w+)\\.(\\w+) : (\\w+)", edit)) != null) {
      String type = m.group(3);
      change(
          m.group(1),
          m.group(2),
          c -> with(c, c.name(), type, c.nullable(), c.defaultValue(), c.comment()));
    } else if ((m = match("(\\w+)\\.(\\w+) ([!?])", edit)) != null) {
      boolean nullable = m.group(3).equals("?");
      change(
          m.group(1),
          m.group(2),
          c -> with(c, c.name(), c.type(), nullable, c.defaultValue(), c.comment()));
    } else if ((m = match("(\\w+)\\.(\\w+) =(.*)", edit)) != null) {
      ColumnDefault value = defaultOf(m.group(3).strip());
      change(
          m.group(1),
          m.group(2),
          c -> with(c, c.name(), c.type(), c.nullable(), value, c.comment()));
    } else if ((m = match("(\\w+)\\.(\\w+) # (.*)", edit)) != null) {
      String comment = m.group(3);
      change(
          m.group(1),
          m.group(2),
          c -> with(c, c.name(), c.type(), c.nullable(), c.defaultValue(), comment));
    } else if ((m = match("(\\w+) # (.*)", edit)) != null) {
      TableDefinition t = table(m.group(1));
      put(
          table(
              t, t.columns(), t.rowSecurity(), m.group(2), t.privileges(), t.storageParameters()));
    } else if ((m = match("(\\w+) rls (\\w+)", edit)) != null) {
      TableDefinition t = table(m.group(1));
      put(
          table(
              t,
              t.columns(),
              TableDefinition.RowSecurity.valueOf(m.group(2)),
              t.comment(),
              t.privileges(),
              t.storageParameters()));
    } else if ((m = match("(\\w+) grant (\\w+) (\\w+)", edit)) != null) {
      TableDefinition t = table(m.group(1));
      List<Privilege> privileges = new ArrayList<>(t.privileges());
      privileges.add(new Privilege(m.group(2), m.group(3), List.of(), false));
      put(table(t, t.columns(), t.rowSecurity(), t.comment(), privileges, t.storageParameters()));
    } else if ((m = match("(\\w+) revoke (\\w+) (\\w+)", edit)) != null) {
      TableDefinition t = table(m.group(1));
      List<Privilege> privileges = new ArrayList<>(t.privileges());
      privileges.remove(new Privilege(m.group(2), m.group(3), List.of(), false));
      put(table(t, t.columns(), t.rowSecurity(), t.comment(), privileges, t.storageParameters()));
    } else if ((m = match("(\\w+) with (\\w+)=(\\w+)", edit)) != null) {
      TableDefinition t = table(m.group(1));
      Map<String, String> parameters = new TreeMap<>(t.storageParameters());
      parameters.put(m.group(2), m.group(3));
      put(table(t, t.columns(), t.rowSecurity(), t.comment(), t.privileges(), parameters));
    } else {
      throw new IllegalArgumentException("not understood: " + edit);
    }
  }

  private static List<String> list(String text) {
    return text.isBlank() ? List.of() : Arrays.stream(text.split(",")).map(String::strip).toList();
  }

  private void put(SchemaObject object) {
    objects.put(object.id(), object);
  }

  private void drop(String kind, String name) {
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

  private void createTable(String name, String columns) {
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

  private static ColumnDefinition newColumn(String text, String prefix) {
    Matcher m = match("(\\w+)(?:#(\\w+))? (\\w+)(!?)(?: = (.*?))?(?: gen (.*))?", text);
    return new ColumnDefinition(
        m.group(2) == null ? prefix + m.group(1) : m.group(2),
        m.group(1),
        m.group(3),
        m.group(4).isEmpty(),
        m.group(5) == null ? null : defaultOf(m.group(5)),
        m.group(6) == null ? null : new ColumnDefinition.Generated(m.group(6), true),
        null,
        null,
        null);
  }

  private static ColumnDefinition withFreeId(
      ColumnDefinition column, List<ColumnDefinition> others) {
    String id = column.id();
    while (isTaken(id, others)) {
      id += "_";
    }
    return ColumnMerge.withId(column, id);
  }

  private static boolean isTaken(String id, List<ColumnDefinition> columns) {
    return columns.stream().anyMatch(column -> column.id().equals(id));
  }

  private static ColumnDefault defaultOf(String expression) {
    return expression.isEmpty() ? null : new ColumnDefault(expression, DefaultKind.LITERAL, true);
  }

  private void columns(String table, Consumer<List<ColumnDefinition>> change) {
    TableDefinition t = table(table);
    List<ColumnDefinition> columns = new ArrayList<>(t.columns());
    change.accept(columns);
    put(parts(t, columns, t.constraints(), t.indexes(), t.triggers(), t.policies()));
  }

  private void change(String table, String column, UnaryOperator<ColumnDefinition> change) {
    if (table(table).column(column).isEmpty()) {
      throw new IllegalArgumentException("there is no column " + table + "." + column);
    }
    columns(
        table, columns -> columns.replaceAll(c -> c.name().equals(column) ? change.apply(c) : c));
  }

  private static ColumnDefinition with(
      ColumnDefinition c,
      String name,
      String type,
      boolean nullable,
      ColumnDefault value,
      String comment) {
    return new ColumnDefinition(
        c.id(), name, type, nullable, value, c.generated(), c.identity(), c.collation(), comment);
  }

  private void dropColumn(String table, String column) {
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

  private void rename(String table, String from, String to) {
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
                    index(
                        i.name(),
                        i.keys().stream().map(k -> renamed.apply(k.expression())).toList(),
                        renamed.apply(i.predicate())))
                .toList(),
            t.triggers().stream()
                .map(g ->
                    new TriggerDefinition(
                        g.name(), renamed.apply(g.definition()), g.enabled(), g.comment()))
                .toList(),
            t.policies().stream().map(p -> policy(p.name(), renamed.apply(p.using()))).toList()));
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
        put(view(view.name(), view.dependsOn(), view.columns(), renamed.apply(view.query())));
      }
    }
  }

  private void constraint(
      String kind, String table, String name, List<String> columns, String rest) {
    ConstraintDefinition.Reference reference = null;
    if (kind.equals("fk")) {
      Matcher m = match("(\\w+)\\((.*)\\)", rest);
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

  private static <T> List<T> replaced(List<T> parts, T part, Function<T, String> name) {
    List<T> all = new ArrayList<>(parts);
    all.removeIf(other -> name.apply(other).equals(name.apply(part)));
    all.add(part);
    all.sort(Comparator.comparing(name));
    return all;
  }

  private static ConstraintDefinition made(
      String name,
      Kind kind,
      List<String> columns,
      ConstraintDefinition.Reference reference,
      String definition,
      String comment) {
    String list = columns.stream().collect(Collectors.joining(", ", "(", ")"));
    String text =
        switch (kind) {
          case PRIMARY_KEY -> "PRIMARY KEY " + list;
          case UNIQUE -> "UNIQUE " + list;
          case EXCLUSION -> "EXCLUDE USING gist " + list;
          case FOREIGN_KEY ->
              "FOREIGN KEY %s REFERENCES %s(%s)"
                  .formatted(
                      list, reference.table().name(), String.join(", ", reference.columns()));
          case CHECK -> definition;
        };
    return new ConstraintDefinition(
        name, kind, text, columns, reference, false, false, false, true, comment);
  }

  private void index(String table, String name, List<String> keys, String predicate) {
    TableDefinition t = table(table);
    List<IndexDefinition> indexes =
        replaced(t.indexes(), index(name, keys, predicate), IndexDefinition::name);
    put(parts(t, t.columns(), t.constraints(), indexes, t.triggers(), t.policies()));
  }

  private static IndexDefinition index(String name, List<String> keys, String predicate) {
    return new IndexDefinition(
        name,
        "btree",
        false,
        false,
        keys.stream().map(k -> new IndexDefinition.Key(k, null, null, "ASC", "LAST")).toList(),
        List.of(),
        predicate,
        Map.of(),
        null);
  }

  private void trigger(String table, String name, String definition) {
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

  private void policy(String table, String name, String using) {
    TableDefinition t = table(table);
    put(
        parts(
            t,
            t.columns(),
            t.constraints(),
            t.indexes(),
            t.triggers(),
            replaced(t.policies(), policy(name, using), PolicyDefinition::name)));
  }

  private static PolicyDefinition policy(String name, String using) {
    return new PolicyDefinition(name, true, "ALL", List.of("PUBLIC"), using, null, null);
  }

  private void dropPart(String table, String name) {
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

  private void view(String name, List<String> tables, String query) {
    Set<ObjectId> needed = new HashSet<>();
    tables.forEach(t -> needed.add(new ObjectId(ObjectKind.TABLE, name(t))));
    put(view(name(name), needed, List.of("c"), query));
  }

  private static ViewDefinition view(
      ObjectName name, Set<ObjectId> needed, List<String> columns, String query) {
    return new ViewDefinition(
        name, false, columns, query, Map.of(), List.of(), List.of(), null, List.of(), needed);
  }

  private void composite(String name, String attributes) {
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

  private void addLabel(String name, String label, String after) {
    List<String> labels = new ArrayList<>(type(name).labels());
    labels.add(after == null ? labels.size() : labels.indexOf(after) + 1, label);
    put(new EnumType(name(name), labels, null, List.of()));
  }

  private void removeLabel(String name, String label) {
    List<String> labels = new ArrayList<>(type(name).labels());
    labels.remove(label);
    put(new EnumType(name(name), labels, null, List.of()));
  }

  private TableDefinition table(
      TableDefinition t,
      List<ColumnDefinition> columns,
      TableDefinition.RowSecurity rowSecurity,
      String comment,
      List<Privilege> privileges,
      Map<String, String> parameters) {
    return new TableDefinition(
        t.name(),
        columns,
        t.constraints(),
        t.indexes(),
        t.triggers(),
        t.policies(),
        rowSecurity,
        null,
        null,
        t.unlogged(),
        parameters,
        comment,
        privileges,
        t.dependsOn());
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
