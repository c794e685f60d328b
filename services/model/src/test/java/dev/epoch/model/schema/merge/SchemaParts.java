package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ColumnDefinition.ColumnDefault;
import dev.epoch.model.schema.object.ColumnDefinition.DefaultKind;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Kind;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.PolicyDefinition;
import dev.epoch.model.schema.object.Privilege;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.stream.Collectors;

/** Parts of schemas, made from little. */
final class SchemaParts {
  private SchemaParts() {}

  static ColumnDefinition newColumn(String text, String prefix) {
    Matcher m = SchemaEdits.match("(\\w+)(?:#(\\w+))? (\\w+)(!?)(?: = (.*?))?(?: gen (.*))?", text);
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

  static ColumnDefinition withFreeId(ColumnDefinition column, List<ColumnDefinition> others) {
    String id = column.id();
    while (isTaken(id, others)) {
      id += "_";
    }
    return ColumnMerge.withId(column, id);
  }

  static boolean isTaken(String id, List<ColumnDefinition> columns) {
    return columns.stream().anyMatch(column -> column.id().equals(id));
  }

  static ColumnDefault defaultOf(String expression) {
    return expression.isEmpty() ? null : new ColumnDefault(expression, DefaultKind.LITERAL, true);
  }

  static ColumnDefinition with(
      ColumnDefinition c,
      String name,
      String type,
      boolean nullable,
      ColumnDefault value,
      String comment) {
    return new ColumnDefinition(
        c.id(), name, type, nullable, value, c.generated(), c.identity(), c.collation(), comment);
  }

  static <T> List<T> replaced(List<T> parts, T part, Function<T, String> name) {
    List<T> all = new ArrayList<>(parts);
    all.removeIf(other -> name.apply(other).equals(name.apply(part)));
    all.add(part);
    all.sort(Comparator.comparing(name));
    return all;
  }

  static ConstraintDefinition made(
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

  static IndexDefinition index(String name, List<String> keys, String predicate) {
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

  static PolicyDefinition policy(String name, String using) {
    return new PolicyDefinition(name, true, "ALL", List.of("PUBLIC"), using, null, null);
  }

  static ViewDefinition view(
      ObjectName name, Set<ObjectId> needed, List<String> columns, String query) {
    return new ViewDefinition(
        name, false, columns, query, Map.of(), List.of(), List.of(), null, List.of(), needed);
  }

  static TableDefinition table(
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
}
