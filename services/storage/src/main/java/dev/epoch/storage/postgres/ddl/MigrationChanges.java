package dev.epoch.storage.postgres.ddl;

import dev.epoch.model.schema.diff.ChangeType;
import dev.epoch.model.schema.diff.ObjectChange;
import dev.epoch.model.schema.diff.PartChange;
import dev.epoch.model.schema.migration.Migration;
import dev.epoch.model.schema.migration.MigrationChange;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.PolicyDefinition;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TriggerDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The differences of a migration one by one, each with the statements that carry it out. */
final class MigrationChanges {
  private MigrationChanges() {}

  /** Of each object and part that differs, in the order of their names. */
  static List<MigrationChange> of(Migration migration) {
    List<MigrationChange> changes = new ArrayList<>();
    for (ObjectChange change : migration.difference().changes().values()) {
      switch (change) {
        case ObjectChange.Added added -> changes.add(whole(migration, change, added.object()));
        case ObjectChange.Removed removed ->
            changes.add(whole(migration, change, removed.object()));
        case ObjectChange.Modified modified -> {
          for (PartChange part : modified.parts()) {
            changes.add(part(migration, modified, part));
          }
        }
      }
    }
    return changes;
  }

  private static MigrationChange whole(
      Migration migration, ObjectChange change, SchemaObject object) {
    String sql =
        migration.up().stream()
            .filter(statement -> statement.object().equals(change.id()))
            .map(Statement::sql)
            .collect(Collectors.joining(";\n"));
    Map<String, Object> details = new TreeMap<>();
    details.put("definition", ObjectDdl.create(object));
    return new MigrationChange(
        change.type(), object.kind().label(), object.name().name(), change.id(), details, sql);
  }

  private static MigrationChange part(
      Migration migration, ObjectChange.Modified change, PartChange part) {
    String sql =
        migration.up().stream()
            .filter(statement ->
                statement.object().equals(change.id()) && statement.part().equals(part.name()))
            .map(Statement::sql)
            .collect(Collectors.joining(";\n"));
    Map<String, Object> details = details(part);
    boolean ofWhole = part.name().isEmpty() || part instanceof PartChange.OfFact;
    String name = ofWhole ? change.id().name().name() : part.name();
    if (part instanceof PartChange.OfFact && change.id().kind() != ObjectKind.TABLE) {
      details.put("fact", kind(part));
      return new MigrationChange(
          part.type(), change.id().kind().label(), name, change.id(), details, sql);
    }
    return new MigrationChange(part.type(), kind(part), name, change.id(), details, sql);
  }

  private static String kind(PartChange part) {
    return switch (part) {
      case PartChange.OfColumn column -> "column";
      case PartChange.OfConstraint constraint -> "constraint";
      case PartChange.OfIndex index -> "index";
      case PartChange.OfTrigger trigger -> "trigger";
      case PartChange.OfPolicy policy -> "policy";
      case PartChange.OfLabel label -> "enum value";
      case PartChange.OfLabelOrder order -> "enum order";
      case PartChange.OfAttribute attribute -> "attribute";
      case PartChange.OfPrivilege privilege -> "privilege";
      case PartChange.OfComment comment -> "comment";
      case PartChange.OfFact fact -> fact.fact().label();
    };
  }

  private static Map<String, Object> details(PartChange part) {
    Object before = described(part.before());
    Object after = described(part.after());
    Map<String, Object> details = new TreeMap<>();
    if (part.type() == ChangeType.MODIFIED) {
      details.put("before", before);
      details.put("after", after);
      if (after instanceof String text) {
        details.put("definition", text);
      }
    } else {
      Object one = after == null ? before : after;
      if (one instanceof Map<?, ?> facts) {
        facts.forEach((name, value) -> details.put((String) name, value));
      } else {
        details.put("definition", one);
      }
    }
    return details;
  }

  private static Object described(Object value) {
    return switch (value) {
      case null -> null;
      case ColumnDefinition column -> column(column);
      case ConstraintDefinition constraint -> TableDdl.definition(constraint);
      case IndexDefinition index -> TableDdl.indexKeys(index);
      case TriggerDefinition trigger -> trigger.definition();
      case PolicyDefinition policy -> TableDdl.definition(policy);
      default -> value.toString();
    };
  }

  private static Map<String, Object> column(ColumnDefinition column) {
    Map<String, Object> facts = new TreeMap<>();
    facts.put("name", column.name());
    facts.put("type", TableDdl.type(column));
    facts.put("nullable", column.nullable());
    if (column.defaultValue() != null) {
      facts.put("default", column.defaultValue().expression());
    }
    if (column.generated() != null) {
      facts.put("generated", column.generated().expression());
    }
    if (column.identity() != null) {
      facts.put("identity", column.identity().always() ? "always" : "by default");
    }
    if (column.comment() != null) {
      facts.put("comment", column.comment());
    }
    return facts;
  }
}
