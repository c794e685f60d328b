package dev.epoch.storage.postgres.schema;

import dev.epoch.model.schema.impact.RowQuestion;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.ViewDefinition;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.SqlErrors;
import dev.epoch.storage.schema.AppliedMigration;
import dev.epoch.storage.schema.SchemaReader;
import dev.epoch.storage.schema.TableHealth;
import io.vertx.mutiny.sqlclient.Row;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads whole schemas of PostgreSQL 14 to 18 in one snapshot, with as many statements for a
 * thousand tables as for one; the second time, the texts of tables that have changed alone.
 *
 * <p>Expressions are as PostgreSQL prints them with an empty search path, so names in them carry
 * their schema. Left out: foreign tables, inheritance other than of partitions, rules, extended
 * statistics, operators, casts, text search, event triggers, publications.
 */
public final class PostgresSchemaReader implements SchemaReader {
  /** Objects that are dropped while they are read fail the statement that prints them. */
  private static final int MOST_ATTEMPTS = 5;

  private static final String NAMES =
      """
      SELECT n.nspname::text
      FROM pg_catalog.pg_namespace n
      WHERE n.nspname <> ALL ('{information_schema,epoch}')
        AND n.nspname NOT LIKE 'pg\\_%'
        -- schemas of branches
        AND n.nspname !~ '^epoch_(.*_b[0-9a-z]{12}_(changed|base)|new_t[0-9a-z]+)$'
        AND NOT EXISTS (
          SELECT
          FROM pg_catalog.pg_depend d
          WHERE d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
            AND d.objid = n.oid
            AND d.deptype = 'e'
        )
      """;

  /** Of the schemas that were read last, and relations in all of them. */
  private static final int MOST_KEPT = 8;

  private static final int MOST_RELATIONS = 5_000;

  private final Database database;

  /** What former readings found, by the schemas that were asked for. */
  private final Map<List<String>, RelationRows> kept = new LinkedHashMap<>(16, 0.75f, true);

  public PostgresSchemaReader(Database database) {
    this.database = database;
  }

  @Override
  public SortedSet<String> names() {
    return database.read(PostgresSchemaReader::names);
  }

  private static SortedSet<String> names(Session session) {
    return new TreeSet<>(session.list(NAMES, row -> row.getString(0)));
  }

  @Override
  public DatabaseSchema read() {
    return steadily(session -> {
      Map<String, String> own = new LinkedHashMap<>();
      names(session).forEach(name -> own.put(name, name));
      return readAgain(session, own);
    });
  }

  @Override
  public DatabaseSchema read(Map<String, String> schemas) {
    return steadily(session -> readAgain(session, schemas));
  }

  @Override
  public List<TableHealth> health(Collection<TablePath> tables) {
    return database.read(session -> TableHealthReader.read(session, tables));
  }

  @Override
  public OptionalLong count(RowQuestion question) {
    return RowCounts.count(database, question);
  }

  @Override
  public List<AppliedMigration> migrations(boolean flyway, Collection<String> schemas) {
    return database.read(session -> MigrationNotes.read(session, flyway, schemas));
  }

  @Override
  public DatabaseSchema ofBranch(BranchHandle branch, List<String> schemas) {
    return steadily(session -> ofBranch(session, branch, schemas));
  }

  private DatabaseSchema ofBranch(Session session, BranchHandle branch, List<String> schemas) {
    boolean known =
        session
            .first(
                "SELECT pg_catalog.to_regclass('epoch.branches') IS NOT NULL",
                row -> row.getBoolean(0))
            .orElseThrow();
    Optional<Row> own =
        known
            ? session.first(
                """
                SELECT changed_schema, base_schema FROM epoch.branches
                WHERE branch_id = $1 AND NOT dropped AND changed_schema IS NOT NULL
                """,
                row -> row,
                branch.id())
            : Optional.empty();
    if (own.isEmpty() || schemas.isEmpty()) {
      return DatabaseSchema.of(List.of());
    }
    Set<String> views =
        Set.copyOf(
            session.list("SELECT view_name FROM epoch.tables", row -> row.getString("view_name")));
    String changed = own.get().getString("changed_schema");
    String base = own.get().getString("base_schema");
    Map<String, Set<String>> unchanged =
        session.list(UNCHANGED, row -> row, changed, base).stream()
            .collect(
                Collectors.groupingBy(
                    row -> row.getString("reading"),
                    Collectors.mapping(row -> row.getString("read"), Collectors.toSet())));
    // defaults of open tables may read sequences of the branch's own, which are in the other one
    Map<String, String> hidden = BranchSequences.schemas(session, branch);
    Map<String, String> names = new HashMap<>(hidden);
    names.put(changed, schemas.getFirst());
    names.put(base, schemas.getFirst());
    DatabaseSchema read = readAgain(session, List.of(changed), names);
    List<SchemaObject> objects =
        read.objects().values().stream()
            .filter(object ->
                object.kind() != ObjectKind.EXTENSION
                    && !(object.kind() == ObjectKind.VIEW && views.contains(object.name().name())))
            .map(object -> onTables(object, views))
            .map(object -> onUnchanged(object, unchanged, schemas.getFirst()))
            .toList();
    return DatabaseSchema.of(
            hidden.isEmpty()
                ? objects
                : BranchSequences.with(
                    session,
                    branch,
                    objects,
                    readAgain(session, List.copyOf(hidden.keySet()), names)))
        .ownedAs(read.owners());
  }

  /** Views of a branch that read tables which it has not changed, by name. */
  private static final String UNCHANGED =
      """
      SELECT DISTINCT v.relname::text AS reading, t.relname::text AS read
      FROM pg_catalog.pg_class v
      JOIN pg_catalog.pg_rewrite r ON r.ev_class = v.oid
      JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
        AND d.objid = r.oid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      JOIN pg_catalog.pg_class t ON t.oid = d.refobjid AND t.relkind = 'v'
      WHERE v.relkind IN ('v', 'm')
        AND v.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = $1)
        AND t.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = $2)
      """;

  private static SchemaObject onUnchanged(
      SchemaObject object, Map<String, Set<String>> unchanged, String schema) {
    if (!(object instanceof ViewDefinition view) || !unchanged.containsKey(view.name().name())) {
      return object;
    }
    Set<ObjectId> needs = new HashSet<>(view.dependsOn());
    unchanged
        .get(view.name().name())
        .forEach(table -> needs.add(new ObjectId(ObjectKind.TABLE, new ObjectName(schema, table))));
    return with(view, needs);
  }

  private static ViewDefinition with(ViewDefinition view, Set<ObjectId> needs) {
    return new ViewDefinition(
        view.name(),
        view.materialized(),
        view.columns(),
        view.query(),
        view.options(),
        view.indexes(),
        view.triggers(),
        view.comment(),
        view.privileges(),
        needs);
  }

  /** What reads a view that stands for a table reads the table. */
  private static SchemaObject onTables(SchemaObject object, Set<String> views) {
    Set<ObjectId> needs = new HashSet<>();
    for (ObjectId id : object.dependsOn()) {
      boolean stands = id.kind() == ObjectKind.VIEW && views.contains(id.name().name());
      needs.add(stands ? new ObjectId(ObjectKind.TABLE, id.name()) : id);
    }
    return switch (object) {
      case ViewDefinition view -> with(view, needs);
      case FunctionDefinition function ->
          new FunctionDefinition(
              function.name(),
              function.routine(),
              function.definition(),
              function.returns(),
              function.comment(),
              function.privileges(),
              needs);
      default -> object;
    };
  }

  private DatabaseSchema steadily(Function<Session, DatabaseSchema> reading) {
    for (int attempt = 1; ; attempt++) {
      try {
        return database.read(reading);
      } catch (RuntimeException failure) {
        if (attempt == MOST_ATTEMPTS || !isOfDroppedObject(failure)) {
          throw SqlErrors.translate(failure);
        }
      }
    }
  }

  /** {@code could not open relation with OID 1}, {@code cache lookup failed for function 1}. */
  private static boolean isOfDroppedObject(RuntimeException failure) {
    return SqlErrors.translate(failure) instanceof StorageException storage
        && storage.getMessage() != null
        && (storage.getMessage().contains("cache lookup failed")
            || storage.getMessage().contains("with OID"));
  }

  /** Reads what has changed since the last time. */
  private DatabaseSchema readAgain(Session session, Map<String, String> schemas) {
    return readAgain(session, List.copyOf(schemas.keySet()), schemas);
  }

  private DatabaseSchema readAgain(Session session, List<String> asked, Map<String, String> names) {
    RelationRows former;
    synchronized (kept) {
      former = kept.get(asked);
    }
    CatalogRows rows = CatalogRows.read(session, asked, former);
    keep(asked, rows.ofRelations());
    return assembled(rows, asked, names);
  }

  private void keep(List<String> asked, RelationRows rows) {
    synchronized (kept) {
      kept.put(asked, rows);
      int relations = kept.values().stream().mapToInt(r -> r.byRelation().size()).sum();
      var oldest = kept.entrySet().iterator();
      while (oldest.hasNext() && (kept.size() > MOST_KEPT || relations > MOST_RELATIONS)) {
        relations -= oldest.next().getValue().byRelation().size();
        oldest.remove();
      }
    }
  }

  /** The same inside of a transaction that reads, or has changed schemas. */
  public static DatabaseSchema read(Session session, Map<String, String> schemas) {
    List<String> asked = List.copyOf(schemas.keySet());
    return assembled(CatalogRows.read(session, asked), asked, schemas);
  }

  private static DatabaseSchema assembled(
      CatalogRows rows, List<String> asked, Map<String, String> names) {
    Map<String, Integer> places = new HashMap<>();
    for (String schema : asked) {
      places.put(schema, places.size());
    }
    return new SchemaAssembly(rows, new SchemaNames(names)).objects(places);
  }
}
