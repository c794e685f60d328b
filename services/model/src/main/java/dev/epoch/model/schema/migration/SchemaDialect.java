package dev.epoch.model.schema.migration;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import java.util.List;
import java.util.Map;

/** How a database spells schemas, and changes of them. Names are qualified by their schemas. */
public interface SchemaDialect {
  /** What makes one schema another, and what brings the first one back. */
  Migration between(DatabaseSchema before, DatabaseSchema after, MigrationOptions options);

  /** One way alone. */
  List<Statement> statements(DatabaseSchema before, DatabaseSchema after, MigrationOptions options);

  /** The differences one by one, in the order of their names, each with its statements. */
  List<MigrationChange> changes(Migration migration);

  /**
   * Registered tables, as commits know their shapes, in the canonical form: their columns,
   * constraints and indexes, and the types and sequences that these tell of.
   */
  DatabaseSchema shapes(Map<ObjectName, TableSchema> tables);

  /**
   * The name of a type as the database prints it.
   *
   * @param schema that names without one are in
   */
  ObjectName typeName(String printed, String schema);

  /** Whether two domains take the same values; the database prints some texts in two ways. */
  boolean sameDomain(DomainType one, DomainType other);

  /** The statement that makes an object. */
  String create(SchemaObject object);

  /** Makes an empty schema. */
  String createSchema(String name);

  /** Whether users can make a schema of this name. */
  boolean canBeSchema(String name);

  /** Takes a constraint away, if it is there. */
  String dropConstraint(ObjectName table, String constraint);

  /** Takes an index away beside writers, if it is there. */
  String dropIndexOnline(ObjectName index);

  /** Builds an index anew, beside writers if {@code online}. */
  String rebuildIndex(ObjectName index, boolean online);

  /** A text with names of the schema without it. */
  String within(String sql, String schema);

  /** A statement for people who read it, with names of the schema without it. */
  String readable(String sql, String schema);

  /** What runs before statements in a script of theirs; empty for nothing. */
  List<String> preamble(List<Statement> statements);
}
