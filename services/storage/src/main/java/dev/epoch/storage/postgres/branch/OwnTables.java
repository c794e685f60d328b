package dev.epoch.storage.postgres.branch;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.Index;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.TableStore.Introspection;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchOwnTables;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.NotVersionableException;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.error.TableOwnedException;
import dev.epoch.storage.postgres.catalog.BranchShapes;
import dev.epoch.storage.postgres.catalog.EpochSchema;
import dev.epoch.storage.postgres.catalog.Introspector;
import dev.epoch.storage.postgres.catalog.KeptEnums;
import dev.epoch.storage.postgres.catalog.Registering;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tables that sessions have made on branches; see {@code own_objects.sql}. */
public final class OwnTables implements BranchOwnTables {
  private final Database database;
  private final LockRetries retries;
  private final BranchShapes shapes;

  public OwnTables(Database database, LockRetries retries, BranchShapes shapes) {
    this.database = database;
    this.retries = retries;
    this.shapes = shapes;
  }

  @Override
  public Set<String> dropped(BranchHandle branch, Collection<BranchTable> tables) {
    return shapes.found(branch, tables).dropped();
  }

  @Override
  public void undrop(BranchHandle branch, Collection<TableHandle> tables) {
    retries.run(() ->
        database.write(
            retries.setting(),
            session ->
                session.list(
                    "SELECT epoch.undo_drop($1, t)::text FROM unnest($2::text[]) AS t",
                    row -> row,
                    branch.id(),
                    tables.stream().map(TableHandle::id).toArray(String[]::new))));
  }

  @Override
  public List<String> made(BranchHandle branch) {
    return database.read(session ->
        branch.isDefault() || !EpochSchema.exists(session)
            ? List.of()
            : session.list(
                "SELECT name FROM epoch.own_relations($1) WHERE kind IN ('r', 'p', 'f') ORDER BY 1",
                row -> row.getString(0),
                branch.id()));
  }

  @Override
  public Introspection introspect(BranchHandle branch, TablePath home, List<String> primaryKey) {
    if (primaryKey.equals(List.of(TableSchema.ROW_ID))) {
      throw new NotVersionableException(
          "Table %s of branch %s cannot be append-only: only live tables can"
              .formatted(home.table(), branch.name()),
          "Name the columns that tell its rows apart, or make it on the default branch");
    }
    return database.read(session -> {
      String schema = schema(session, branch, home);
      session
          .first(
              "SELECT epoch.why_not_adopted($1, to_regclass($2))",
              row -> Optional.ofNullable(row.getString(0)),
              branch.id(),
              Quote.qualified(schema, home.table()))
          .flatMap(reason -> reason)
          .ifPresent(reason -> {
            throw new NotVersionableException(
                "Table %s of branch %s cannot be registered: %s"
                    .formatted(home.table(), branch.name(), reason),
                "Change the table on the branch, or make it on the default branch");
          });
      Introspection found =
          Introspector.introspect(session, new TablePath(schema, home.table()), primaryKey);
      return new Introspection(
          atHome(
              withoutOwnTypes(session, Quote.qualified(schema, home.table()), found.schema()),
              quoted(session, schema),
              quoted(session, home.schema())),
          found.estimatedRows(),
          found.raised());
    });
  }

  /** The schema of the branch, if it has a table of this name that is not registered. */
  private static String schema(Session session, BranchHandle branch, TablePath home) {
    return (EpochSchema.exists(session)
            ? session.first(
                """
                SELECT b.changed_schema
                FROM epoch.branches AS b
                JOIN epoch.own_relations(b.branch_id) AS o ON o.name = $2
                WHERE b.branch_id = $1\
                """,
                row -> row.getString(0),
                branch.id(),
                home.table())
            : Optional.<String>empty())
        .orElseThrow(() ->
            new TableNotFoundException(
                "Nobody has made a table %s on branch %s".formatted(home.table(), branch.name()),
                "See: epoch status --branch %s; live tables are registered without a branch"
                    .formatted(branch.name())));
  }

  /** A schema as PostgreSQL prints it before a name. */
  private static String quoted(Session session, String schema) {
    return session
        .first("SELECT quote_ident($1) || '.'", row -> row.getString(0), schema)
        .orElseThrow();
  }

  /**
   * Columns of enums that were made on the branch are texts, those of domains of the base, until
   * its first commit says more.
   */
  private static TableSchema withoutOwnTypes(Session session, String own, TableSchema schema) {
    Map<String, Set<String>> parts = new HashMap<>();
    session
        .list("SELECT kind, name FROM epoch.parts_of_own_enums(to_regclass($1))", row -> row, own)
        .forEach(row ->
            parts.computeIfAbsent(row.getString(0), _ -> new HashSet<>()).add(row.getString(1)));
    if (parts.isEmpty()) {
      return schema;
    }
    Set<String> columns = parts.get("column");
    Set<String> constraints = parts.getOrDefault("constraint", Set.of());
    Set<String> indexes = parts.getOrDefault("index", Set.of());
    return new TableSchema(
        schema.columns().stream()
            .map(column -> columns.contains(column.name()) ? KeptEnums.text(column) : column)
            .toList(),
        schema.primaryKey(),
        schema.constraints().stream()
            .filter(constraint -> !constraints.contains(constraint.name()))
            .toList(),
        schema.indexes().stream().filter(index -> !indexes.contains(index.name())).toList());
  }

  /** What the hidden relation has, under the names of the place that it will have. */
  private static TableSchema atHome(TableSchema own, String former, String later) {
    return new TableSchema(
        own.columns().stream()
            .map(column ->
                new Column(
                    column.id(),
                    column.name(),
                    column.type(),
                    column.nullable(),
                    column.defaultExpression() == null
                        ? null
                        : column.defaultExpression().replace(former, later),
                    column.generatedExpression(),
                    column.identity(),
                    null,
                    null))
            .toList(),
        own.primaryKey(),
        own.constraints().stream()
            .filter(constraint -> constraint.kind() != Constraint.Kind.FOREIGN_KEY)
            .toList(),
        own.indexes().stream()
            .map(index ->
                new Index(index.name(), index.definition().replace(former, later), index.unique()))
            .toList());
  }

  @Override
  public void adopt(OperationId operation, BranchHandle branch, TableHandle table) {
    Registering.run(
        database,
        retries,
        session -> {
          if (isNew(session, operation, table)) {
            schema(session, branch, table.path());
            session.list(
                "SELECT epoch.adopt_table($1, $2, $3, $4, $5, $6, $7, $8, $9)::text",
                row -> row,
                branch.id(),
                table.id(),
                table.repository(),
                table.name(),
                table.path().schema(),
                table.path().table(),
                table.schema().primaryKey().toArray(String[]::new),
                operation.position(),
                operation.id());
          }
        });
  }

  private static boolean isNew(Session session, OperationId operation, TableHandle table) {
    Optional<String> owner =
        session.first(
            """
            SELECT repository || ' as ' || name
            FROM epoch.tables
            WHERE coalesce(home_schema, schema_name) = $1 AND table_name = $2
              AND install_operation <> $3\
            """,
            row -> row.getString(0),
            table.path().schema(),
            table.path().table(),
            operation.id());
    if (owner.isPresent()) {
      throw new TableOwnedException(
          "A table %s is versioned by repository %s".formatted(table.path(), owner.get()),
          "Merge the branch that has it, or give the table another name");
    }
    return session
        .first(
            "SELECT table_id FROM epoch.tables WHERE table_id = $1",
            row -> row.getString(0),
            table.id())
        .isEmpty();
  }

  @Override
  public void repair(String branchId, TableHandle table, long position) {
    Registering.run(
        database,
        retries,
        session -> {
          session.list(
              "SELECT epoch.repair_table_of_branch($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb)::text",
              row -> row,
              branchId,
              table.id(),
              table.repository(),
              table.name(),
              table.path().schema(),
              table.path().table(),
              table.schema().primaryKey().toArray(String[]::new),
              position,
              BranchShapes.definition(table.schema()));
        });
  }
}
