package dev.epoch.model.schema.snapshot;

import dev.epoch.events.Digest;
import dev.epoch.model.encoding.CanonicalBytes;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.CompositeType;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.Extension;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.PolicyDefinition;
import dev.epoch.model.schema.object.RangeType;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TriggerDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What an object is made of, each part with a name and a hash of its own. */
final class ObjectParts {
  /**
   * A part; equal parts have equal hashes.
   *
   * @param name unique in the object
   * @param value records and texts
   */
  record Part(String name, Object value) {
    Digest hash() {
      return new CanonicalBytes().text(name).raw(ObjectJson.bytesOf(value)).sha256();
    }
  }

  private static final String FACTS = "facts";

  private static final Pattern SQL_LANGUAGE =
      Pattern.compile("^\\s*LANGUAGE (sql|plpgsql)\\b", Pattern.MULTILINE);

  private ObjectParts() {}

  static List<Part> of(SchemaObject object) {
    List<Part> parts = new ArrayList<>();
    switch (object) {
      case TableDefinition table -> table(parts, table);
      case ViewDefinition view -> {
        parts.add(
            facts(
                view.columns(),
                SqlWhiteSpace.alike(view.query()),
                view.options(),
                text(view.comment()),
                view.privileges()));
        indexes(parts, view.indexes());
        triggers(parts, view.triggers());
      }
      case EnumType type ->
          parts.add(facts(type.labels(), text(type.comment()), type.privileges()));
      case DomainType type -> {
        parts.add(
            facts(
                type.baseType(),
                type.nullable(),
                text(type.defaultExpression()),
                text(type.collation()),
                text(type.comment()),
                type.privileges()));
        constraints(parts, type.constraints());
      }
      case CompositeType type ->
          parts.add(facts(type.attributes(), text(type.comment()), type.privileges()));
      case RangeType type ->
          parts.add(facts(type.definition(), text(type.comment()), type.privileges()));
      case Extension extension ->
          parts.add(facts(extension.version(), extension.installedIn(), text(extension.comment())));
      case SequenceDefinition sequence ->
          parts.add(
              facts(
                  sequence.type(),
                  sequence.options(),
                  text(sequence.ownedBy()),
                  text(sequence.comment()),
                  sequence.privileges()));
      case FunctionDefinition function ->
          parts.add(
              facts(
                  function.routine().name(),
                  definition(function),
                  text(function.returns()),
                  text(function.comment()),
                  function.privileges()));
    }
    return parts;
  }

  private static void table(List<Part> parts, TableDefinition table) {
    parts.add(
        facts(
            table.rowSecurity().name(),
            text(table.partitioning()),
            table.partitionOf() == null ? "" : table.partitionOf(),
            table.unlogged(),
            table.storageParameters(),
            text(table.comment()),
            table.privileges()));
    for (ColumnDefinition column : table.columns()) {
      // the id tells columns of one history apart; it is no fact of the schema
      parts.add(
          new Part("column " + column.name(), column.id().isEmpty() ? column : column.withId("")));
    }
    constraints(parts, table.constraints());
    indexes(parts, table.indexes());
    triggers(parts, table.triggers());
    for (PolicyDefinition policy : table.policies()) {
      parts.add(new Part("policy " + policy.name(), policy));
    }
  }

  private static void constraints(List<Part> parts, List<ConstraintDefinition> constraints) {
    constraints.forEach(
        constraint -> parts.add(new Part("constraint " + constraint.name(), constraint)));
  }

  private static void indexes(List<Part> parts, List<IndexDefinition> indexes) {
    indexes.forEach(index -> parts.add(new Part("index " + index.name(), index)));
  }

  private static void triggers(List<Part> parts, List<TriggerDefinition> triggers) {
    triggers.forEach(trigger -> parts.add(new Part("trigger " + trigger.name(), trigger)));
  }

  /** White space means something in languages other than PostgreSQL's own. */
  private static String definition(FunctionDefinition function) {
    return SQL_LANGUAGE.matcher(function.definition()).find()
        ? SqlWhiteSpace.alike(function.definition())
        : function.definition();
  }

  private static Part facts(Object... facts) {
    return new Part(FACTS, List.of(facts));
  }

  private static String text(String optional) {
    return optional == null ? "" : optional;
  }
}
