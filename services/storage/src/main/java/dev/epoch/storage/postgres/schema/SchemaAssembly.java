package dev.epoch.storage.postgres.schema;

import dev.epoch.model.schema.object.CompositeType;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.Extension;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.RangeType;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.SequenceOptions;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TableDefinition.PartitionOf;
import dev.epoch.model.schema.object.TableDefinition.RowSecurity;
import dev.epoch.model.schema.object.ViewDefinition;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes the objects of the rows that the catalogs gave. */
final class SchemaAssembly {
  private final CatalogRows rows;
  private final SchemaNames names;
  private final CatalogFacts facts;
  private final TableParts parts;

  SchemaAssembly(CatalogRows rows, SchemaNames names) {
    this.rows = rows;
    this.names = names;
    this.facts = new CatalogFacts(rows.comments(), rows.privileges(), rows.dependencies());
    this.parts = new TableParts(rows, names, facts);
  }

  /**
   * @param places of the schemas by their own names: which of two objects of one id is told
   */
  DatabaseSchema objects(Map<String, Integer> places) {
    own();
    facts.link();
    record Candidate(int place, SchemaObject object, String owner) {}
    SortedMap<ObjectId, Candidate> objects = new TreeMap<>();
    List<Candidate> found = new ArrayList<>();
    rows.types()
        .forEach(row -> found.add(new Candidate(place(places, row), type(row), owner(row))));
    rows.routines()
        .forEach(row -> found.add(new Candidate(place(places, row), routine(row), owner(row))));
    rows.relations()
        .forEach(row -> found.add(new Candidate(place(places, row), relation(row), owner(row))));
    rows.sequences().stream()
        .filter(row -> !"i".equals(row.getString("ownership")))
        .forEach(row -> found.add(new Candidate(place(places, row), sequence(row), owner(row))));
    rows.extensions().forEach(row -> found.add(new Candidate(0, extension(row), null)));
    for (Candidate candidate : found) {
      objects.merge(
          candidate.object().id(),
          candidate,
          (one, other) -> one.place() <= other.place() ? one : other);
    }
    SortedMap<ObjectId, SchemaObject> chosen = new TreeMap<>();
    SortedMap<ObjectId, String> owners = new TreeMap<>();
    objects.forEach((id, candidate) -> {
      chosen.put(id, candidate.object());
      if (candidate.owner() != null && id.kind() != ObjectKind.TABLE) {
        owners.put(id, candidate.owner());
      }
    });
    return new DatabaseSchema(chosen, owners);
  }

  private static String owner(Row row) {
    return row.getString("owner");
  }

  private static int place(Map<String, Integer> places, Row row) {
    return places.getOrDefault(row.getString("schema"), Integer.MAX_VALUE);
  }

  /** Says whose every part is, so that dependencies of parts are those of their objects. */
  private void own() {
    for (Row row : rows.extensions()) {
      facts.own(
          new CatalogId(CatalogId.EXTENSION, row.getLong("id")),
          new ObjectId(ObjectKind.EXTENSION, new ObjectName("", row.getString("name"))));
    }
    for (Row row : rows.types()) {
      ObjectId id = new ObjectId(typeKind(row), name(row));
      facts.own(CatalogId.type(row.getLong("id")), id);
      facts.own(CatalogId.type(row.getLong("array_type")), id);
      facts.own(CatalogId.relation(row.getLong("relation")), id);
      facts.own(CatalogId.type(row.getLong("multirange")), id);
    }
    for (Row row : rows.routines()) {
      facts.own(
          new CatalogId(CatalogId.ROUTINE, row.getLong("id")),
          new ObjectId(ObjectKind.FUNCTION, name(row)));
    }
    for (Row row : rows.sequences()) {
      if (!"i".equals(row.getString("ownership"))) {
        facts.own(
            CatalogId.relation(row.getLong("id")), new ObjectId(ObjectKind.SEQUENCE, name(row)));
      }
    }
    for (Row row : rows.relations()) {
      ObjectId id = new ObjectId(relationKind(row), name(row));
      facts.own(CatalogId.relation(row.getLong("id")), id);
      facts.own(CatalogId.type(row.getLong("row_type")), id);
      parts.own(row.getLong("id"), id);
    }
  }

  private ObjectName name(Row row) {
    return names.name(row.getString("schema"), row.getString("name"));
  }

  private static ObjectKind relationKind(Row row) {
    return switch (row.getString("kind")) {
      case "r", "p" -> ObjectKind.TABLE;
      case "v" -> ObjectKind.VIEW;
      case "m" -> ObjectKind.MATERIALIZED_VIEW;
      default -> throw new IllegalArgumentException("relation of kind " + row.getString("kind"));
    };
  }

  private static ObjectKind typeKind(Row row) {
    return switch (row.getString("kind")) {
      case "e" -> ObjectKind.ENUM;
      case "d" -> ObjectKind.DOMAIN;
      case "c" -> ObjectKind.COMPOSITE;
      case "r" -> ObjectKind.RANGE;
      default -> throw new IllegalArgumentException("type of kind " + row.getString("kind"));
    };
  }

  private SchemaObject relation(Row row) {
    return relationKind(row) == ObjectKind.TABLE ? table(row) : view(row);
  }

  private TableDefinition table(Row row) {
    long id = row.getLong("id");
    CatalogId catalogId = CatalogId.relation(id);
    ObjectName name = name(row);
    PartitionOf partitionOf =
        row.getString("bound") == null
            ? null
            : new PartitionOf(
                names.name(row.getString("parent_schema"), row.getString("parent_name")),
                ExpressionText.canonical(names.text(row.getString("bound"))));
    return new TableDefinition(
        name,
        parts.columns(id),
        parts.constraints(id),
        parts.indexes(id),
        parts.triggers(id),
        parts.policies(id),
        RowSecurity.valueOf(row.getString("row_security")),
        ExpressionText.canonical(names.text(row.getString("partitioning"))),
        partitionOf,
        row.getBoolean("unlogged"),
        options(row.getArrayOfStrings("options")),
        facts.comment(catalogId, 0),
        facts.privileges(catalogId),
        facts.needs(new ObjectId(ObjectKind.TABLE, name)));
  }

  private ViewDefinition view(Row row) {
    long id = row.getLong("id");
    CatalogId catalogId = CatalogId.relation(id);
    ObjectName name = name(row);
    String query = names.text(row.getString("query")).strip();
    return new ViewDefinition(
        name,
        relationKind(row) == ObjectKind.MATERIALIZED_VIEW,
        parts.columnNames(id),
        query.endsWith(";") ? query.substring(0, query.length() - 1) : query,
        options(row.getArrayOfStrings("options")),
        parts.indexes(id),
        parts.triggers(id),
        facts.comment(catalogId, 0),
        facts.privileges(catalogId),
        facts.needs(new ObjectId(relationKind(row), name)));
  }

  static Map<String, String> options(String[] options) {
    Map<String, String> byName = new TreeMap<>();
    for (String option : options == null ? new String[0] : options) {
      int equals = option.indexOf('=');
      byName.put(option.substring(0, equals), option.substring(equals + 1));
    }
    return byName;
  }

  private SchemaObject type(Row row) {
    CatalogId id = CatalogId.type(row.getLong("id"));
    ObjectName name = name(row);
    String comment = facts.comment(id, 0);
    ObjectId objectId = new ObjectId(typeKind(row), name);
    return switch (objectId.kind()) {
      case ENUM ->
          new EnumType(
              name, Arrays.asList(row.getArrayOfStrings("labels")), comment, facts.privileges(id));
      case DOMAIN ->
          new DomainType(
              name,
              names.text(row.getString("base_type")),
              row.getBoolean("nullable"),
              ExpressionText.canonical(names.text(row.getString("default_expression"))),
              parts.domainConstraints(row.getLong("id")),
              names.text(row.getString("collation")),
              comment,
              facts.privileges(id),
              facts.needs(objectId));
      case COMPOSITE ->
          new CompositeType(
              name,
              parts.attributes(row.getLong("relation")),
              comment,
              facts.privileges(id),
              facts.needs(objectId));
      case RANGE ->
          new RangeType(
              name,
              names.text(row.getString("definition")),
              comment,
              facts.privileges(id),
              facts.needs(objectId));
      case EXTENSION, SEQUENCE, FUNCTION, TABLE, VIEW, MATERIALIZED_VIEW ->
          throw new IllegalArgumentException(objectId + " is no type");
    };
  }

  private SequenceDefinition sequence(Row row) {
    CatalogId id = CatalogId.relation(row.getLong("id"));
    String owner =
        "a".equals(row.getString("ownership"))
            ? String.join(
                ".",
                names.schema(row.getString("owner_schema")),
                row.getString("owner_table"),
                row.getString("owner_column"))
            : null;
    return new SequenceDefinition(
        name(row),
        row.getString("type"),
        sequenceOptions(row),
        owner,
        facts.comment(id, 0),
        facts.privileges(id));
  }

  static SequenceOptions sequenceOptions(Row row) {
    return new SequenceOptions(
        row.getLong("start"),
        row.getLong("increment"),
        row.getLong("minimum"),
        row.getLong("maximum"),
        row.getLong("cache"),
        row.getBoolean("cycle"));
  }

  private FunctionDefinition routine(Row row) {
    CatalogId id = new CatalogId(CatalogId.ROUTINE, row.getLong("id"));
    ObjectName name = name(row);
    String definition =
        row.getString("kind").equals("a")
            ? "CREATE OR REPLACE AGGREGATE %s (\n  %s\n)"
                .formatted(row.getString("signature"), row.getString("parts"))
            : row.getString("definition");
    return new FunctionDefinition(
        name,
        switch (row.getString("kind")) {
          case "p" -> FunctionDefinition.Routine.PROCEDURE;
          case "a" -> FunctionDefinition.Routine.AGGREGATE;
          default -> FunctionDefinition.Routine.FUNCTION;
        },
        names.text(definition).strip(),
        names.text(row.getString("returns")),
        facts.comment(id, 0),
        facts.privileges(id),
        facts.needs(new ObjectId(ObjectKind.FUNCTION, name)));
  }

  private Extension extension(Row row) {
    return new Extension(
        new ObjectName("", row.getString("name")),
        row.getString("version"),
        names.schema(row.getString("installed_in")),
        facts.comment(new CatalogId(CatalogId.EXTENSION, row.getLong("id")), 0));
  }
}
