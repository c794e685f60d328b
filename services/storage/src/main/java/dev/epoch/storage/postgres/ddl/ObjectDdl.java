package dev.epoch.storage.postgres.ddl;

import dev.epoch.model.schema.object.CompositeType;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.Extension;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.RangeType;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.SequenceOptions;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import java.util.List;
import java.util.stream.Collectors;

/** Objects as PostgreSQL creates and drops them. */
public final class ObjectDdl {
  private ObjectDdl() {}

  /** The statement that creates it, with its name in its schema. */
  public static String create(SchemaObject object) {
    return switch (object) {
      case EnumType type ->
          "CREATE TYPE "
              + Names.of(type.name())
              + " AS ENUM ("
              + type.labels().stream().map(Names::literal).collect(Collectors.joining(", "))
              + ")";
      case DomainType domain -> domain(domain);
      case CompositeType type ->
          "CREATE TYPE "
              + Names.of(type.name())
              + " AS ("
              + type.attributes().stream()
                  .map(ObjectDdl::attribute)
                  .collect(Collectors.joining(", "))
              + ")";
      case RangeType range ->
          "CREATE TYPE " + Names.of(range.name()) + " AS RANGE (" + range.definition() + ")";
      case Extension extension ->
          "CREATE EXTENSION IF NOT EXISTS "
              + Names.quote(extension.name().name())
              + (extension.installedIn() == null || extension.installedIn().isEmpty()
                  ? ""
                  : " WITH SCHEMA " + Names.quote(extension.installedIn()));
      case SequenceDefinition sequence ->
          "CREATE SEQUENCE "
              + Names.of(sequence.name())
              + " AS "
              + sequence.type()
              + " "
              + options(sequence.options());
      case FunctionDefinition function -> text(function.definition());
      case ViewDefinition view -> view(view);
      case TableDefinition table -> TableDdl.create(table, List.of());
    };
  }

  static String drop(SchemaObject object) {
    return "DROP " + keyword(object) + " IF EXISTS " + named(object.id());
  }

  /** {@code TABLE}, {@code TYPE}, {@code PROCEDURE} ... */
  static String keyword(SchemaObject object) {
    return switch (object) {
      case EnumType type -> "TYPE";
      case DomainType domain -> "DOMAIN";
      case CompositeType type -> "TYPE";
      case RangeType range -> "TYPE";
      case Extension extension -> "EXTENSION";
      case SequenceDefinition sequence -> "SEQUENCE";
      case FunctionDefinition function -> function.routine().name();
      case TableDefinition table -> "TABLE";
      case ViewDefinition view -> view.materialized() ? "MATERIALIZED VIEW" : "VIEW";
    };
  }

  static String named(ObjectId id) {
    return switch (id.kind()) {
      case FUNCTION -> Names.routine(id.name());
      case EXTENSION -> Names.quote(id.name().name());
      case ENUM, DOMAIN, COMPOSITE, RANGE, SEQUENCE, TABLE, VIEW, MATERIALIZED_VIEW ->
          Names.of(id.name());
    };
  }

  private static String domain(DomainType domain) {
    StringBuilder sql =
        new StringBuilder("CREATE DOMAIN ")
            .append(Names.of(domain.name()))
            .append(" AS ")
            .append(domain.baseType());
    if (domain.collation() != null) {
      sql.append(" COLLATE ").append(TableDdl.collation(domain.collation()));
    }
    if (domain.defaultExpression() != null) {
      sql.append(" DEFAULT ").append(domain.defaultExpression());
    }
    sql.append(domain.nullable() ? "" : " NOT NULL");
    for (ConstraintDefinition check : domain.constraints()) {
      if (check.validated()) {
        sql.append(" CONSTRAINT ")
            .append(Names.quote(check.name()))
            .append(' ')
            .append(check.definition());
      }
    }
    return sql.toString();
  }

  static String attribute(CompositeType.Attribute attribute) {
    return Names.quote(attribute.name())
        + " "
        + attribute.type()
        + (attribute.collation() == null
            ? ""
            : " COLLATE " + TableDdl.collation(attribute.collation()));
  }

  private static String view(ViewDefinition view) {
    return "CREATE "
        + keyword(view)
        + " "
        + Names.of(view.name())
        + " ("
        + Names.list(view.columns())
        + ")"
        + (view.options().isEmpty() ? "" : " WITH (" + TableDdl.parameters(view.options()) + ")")
        + " AS\n"
        + text(view.query());
  }

  static String options(SequenceOptions options) {
    return "START WITH "
        + options.start()
        + " INCREMENT BY "
        + options.increment()
        + " MINVALUE "
        + options.minimum()
        + " MAXVALUE "
        + options.maximum()
        + " CACHE "
        + options.cache()
        + (options.cycle() ? " CYCLE" : " NO CYCLE");
  }

  /** Without a semicolon and white space at the end. */
  static String text(String statement) {
    String text = statement.stripTrailing();
    return text.endsWith(";") ? text.substring(0, text.length() - 1).stripTrailing() : text;
  }
}
