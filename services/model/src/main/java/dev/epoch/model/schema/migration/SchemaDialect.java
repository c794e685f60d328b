package dev.epoch.model.schema.migration;

import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.SchemaObject;
import java.util.List;

/** How a database spells schemas, and changes of them. Names are qualified by their schemas. */
public interface SchemaDialect {
  /** What makes one schema another, and what brings the first one back. */
  Migration between(DatabaseSchema before, DatabaseSchema after, MigrationOptions options);

  /** One way alone. */
  List<Statement> statements(DatabaseSchema before, DatabaseSchema after, MigrationOptions options);

  /** The differences one by one, in the order of their names, each with its statements. */
  List<MigrationChange> changes(Migration migration);

  /** The statement that makes an object. */
  String create(SchemaObject object);

  /** A text with names of the schema without it. */
  String within(String sql, String schema);

  /** A statement for people who read it, with names of the schema without it. */
  String readable(String sql, String schema);

  /** What runs before statements in a script of theirs; empty for nothing. */
  List<String> preamble(List<Statement> statements);
}
