package dev.epoch.storage.postgres.ddl;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ColumnDefinition.ColumnDefault;
import dev.epoch.model.schema.object.ColumnDefinition.DefaultKind;
import dev.epoch.model.schema.object.ColumnDefinition.Generated;
import dev.epoch.model.schema.object.ColumnDefinition.Identity;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.SequenceOptions;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TableDefinition.RowSecurity;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Registered tables, as commits know their shapes, in the canonical form: their columns,
 * constraints and indexes, and the enums and sequences that these tell of.
 */
final class RegisteredShapes {
  private static final Pattern SEQUENCE =
      Pattern.compile("nextval\\('(?:(\\w+)\\.)?\"?([^'\"]+)\"?'::regclass\\)");
  private static final Set<String> CLOCK =
      Set.of("CURRENT_TIMESTAMP", "now()", "CURRENT_DATE", "LOCALTIMESTAMP", "CURRENT_TIME");

  private final Map<ObjectId, SchemaObject> objects = new TreeMap<>();

  /** One more table. */
  void add(ObjectName name, TableSchema schema) {
    Set<ObjectId> needs = new HashSet<>();
    List<ColumnDefinition> columns = new ArrayList<>();
    for (Column column : schema.usersColumns()) {
      type(name.schema(), column.type(), needs);
      columns.add(column(name, column, needs));
    }
    TableDefinition table =
        new TableDefinition(
            name,
            columns,
            schema.constraints().stream()
                .filter(constraint -> constraint.kind() != Constraint.Kind.NOT_NULL)
                .map(constraint -> constraint(name.schema(), constraint))
                .toList(),
            schema.indexes().stream().map(IndexText::parse).toList(),
            List.of(),
            List.of(),
            RowSecurity.NONE,
            null,
            null,
            false,
            Map.of(),
            null,
            List.of(),
            needs);
    objects.put(table.id(), table);
  }

  DatabaseSchema schema() {
    return DatabaseSchema.of(objects.values());
  }

  private void type(String schema, DataType type, Set<ObjectId> needs) {
    if (type.kind() == DataType.Kind.ENUM) {
      EnumType labels = new EnumType(named(schema, type.name()), type.labels(), null, List.of());
      objects.put(labels.id(), labels);
      needs.add(labels.id());
    } else if (type.kind() == DataType.Kind.DOMAIN && !type.rules().isEmpty()) {
      DomainType domain = DomainRules.domain(named(schema, type.name()), type);
      objects.put(domain.id(), domain);
      needs.add(domain.id());
    } else if (type.kind() == DataType.Kind.ARRAY && type.element() != null) {
      type(schema, type.element(), needs);
    }
  }

  static ObjectName named(String schema, String printed) {
    int dot = printed.indexOf('.');
    String name = printed.substring(dot + 1).replace("\"", "");
    return new ObjectName(dot < 0 ? schema : printed.substring(0, dot).replace("\"", ""), name);
  }

  private ColumnDefinition column(ObjectName table, Column column, Set<ObjectId> needs) {
    ColumnDefault value = null;
    if (column.defaultExpression() != null) {
      value = defaultOf(column.defaultExpression());
      Matcher sequence = SEQUENCE.matcher(column.defaultExpression());
      if (sequence.matches()) {
        needs.add(sequence(table, column, sequence));
      }
    }
    return new ColumnDefinition(
        column.id(),
        column.name(),
        column.type().name(),
        column.nullable(),
        value,
        column.generatedExpression() == null
            ? null
            : new Generated(column.generatedExpression(), true),
        column.identity() == null
            ? null
            : new Identity(
                column.identity().equalsIgnoreCase("always"), options(column.type().name())),
        null,
        null);
  }

  private static ColumnDefault defaultOf(String expression) {
    DefaultKind kind = DefaultKind.EXPRESSION;
    if (SEQUENCE.matcher(expression).matches()) {
      kind = DefaultKind.SEQUENCE;
    } else if (CLOCK.contains(expression)) {
      kind = DefaultKind.CURRENT_TIME;
    } else if (expression.indexOf('(') < 0 || expression.startsWith("'")) {
      kind = DefaultKind.LITERAL;
    }
    return new ColumnDefault(expression, kind, kind == DefaultKind.LITERAL);
  }

  private ObjectId sequence(ObjectName table, Column column, Matcher printed) {
    ObjectName name =
        new ObjectName(
            printed.group(1) == null ? table.schema() : printed.group(1), printed.group(2));
    SequenceDefinition sequence =
        new SequenceDefinition(
            name,
            column.type().name(),
            options(column.type().name()),
            name.name().equals(table.name() + "_" + column.name() + "_seq")
                ? table.schema() + "." + table.name() + "." + column.name()
                : null,
            null,
            List.of());
    objects.putIfAbsent(sequence.id(), sequence);
    return new ObjectId(ObjectKind.SEQUENCE, name);
  }

  private static SequenceOptions options(String type) {
    long most =
        switch (type) {
          case "smallint" -> Short.MAX_VALUE;
          case "integer" -> Integer.MAX_VALUE;
          default -> Long.MAX_VALUE;
        };
    return new SequenceOptions(1, 1, 1, most, 1, false);
  }

  private static ConstraintDefinition constraint(String schema, Constraint constraint) {
    String definition = constraint.definition();
    return new ConstraintDefinition(
        constraint.name(),
        ConstraintDefinition.Kind.valueOf(constraint.kind().name()),
        definition,
        constraint.columns(),
        constraint.referencesTable() == null
            ? null
            : new ConstraintDefinition.Reference(
                named(schema, constraint.referencesTable()),
                constraint.referencesColumns(),
                null,
                null,
                null),
        definition.toUpperCase(Locale.ROOT).contains("NULLS NOT DISTINCT"),
        constraint.deferrable(),
        definition.contains("INITIALLY DEFERRED"),
        !definition.endsWith(" NOT VALID"),
        null);
  }
}
