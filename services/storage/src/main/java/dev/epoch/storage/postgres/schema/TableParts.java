package dev.epoch.storage.postgres.schema;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ColumnDefinition.Generated;
import dev.epoch.model.schema.object.ColumnDefinition.Identity;
import dev.epoch.model.schema.object.CompositeType.Attribute;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Kind;
import dev.epoch.model.schema.object.ConstraintDefinition.Reference;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.PolicyDefinition;
import dev.epoch.model.schema.object.SequenceOptions;
import dev.epoch.model.schema.object.TriggerDefinition;
import dev.epoch.model.schema.object.TriggerDefinition.Enabled;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What belongs to a table, a view, a domain or a composite type, by the id of its relation. */
final class TableParts {
  private static final String NOT_VALID = " NOT VALID";

  private final SchemaNames names;
  private final CatalogFacts facts;
  private final Map<Long, List<Row>> columns;
  private final Map<Long, List<Row>> constraints;
  private final Map<Long, List<Row>> domainConstraints;
  private final Map<Long, List<Row>> indexes;
  private final Map<Long, List<Row>> triggers;
  private final Map<Long, List<Row>> policies;
  private final Map<ColumnPlace, SequenceOptions> identities = new HashMap<>();

  private record ColumnPlace(long relation, int number) {}

  TableParts(CatalogRows rows, SchemaNames names, CatalogFacts facts) {
    this.names = names;
    this.facts = facts;
    this.columns = by("relation", rows.columns());
    this.constraints = by("relation", rows.constraints());
    this.domainConstraints = by("domain", rows.constraints());
    this.indexes = by("relation", rows.indexes());
    this.triggers = by("relation", rows.triggers());
    this.policies = by("relation", rows.policies());
    for (Row row : rows.sequences()) {
      if ("i".equals(row.getString("ownership"))) {
        identities.put(
            new ColumnPlace(row.getLong("owner_relation"), row.getInteger("owner_number")),
            SchemaAssembly.sequenceOptions(row));
      }
    }
    rows.types().stream()
        .filter(row -> row.getString("kind").equals("d"))
        .forEach(row -> ownDomain(row));
  }

  private void ownDomain(Row domain) {
    for (Row row : domainConstraints.getOrDefault(domain.getLong("id"), List.of())) {
      facts.own(
          new CatalogId(CatalogId.CONSTRAINT, row.getLong("id")),
          new ObjectId(
              ObjectKind.DOMAIN, names.name(domain.getString("schema"), domain.getString("name"))));
    }
  }

  private static Map<Long, List<Row>> by(String owner, List<Row> rows) {
    return rows.stream().collect(Collectors.groupingBy(row -> row.getLong(owner)));
  }

  /** Says that what belongs to a relation is a part of its object. */
  void own(long relation, ObjectId object) {
    for (Row row : columns.getOrDefault(relation, List.of())) {
      if (row.getLong("default_id") != null) {
        facts.own(new CatalogId(CatalogId.DEFAULT, row.getLong("default_id")), object);
      }
    }
    own(constraints, CatalogId.CONSTRAINT, relation, object);
    own(indexes, CatalogId.RELATION, relation, object);
    own(triggers, CatalogId.TRIGGER, relation, object);
    own(policies, CatalogId.POLICY, relation, object);
  }

  private void own(Map<Long, List<Row>> parts, long catalog, long relation, ObjectId object) {
    for (Row row : parts.getOrDefault(relation, List.of())) {
      facts.own(new CatalogId(catalog, row.getLong("id")), object);
    }
  }

  List<ColumnDefinition> columns(long relation) {
    return columns.getOrDefault(relation, List.of()).stream()
        .map(row -> column(relation, row))
        .toList();
  }

  List<String> columnNames(long relation) {
    return columns.getOrDefault(relation, List.of()).stream()
        .map(row -> row.getString("name"))
        .toList();
  }

  List<Attribute> attributes(long relation) {
    return columns.getOrDefault(relation, List.of()).stream()
        .map(row ->
            new Attribute(
                row.getString("name"),
                names.text(row.getString("type")),
                names.text(row.getString("collation"))))
        .toList();
  }

  private ColumnDefinition column(long relation, Row row) {
    String expression = ExpressionText.canonical(names.text(row.getString("expression")));
    String generated = row.getString("generated");
    String identity = row.getString("identity");
    int number = row.getInteger("number");
    return new ColumnDefinition(
        row.getString("name"),
        row.getString("name"),
        names.text(row.getString("type")),
        row.getBoolean("nullable"),
        expression == null || !generated.isEmpty()
            ? null
            : Defaults.of(expression, row.getBoolean("deterministic")),
        generated.isEmpty() ? null : new Generated(expression, generated.equals("s")),
        identity.isEmpty()
            ? null
            : new Identity(identity.equals("a"), identities.get(new ColumnPlace(relation, number))),
        names.text(row.getString("collation")),
        facts.comment(CatalogId.relation(relation), number));
  }

  List<ConstraintDefinition> constraints(long relation) {
    return constraints.getOrDefault(relation, List.of()).stream().map(this::constraint).toList();
  }

  List<ConstraintDefinition> domainConstraints(long domain) {
    return domainConstraints.getOrDefault(domain, List.of()).stream()
        .map(this::constraint)
        .toList();
  }

  private ConstraintDefinition constraint(Row row) {
    String definition = names.text(row.getString("definition"));
    if (definition.endsWith(NOT_VALID)) {
      definition = definition.substring(0, definition.length() - NOT_VALID.length());
    }
    Kind kind = kind(row.getString("kind"));
    Reference references =
        kind == Kind.FOREIGN_KEY
            ? new Reference(
                names.name(row.getString("references_schema"), row.getString("references_table")),
                Arrays.asList(row.getArrayOfStrings("references_columns")),
                action(row.getString("on_delete")),
                action(row.getString("on_update")),
                match(row.getString("match")))
            : null;
    return new ConstraintDefinition(
        row.getString("name"),
        kind,
        ExpressionText.canonical(definition),
        Arrays.asList(row.getArrayOfStrings("columns")),
        references,
        definition.startsWith("UNIQUE NULLS NOT DISTINCT"),
        row.getBoolean("deferrable"),
        row.getBoolean("initially_deferred"),
        row.getBoolean("validated"),
        facts.comment(new CatalogId(CatalogId.CONSTRAINT, row.getLong("id")), 0));
  }

  private static Kind kind(String code) {
    return switch (code) {
      case "p" -> Kind.PRIMARY_KEY;
      case "u" -> Kind.UNIQUE;
      case "f" -> Kind.FOREIGN_KEY;
      case "c" -> Kind.CHECK;
      case "x" -> Kind.EXCLUSION;
      default -> throw new IllegalArgumentException("constraint of type " + code);
    };
  }

  private static String action(String code) {
    return switch (code) {
      case "a" -> "NO ACTION";
      case "r" -> "RESTRICT";
      case "c" -> "CASCADE";
      case "n" -> "SET NULL";
      case "d" -> "SET DEFAULT";
      default -> throw new IllegalArgumentException("action " + code);
    };
  }

  private static String match(String code) {
    return switch (code) {
      case "s" -> "SIMPLE";
      case "f" -> "FULL";
      case "p" -> "PARTIAL";
      default -> throw new IllegalArgumentException("match " + code);
    };
  }

  List<IndexDefinition> indexes(long relation) {
    Map<Long, List<Row>> parts =
        indexes.getOrDefault(relation, List.of()).stream()
            .collect(
                Collectors.groupingBy(
                    row -> row.getLong("id"), LinkedHashMap::new, Collectors.toList()));
    return parts.values().stream().map(this::index).toList();
  }

  private IndexDefinition index(List<Row> parts) {
    Row index = parts.getFirst();
    List<IndexDefinition.Key> keys = new ArrayList<>();
    List<String> included = new ArrayList<>();
    for (Row part : parts) {
      if (part.getBoolean("included")) {
        included.add(part.getString("expression"));
      } else {
        keys.add(
            new IndexDefinition.Key(
                ExpressionText.canonical(names.text(part.getString("expression"))),
                names.text(part.getString("operator_class")),
                names.text(part.getString("collation")),
                part.getString("sort_order"),
                part.getString("nulls")));
      }
    }
    return new IndexDefinition(
        index.getString("name"),
        index.getString("method"),
        index.getBoolean("is_unique"),
        index.getBoolean("nulls_not_distinct"),
        keys,
        included,
        ExpressionText.canonical(names.text(index.getString("predicate"))),
        SchemaAssembly.options(index.getArrayOfStrings("options")),
        facts.comment(CatalogId.relation(index.getLong("id")), 0));
  }

  List<TriggerDefinition> triggers(long relation) {
    return triggers.getOrDefault(relation, List.of()).stream()
        .map(row ->
            new TriggerDefinition(
                row.getString("name"),
                ExpressionText.canonical(names.text(row.getString("definition"))),
                switch (row.getString("enabled")) {
                  case "R" -> Enabled.REPLICA;
                  case "A" -> Enabled.ALWAYS;
                  case "D" -> Enabled.DISABLED;
                  default -> Enabled.ORIGIN;
                },
                facts.comment(new CatalogId(CatalogId.TRIGGER, row.getLong("id")), 0)))
        .toList();
  }

  List<PolicyDefinition> policies(long relation) {
    return policies.getOrDefault(relation, List.of()).stream()
        .map(row ->
            new PolicyDefinition(
                row.getString("name"),
                row.getBoolean("permissive"),
                row.getString("command"),
                Arrays.asList(row.getArrayOfStrings("roles")),
                ExpressionText.canonical(names.text(row.getString("condition"))),
                ExpressionText.canonical(names.text(row.getString("with_check"))),
                facts.comment(new CatalogId(CatalogId.POLICY, row.getLong("id")), 0)))
        .toList();
  }
}
