package dev.epoch.storage.postgres.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.Index;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What open tables of branches are like, as last looked at. Sessions alter them like any table; the
 * layers follow when somebody looks ({@code followed_columns.sql}).
 */
public final class BranchShapes {
  private static final int MOST_KNOWN = 10_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A commit of what was done changes no catalog, but what it is compared with. */
  private static final String OPEN =
      """
      SELECT p.table_id, CASE WHEN p.absent THEN 'gone' ELSE concat_ws('|', v.rows, p.open_made ->> 'position', (
          SELECT string_agg(concat_ws('.', l.oid, l.xmin), ' ' ORDER BY l.oid)
          FROM epoch.open_columns AS o
          JOIN pg_attribute AS a ON a.attrelid = p.open_id AND a.attnum = o.number
          JOIN pg_type AS y ON y.oid = a.atttypid
          JOIN pg_enum AS l ON l.enumtypid IN (y.oid, y.typelem)
          WHERE o.branch_id = p.branch_id AND o.table_id = p.table_id AND o.stands_for IS NOT NULL), (
          SELECT string_agg(concat_ws('.', y.oid, y.xmin, c.oid, c.xmin), ' ' ORDER BY y.oid, c.oid)
          FROM pg_attribute AS a
          JOIN pg_type AS y ON y.oid = a.atttypid AND y.typtype = 'd'
          LEFT JOIN pg_constraint AS c ON c.contypid = y.oid
          WHERE a.attrelid = p.open_id AND a.atttypid >= 16384)) END
      FROM epoch.branch_tables AS p
      LEFT JOIN LATERAL (%s) AS v (name, rows) ON true
      WHERE p.branch_id = $1 AND p.table_id = ANY ($2)
        AND (p.open_relation IS NOT NULL OR p.absent AND p.absent_at IS NULL)\
      """
          .formatted(TableShapes.VERSIONS.replace("$1::text[]", "ARRAY[p.open_relation]"));

  /** In place of the version of a table that clients have dropped, and that no commit has so. */
  private static final String GONE = "gone";

  private static final String PLACE =
      """
      SELECT to_regclass(p.open_relation)::oid::bigint, coalesce(p.open_made -> 'facts', 'null')::text,
        epoch.table_facts(to_regclass(p.open_relation))::text,
        ARRAY(
          SELECT o.name
          FROM unnest(t.key_columns) WITH ORDINALITY AS k (name, place)
          JOIN epoch.open_columns AS o ON o.branch_id = p.branch_id AND o.table_id = p.table_id
            AND k.name = epoch.layer_of(p.table_id, o.column_id, o.type, o.collation_clause)
          ORDER BY k.place
        )
      FROM epoch.branch_tables AS p
      JOIN epoch.tables AS t ON t.table_id = p.table_id
      WHERE p.branch_id = $1 AND p.table_id = $2 AND to_regclass(p.open_relation) IS NOT NULL\
      """;

  private static final String COLUMNS =
      """
      SELECT number, column_id, initial, filled, identity FROM epoch.open_columns
      WHERE branch_id = $1 AND table_id = $2
      ORDER BY number\
      """;

  /** How open tables of a branch are called, and the live tables that they stand for. */
  private static final String NAMES =
      """
      SELECT p.open_relation, format('%I.%I', coalesce(t.home_schema, t.schema_name), t.table_name),
        parse_ident(p.open_relation), coalesce(t.home_schema, t.schema_name) || '.' || t.table_name
      FROM epoch.branch_tables AS p
      JOIN epoch.tables AS t ON t.table_id = p.table_id
      WHERE p.branch_id = $1 AND p.open_relation IS NOT NULL\
      """;

  private final Database database;
  private final LockRetries retries;
  private final Map<String, BranchShape> known = new ConcurrentHashMap<>();
  private volatile boolean there;

  public BranchShapes(Database database, LockRetries retries) {
    this.database = database;
    this.retries = retries;
  }

  /** A table as JSON: what the database keeps of a branch's head. */
  public static String definition(TableSchema schema) {
    try {
      return JSON.writeValueAsString(schema);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Versions of open tables, of their rows in the catalogs and of the commit that last had their
   * schema, by table id; layered ones are left out.
   */
  public static Map<String, String> versions(
      Session session, BranchHandle branch, Collection<String> tableIds) {
    Map<String, String> versions = new HashMap<>();
    session
        .list(OPEN, row -> row, branch.id(), tableIds.toArray(String[]::new))
        .forEach(row -> versions.put(row.getString(0), row.getString(1)));
    return versions;
  }

  /**
   * What sessions have made of open tables, where it is other than at the branch's head; the layers
   * have their columns then.
   *
   * @throws TableChangedException where a change cannot be kept
   */
  public Map<String, BranchShape> altered(BranchHandle branch, Collection<BranchTable> tables) {
    return found(branch, tables).altered(tables);
  }

  /**
   * Open tables whose schema sessions have changed since the branch's last commit, whatever schema
   * the handles have; the layers have their columns then.
   *
   * @throws TableChangedException where a change cannot be kept
   */
  public Map<String, BranchShape> changed(BranchHandle branch, Collection<BranchTable> tables) {
    return found(branch, tables).changed();
  }

  /**
   * What clients have done to the tables of a branch since its last commit.
   *
   * @param changed open tables with another schema, by table id
   * @param dropped ids of tables that they have dropped
   */
  public record Found(Map<String, BranchShape> changed, Set<String> dropped) {
    static final Found NOTHING = new Found(Map.of(), Set.of());

    /** Of those that are changed, where the schema is not that of the handles. */
    public Map<String, BranchShape> altered(Collection<BranchTable> tables) {
      Map<String, BranchShape> altered = new HashMap<>(changed);
      tables.forEach(table ->
          altered.computeIfPresent(
              table.table().id(),
              (id, shape) ->
                  shape.schema(table.table().schema()).equals(table.table().schema())
                      ? null
                      : shape));
      return altered;
    }
  }

  /** The same as {@link #changed}, and what was dropped, in one look. */
  public Found found(BranchHandle branch, Collection<BranchTable> tables) {
    if (branch.isDefault() || tables.isEmpty() || !isThere()) {
      return Found.NOTHING;
    }
    List<String> ids = tables.stream().map(table -> table.table().id()).toList();
    Map<String, String> versions = askVersions(branch, ids);
    Map<String, BranchShape> changed = new HashMap<>();
    Set<String> dropped = new HashSet<>();
    List<String> noted = new ArrayList<>();
    for (BranchTable table : tables) {
      String id = table.table().id();
      String version = versions.get(id);
      if (GONE.equals(version)) {
        dropped.add(id);
      } else if (version != null) {
        Optional<BranchShape> shape = shape(branch, table.table(), version);
        shape.filter(BranchShape::isChanged).ifPresent(found -> changed.put(id, found));
        if (shape.isEmpty()) {
          noted.add(id);
        }
      }
    }
    if (!noted.isEmpty()) {
      askVersions(branch, noted)
          .forEach((id, version) -> {
            if (GONE.equals(version)) {
              dropped.add(id);
            }
          });
    }
    return new Found(changed, dropped);
  }

  /** Ids of open tables whose changes may not have been captured. */
  public List<String> uncaptured(BranchHandle branch, Collection<BranchTable> tables) {
    return database.ask(session ->
        session.list(
            """
            SELECT table_id FROM epoch.branch_tables
            WHERE branch_id = $1 AND table_id = ANY ($2) AND open_relation IS NOT NULL
              AND epoch.capture_problem(table_id, branch_id) IS NOT NULL\
            """,
            row -> row.getString(0),
            branch.id(),
            tables.stream().map(table -> table.table().id()).toArray(String[]::new)));
  }

  /** An open table with the types that its columns have in the database. */
  public TableHandle placed(BranchHandle branch, TableHandle table) {
    return table.schema().columns().stream().anyMatch(column -> OwnTypes.maybeOwn(column.type()))
        ? database.read(session -> OwnTypes.of(session, branch, table).placed(table))
        : table;
  }

  /**
   * A layered table whose columns take values as domains of the branch's own do. These are made if
   * they are not there.
   */
  public TableHandle checked(BranchHandle branch, TableHandle table) {
    if (table.schema().columns().stream().allMatch(column -> column.type().rules().isEmpty())) {
      return table;
    }
    if (!database.read(session -> OwnTypes.areMade(session, branch, table))) {
      database.write(
          retries.setting(),
          session ->
              session.list("SELECT epoch.make_enums($1, $2)", row -> row, branch.id(), table.id()));
    }
    return database.read(session -> OwnTypes.of(session, branch, table).checked(table));
  }

  /** Whether the table is open on the branch. */
  public boolean isOpen(BranchHandle branch, TableHandle table) {
    return !branch.isDefault()
        && database.read(session ->
            EpochSchema.exists(session)
                && session
                    .first(
                        """
                        SELECT open_relation IS NOT NULL FROM epoch.branch_tables
                        WHERE branch_id = $1 AND table_id = $2\
                        """,
                        row -> row.getBoolean(0),
                        branch.id(),
                        table.id())
                    .orElse(false));
  }

  /** Schemas of tables that were altered, by table id. */
  public static Map<String, TableSchema> schemas(
      Map<String, BranchShape> altered, Collection<BranchTable> tables) {
    Map<String, TableSchema> schemas = new HashMap<>();
    for (BranchTable table : tables) {
      BranchShape shape = altered.get(table.table().id());
      if (shape != null) {
        schemas.put(table.table().id(), shape.schema(table.table().schema()));
      }
    }
    return schemas;
  }

  /** {@link #versions(Session, BranchHandle, Collection)} as they were when last looked at. */
  public Map<String, String> versions(BranchHandle branch, Collection<BranchTable> tables) {
    Map<String, String> versions = new HashMap<>();
    for (BranchTable table : tables) {
      BranchShape shape = known.get(table.table().id() + " " + branch.id());
      if (shape != null) {
        versions.put(table.table().id(), shape.version());
      }
    }
    return versions;
  }

  private Map<String, String> askVersions(BranchHandle branch, List<String> ids) {
    try {
      return database.ask(session -> versions(session, branch, ids));
    } catch (StorageException failure) {
      // somebody may have removed Epoch from the database
      there = false;
      if (isThere()) {
        throw failure;
      }
      return Map.of();
    }
  }

  /** Whether the database has what tells of open tables; once it has, it is not asked again. */
  private boolean isThere() {
    if (!there) {
      there =
          database.read(
              session -> EpochSchema.exists(session) && EpochSchema.hasOpenColumns(session));
    }
    return there;
  }

  private Optional<BranchShape> shape(BranchHandle branch, TableHandle table, String version) {
    String key = table.id() + " " + branch.id();
    BranchShape shape = known.get(key);
    // a table that a key refers to may have been registered since
    if (shape != null && shape.version().equals(version) && !shape.refersToUnregistered()) {
      return Optional.of(shape);
    }
    Optional<BranchShape> looked =
        retries.run(
            () -> database.write(retries.setting(), session -> look(session, branch, table)));
    if (looked.isPresent()) {
      if (known.size() >= MOST_KNOWN) {
        known.clear();
      }
      known.put(key, looked.get());
    }
    return looked;
  }

  private static Optional<BranchShape> look(
      Session session, BranchHandle branch, TableHandle table) {
    EpochSchema.ensure(session);
    session
        .first(
            "SELECT epoch.follow_open($1, $2)",
            row -> Optional.ofNullable(row.getString(0)),
            branch.id(),
            table.id())
        .flatMap(reason -> reason)
        .ifPresent(reason -> {
          throw new TableChangedException(
              "The table %s of branch %s cannot be kept as it is: %s"
                  .formatted(table.name(), branch.name(), reason),
              "Undo the change on the branch");
        });
    String version = versions(session, branch, List.of(table.id())).get(table.id());
    return session
        .first(PLACE, row -> row, branch.id(), table.id())
        .map(place -> {
          JsonNode then = json(place.getString(1));
          JsonNode now = json(place.getString(2));
          long oid = place.getLong(0);
          LiveNames names = new LiveNames(session, branch, table);
          return new BranchShape(
              version,
              then.isNull() ? now : then,
              now,
              columns(session, branch, table, oid, names),
              List.of(place.getArrayOfStrings(3)),
              Introspector.constraints(session, oid).stream().map(names::of).toList(),
              Introspector.indexes(session, oid).stream().map(names::of).toList());
        });
  }

  private static Map<String, Column> columns(
      Session session, BranchHandle branch, TableHandle table, long oid, LiveNames names) {
    List<Column> found = Introspector.columns(session, oid);
    List<io.vertx.mutiny.sqlclient.Row> noted =
        session.list(COLUMNS, row -> row, branch.id(), table.id());
    Map<String, Column> columns = new LinkedHashMap<>();
    for (int i = 0; i < noted.size(); i++) {
      Column column = names.of(found.get(i));
      String identity = noted.get(i).getString(4);
      columns.put(
          String.valueOf(noted.get(i).getInteger(0)),
          new Column(
              noted.get(i).getString(1),
              column.name(),
              column.type(),
              column.nullable(),
              identity == null ? column.defaultExpression() : null,
              column.generatedExpression(),
              identity == null ? column.identity() : identity,
              noted.get(i).getString(2),
              noted.get(i).getBoolean(3) ? true : null));
    }
    return columns;
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Puts the names of live tables in the place of those of a branch's open tables, and those that
   * the log has for types of the branch's own.
   */
  private static final class LiveNames {
    private record Name(String open, String live, String openTold, String liveTold) {}

    private final List<Name> names = new ArrayList<>();
    private final OwnTypes types;

    LiveNames(Session session, BranchHandle branch, TableHandle table) {
      types = OwnTypes.of(session, branch, table);
      session
          .list(NAMES, row -> row, branch.id())
          .forEach(row ->
              names.add(
                  new Name(
                      row.getString(0),
                      row.getString(1),
                      String.join(".", row.getArrayOfStrings(2)),
                      row.getString(3))));
    }

    Column of(Column column) {
      return types.atHome(column);
    }

    Index of(Index index) {
      String definition = types.atHome(index.definition());
      for (Name name : names) {
        definition = definition.replace(" ON " + name.open() + " ", " ON " + name.live() + " ");
      }
      return new Index(index.name(), definition, index.unique());
    }

    Constraint of(Constraint told) {
      Constraint constraint = types.atHome(told);
      for (Name name : names) {
        if (name.openTold().equals(constraint.referencesTable())) {
          return new Constraint(
              constraint.name(),
              constraint.kind(),
              constraint.columns(),
              constraint
                  .definition()
                  .replace(" REFERENCES " + name.open() + "(", " REFERENCES " + name.live() + "("),
              name.liveTold(),
              constraint.referencesColumns(),
              constraint.deferrable());
        }
      }
      return constraint;
    }
  }
}
