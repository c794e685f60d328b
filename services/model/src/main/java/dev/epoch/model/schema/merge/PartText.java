package dev.epoch.model.schema.merge;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.Index;
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
import java.util.stream.Collectors;

/** What people are shown of a part of a schema: nearly the SQL of it. */
final class PartText {
  private PartText() {}

  /** Null for null. */
  static String of(Object part) {
    return switch (part) {
      case null -> null;
      case ColumnDefinition column ->
          column(column.name(), column.type(), column.nullable())
              + (column.defaultValue() == null
                  ? ""
                  : " DEFAULT " + column.defaultValue().expression());
      case Column column ->
          column(column.name(), column.type().name(), column.nullable())
              + (column.defaultExpression() == null
                  ? ""
                  : " DEFAULT " + column.defaultExpression());
      case DataType type -> type.name();
      case ColumnDefinition.ColumnDefault value -> value.expression();
      case ColumnDefinition.Generated generated -> generated.expression();
      case ConstraintDefinition constraint -> constraint.definition();
      case Constraint constraint -> constraint.definition();
      case Index index -> index.definition();
      case IndexDefinition index -> index(index);
      case TriggerDefinition trigger -> trigger.definition();
      case PolicyDefinition policy -> "FOR " + policy.command() + " USING (" + policy.using() + ")";
      case EnumType type ->
          type.labels().stream()
              .map(label -> "'" + label.replace("'", "''") + "'")
              .collect(Collectors.joining(", ", "ENUM (", ")"));
      case SchemaObject object -> object(object);
      default -> part.toString();
    };
  }

  private static String column(String name, String type, boolean nullable) {
    return name + " " + type + (nullable ? "" : " NOT NULL");
  }

  private static String index(IndexDefinition index) {
    if (index.method().startsWith("CREATE ")) {
      // as a commit has it: the statement in two parts
      return index.method() + index.keys().getFirst().expression();
    }
    return "%sINDEX USING %s (%s)%s%s"
        .formatted(
            index.unique() ? "UNIQUE " : "",
            index.method(),
            index.keys().stream()
                .map(IndexDefinition.Key::expression)
                .collect(Collectors.joining(", ")),
            index.included().isEmpty()
                ? ""
                : " INCLUDE (" + String.join(", ", index.included()) + ")",
            index.predicate() == null ? "" : " WHERE " + index.predicate());
  }

  private static String object(SchemaObject object) {
    return switch (object) {
      case EnumType type -> of(type);
      case DomainType domain -> "DOMAIN " + domain.baseType();
      case CompositeType type ->
          type.attributes().stream()
              .map(attribute -> attribute.name() + " " + attribute.type())
              .collect(Collectors.joining(", ", "(", ")"));
      case RangeType range -> "RANGE (" + range.definition() + ")";
      case Extension extension -> "EXTENSION VERSION " + extension.version();
      case SequenceDefinition sequence -> "SEQUENCE " + sequence.options();
      case FunctionDefinition function -> function.definition();
      case TableDefinition table ->
          table.columns().stream()
              .map(PartText::of)
              .collect(Collectors.joining(", ", "TABLE (", ")"));
      case ViewDefinition view -> view.query();
    };
  }
}
