package dev.epoch.storage.postgres.ddl;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.migration.Migration;
import dev.epoch.model.schema.migration.MigrationChange;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.migration.SchemaDialect;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.migration.Step;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** Schemas as PostgreSQL spells them. */
public final class PostgresDialect implements SchemaDialect {
  /** Schemas of PostgreSQL and of Epoch. */
  private static final Pattern TAKEN = Pattern.compile("pg_.*|epoch|epoch_.*|information_schema");

  private static final int LONGEST_NAME = 63;
  private static final String ADD = " ADD CONSTRAINT ";

  @Override
  public Migration between(DatabaseSchema before, DatabaseSchema after, MigrationOptions options) {
    return new Migration(
        statements(before, after, options),
        sorted(new Plan(after, before, options, true)),
        SchemaDifference.between(before, after));
  }

  @Override
  public List<Statement> statements(
      DatabaseSchema before, DatabaseSchema after, MigrationOptions options) {
    return sorted(new Plan(before, after, options, false));
  }

  private static List<Statement> sorted(Plan plan) {
    new ObjectPlanner(plan).plan();
    new TablePlanner(plan).plan();
    return plan.sorted();
  }

  @Override
  public List<MigrationChange> changes(Migration migration) {
    return MigrationChanges.of(migration);
  }

  @Override
  public DatabaseSchema shapes(Map<ObjectName, TableSchema> tables) {
    RegisteredShapes shapes = new RegisteredShapes();
    tables.forEach(shapes::add);
    return shapes.schema();
  }

  @Override
  public ObjectName typeName(String printed, String schema) {
    return RegisteredShapes.named(schema, printed);
  }

  @Override
  public boolean sameDomain(DomainType one, DomainType other) {
    return DomainRules.same(one, other);
  }

  @Override
  public String create(SchemaObject object) {
    return ObjectDdl.create(object);
  }

  @Override
  public String createSchema(String name) {
    return "CREATE SCHEMA " + Names.quote(name);
  }

  @Override
  public boolean canBeSchema(String name) {
    return name.length() <= LONGEST_NAME && !TAKEN.matcher(name).matches();
  }

  @Override
  public String dropConstraint(ObjectName table, String constraint) {
    return "ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s"
        .formatted(Names.of(table), Names.quote(constraint));
  }

  @Override
  public String dropIndexOnline(ObjectName index) {
    return "DROP INDEX CONCURRENTLY IF EXISTS " + Names.of(index);
  }

  @Override
  public String rebuildIndex(ObjectName index, boolean online) {
    return "REINDEX INDEX " + (online ? "CONCURRENTLY " : "") + Names.of(index);
  }

  @Override
  public String within(String sql, String schema) {
    return SqlText.inSchema(sql, schema, null);
  }

  @Override
  public String readable(String text, String schema) {
    String sql = within(text, schema);
    int name = sql.indexOf(ADD);
    if (name < 0) {
      return sql;
    }
    int kind = sql.indexOf(' ', name + ADD.length());
    // a name with blanks is quoted
    int quote =
        sql.charAt(name + ADD.length()) == '"'
            ? sql.indexOf("\" ", name + ADD.length() + 1) + 1
            : kind;
    return sql.substring(0, quote) + "\n    " + sql.substring(quote + 1);
  }

  /** Bodies of functions may name what comes after them. */
  @Override
  public List<String> preamble(List<Statement> statements) {
    return statements.stream().anyMatch(statement -> statement.step() == Step.ROUTINES)
        ? List.of("SET check_function_bodies = false")
        : List.of();
  }

  /**
   * Statements that give objects to roles, to be run after others.
   *
   * @param statements the others
   * @param after what there is when they have run
   * @param owners of objects; what nobody is known to own gets no statement, tables get none
   */
  public static List<String> owners(
      List<Statement> statements, DatabaseSchema after, Map<ObjectId, String> owners) {
    return statements.stream()
        .map(Statement::object)
        .distinct()
        .filter(id -> id.kind() != ObjectKind.TABLE && owners.containsKey(id))
        .map(id -> after.objects().get(id))
        .filter(Objects::nonNull)
        .map(object ->
            "ALTER %s %s OWNER TO %s"
                .formatted(
                    ObjectDdl.keyword(object),
                    ObjectDdl.named(object.id()),
                    Names.quote(owners.get(object.id()))))
        .toList();
  }
}
