package dev.epoch.storage.postgres.catalog;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.InternalFailure;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.ShapeMovedException;
import dev.epoch.storage.postgres.connection.SqlErrors;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What tables are like, as last looked at, and how to go on when they are otherwise now: what Epoch
 * keeps beside a table follows it, and what was begun is begun again.
 */
public final class TableShapes {
  /** Shapes that may change under one answer before it is given up. */
  private static final int MOST_MOVES = 8;

  /**
   * Versions of the catalogs' rows that a table's schema is read from, for names of tables; those
   * that are not there are left out.
   */
  public static final String VERSIONS =
      """
      SELECT n.name, concat_ws('|',
        (SELECT string_agg(concat_ws('.', a.attrelid, a.attnum, a.xmin), ' ' ORDER BY a.attnum)
          FROM pg_attribute AS a WHERE a.attrelid = r.oid AND a.attnum > 0),
        (SELECT string_agg(concat_ws('.', d.oid, d.xmin), ' ' ORDER BY d.oid)
          FROM pg_attrdef AS d WHERE d.adrelid = r.oid),
        (SELECT string_agg(concat_ws('.', c.oid, c.xmin), ' ' ORDER BY c.oid)
          FROM pg_constraint AS c WHERE c.conrelid = r.oid),
        (SELECT string_agg(concat_ws('.', i.indexrelid, i.xmin), ' ' ORDER BY i.indexrelid)
          FROM pg_index AS i WHERE i.indrelid = r.oid),
        (SELECT string_agg(concat_ws('.', g.oid, g.xmin), ' ' ORDER BY g.oid)
          FROM pg_trigger AS g
          WHERE g.tgname LIKE 'epoch\\_capture\\_%' AND g.tgrelid = ANY (ARRAY(
            SELECT r.oid UNION ALL SELECT h.inhrelid FROM pg_inherits AS h WHERE h.inhparent = r.oid))),
        (WITH RECURSIVE made (oid) AS (
            SELECT a.atttypid FROM pg_attribute AS a
            WHERE a.attrelid = r.oid AND a.attnum > 0 AND a.atttypid >= 16384
            UNION
            SELECT part.oid
            FROM made AS m
            JOIN pg_type AS t ON t.oid = m.oid
            CROSS JOIN LATERAL (
              SELECT t.typelem UNION ALL SELECT t.typbasetype
              UNION ALL SELECT a.atttypid FROM pg_attribute AS a WHERE a.attrelid = t.typrelid AND a.attnum > 0
            ) AS part (oid)
            WHERE part.oid >= 16384
          )
          SELECT string_agg(concat_ws('.', p.oid, p.number, p.version), ' ' ORDER BY p.oid, p.number)
          FROM made AS m
          CROSS JOIN LATERAL (
            SELECT e.oid, 0, e.xmin FROM pg_enum AS e WHERE e.enumtypid = m.oid
            UNION ALL
            SELECT t.oid, a.attnum, a.xmin FROM pg_type AS t
            JOIN pg_attribute AS a ON a.attrelid = t.typrelid AND a.attnum > 0
            WHERE t.oid = m.oid AND t.typtype = 'c'
          ) AS p (oid, number, version)))
      FROM unnest($1::text[]) AS n (name)
      JOIN LATERAL (SELECT to_regclass(n.name)::oid AS oid) AS r ON r.oid IS NOT NULL\
      """;

  /** Composites of a table's columns, and of their elements, that have lost attributes. */
  private static final String NARROWED =
      """
      SELECT format_type(c.oid, NULL)
      FROM pg_attribute AS a
      JOIN pg_type AS t ON t.oid = a.atttypid
      JOIN pg_type AS c ON c.oid IN (t.oid, t.typelem, t.typbasetype) AND c.typtype = 'c'
      WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND EXISTS (
        SELECT FROM pg_attribute AS p WHERE p.attrelid = c.typrelid AND p.attisdropped)\
      """;

  private final Database database;
  private final LockRetries retries;
  private final Map<String, TableShape> known = new ConcurrentHashMap<>();
  private final Set<String> repositories = ConcurrentHashMap.newKeySet();

  public TableShapes(Database database, LockRetries retries) {
    this.database = database;
    this.retries = retries;
  }

  /** As last looked at; empty where nobody has. */
  public Optional<TableShape> known(TableHandle table) {
    return Optional.ofNullable(known.get(table.id()));
  }

  /**
   * The same table with the names of columns that its state has in the database; looks at it if
   * nobody has. A table that this database does not capture stays as it is.
   */
  public TableHandle physical(TableHandle table) {
    if (table.schema().appendOnly()) {
      return table;
    }
    TableShape shape = known.get(table.id());
    if (shape == null || !shape.hasPlaces(table.schema())) {
      look(table);
      shape = known.get(table.id());
    }
    if (shape == null) {
      return table;
    }
    TableSchema physical = shape.physical(table.schema());
    TableHandle placed = table.path().equals(shape.place()) ? table : table.at(shape.place());
    return physical == table.schema() ? placed : placed.with(physical);
  }

  /**
   * Runs the body, again and again as long as tables turn out to have changed.
   *
   * @throws TableChangedException if one of them is another table now
   */
  public <T> T settled(Supplier<T> body) {
    for (int moves = 1; ; moves++) {
      try {
        return body.get();
      } catch (ShapeMovedException moved) {
        if (moves == MOST_MOVES) {
          throw moved.getCause() instanceof StorageException failure
              ? InternalFailure.of(failure)
              : moved;
        }
        moved.tables().forEach(this::look);
      }
    }
  }

  /** The same of what answers nothing. */
  public void settle(Runnable body) {
    settled(() -> {
      body.run();
      return null;
    });
  }

  /**
   * {@link #settled} of a body about tables: a migration may be committed, or an open table be
   * closed, after the body has looked at them, and before its statement has them.
   */
  public <T> T settled(List<TableHandle> tables, Supplier<T> body) {
    return settled(() -> {
      try {
        return body.get();
      } catch (StorageException failure) {
        if (SqlErrors.isOvertaken(failure)) {
          throw new ShapeMovedException(tables, failure);
        }
        throw failure;
      }
    });
  }

  /** Looks at tables again; whether one of them is not what it was. */
  public boolean haveMoved(List<TableHandle> tables) {
    boolean moved = false;
    for (TableHandle table : tables) {
      TableShape before = known.get(table.id());
      look(table);
      moved |= !Objects.equals(before, known.get(table.id()));
    }
    return moved;
  }

  /** Looks at all tables of a repository that nobody has looked at. */
  public void know(String repository) {
    if (!repositories.add(repository)) {
      return;
    }
    database.read(session -> unknown(session, repository)).forEach(this::look);
  }

  private List<TableHandle> unknown(Session session, String repository) {
    if (!EpochSchema.exists(session)) {
      return List.of();
    }
    record Registered(String id, String name, TablePath path, List<String> key) {}
    List<Registered> tables =
        session.list(
            """
            SELECT table_id, name, schema_name, table_name, key_columns
            FROM epoch.tables
            WHERE repository = $1 AND NOT append_only
              AND to_regclass(format('%I.%I', schema_name, table_name)) IS NOT NULL
            """,
            row ->
                new Registered(
                    row.getString(0),
                    row.getString(1),
                    new TablePath(row.getString(2), row.getString(3)),
                    List.of(row.getArrayOfStrings(4))),
            repository);
    return tables.stream()
        .filter(table -> !known.containsKey(table.id()))
        .map(table ->
            new TableHandle(
                repository,
                table.id(),
                table.name(),
                table.path(),
                Introspector.schema(session, table.path(), table.key())))
        .toList();
  }

  /** Lets what is kept beside the table follow it, and remembers what it is like. */
  public void look(TableHandle table) {
    if (table.removed()) {
      database
          .read(session -> readRemoved(session, table))
          .ifPresent(shape -> known.put(table.id(), shape));
      return;
    }
    Optional<TableShape> shape =
        retries.run(() ->
            database.write(
                retries.setting(),
                session -> EpochSchema.exists(session) ? read(session, table) : Optional.empty()));
    if (shape.isPresent()) {
      known.put(table.id(), shape.get());
    } else {
      known.remove(table.id());
    }
  }

  private static Optional<TableShape> read(Session session, TableHandle table) {
    EpochSchema.ensure(session);
    return followed(session, table);
  }

  /**
   * Lets what is kept beside the table follow it, and tells what it is like; to this transaction
   * alone, until it is committed. Empty for a table that is not registered.
   *
   * @throws TableChangedException if it is another table now
   */
  public static Optional<TableShape> followed(Session session, TableHandle table) {
    if (placed(session, table).isEmpty()) {
      return Optional.empty();
    }
    session
        .first(
            "SELECT epoch.follow_table($1)",
            row -> Optional.ofNullable(row.getString(0)),
            table.id())
        .flatMap(reason -> reason)
        .ifPresent(reason -> {
          throw changed(table, reason);
        });
    List<TableShape.LayerColumn> columns = columns(session, table);
    Placed now = placed(session, table).orElseThrow();
    String version =
        session
            .first(
                VERSIONS,
                row -> row.getString(1),
                (Object) new String[] {path(table.at(now.place()))})
            .orElseThrow();
    TableSchema schema = Introspector.schema(session, now.place(), now.key());
    note(session, table.id(), schema);
    Optional<String> uncaptured =
        session
            .first(
                "SELECT epoch.look_at_capture($1)",
                row -> Optional.ofNullable(row.getString(0)),
                table.id())
            .flatMap(problem -> problem);
    return Optional.of(
        new TableShape(
            version,
            schema,
            columns,
            now.place(),
            uncaptured,
            types(session, table.id(), path(table.at(now.place())))));
  }

  /** What branches that are like the live table keep when it changes: {@code follow_table.sql}. */
  public static void note(Session session, String tableId, TableSchema live) {
    session.list(
        "SELECT epoch.note_live_definition($1, $2::text::jsonb)::text",
        row -> row,
        tableId,
        BranchShapes.definition(live));
  }

  private static AlteredType.Facts types(Session session, String tableId, String path) {
    Map<String, List<AlteredType.Label>> labels = new HashMap<>();
    session
        .list("SELECT * FROM epoch.seen_labels($1)", row -> row, tableId)
        .forEach(row ->
            labels
                .computeIfAbsent(row.getString(0), _ -> new ArrayList<>())
                .add(
                    new AlteredType.Label(
                        row.getString(1), row.getLong(2), Set.of(row.getArrayOfStrings(3)))));
    return new AlteredType.Facts(
        Set.copyOf(session.list(NARROWED, row -> row.getString(0), path)), labels);
  }

  private record Placed(TablePath place, List<String> key) {}

  private static Optional<Placed> placed(Session session, TableHandle table) {
    return session.first(
        "SELECT schema_name, table_name, key_columns FROM epoch.tables WHERE table_id = $1",
        row ->
            new Placed(
                new TablePath(row.getString(0), row.getString(1)),
                List.of(row.getArrayOfStrings(2))),
        table.id());
  }

  /** Sees to it that the layers have every column of the schema, also such as the table lost. */
  public void putColumns(TableHandle table) {
    if (table.removed()) {
      return;
    }
    if (table.schema().appendOnly()) {
      look(table);
      return;
    }
    retries.run(() ->
        database.write(
            retries.setting(),
            session -> {
              for (Column column : table.schema().columns()) {
                session.list(
                    "SELECT epoch.put_gone_column($1, $2, $3, $4, $5, $6)::text",
                    row -> row,
                    table.id(),
                    column.id(),
                    column.type().base().name(),
                    column.initialDefault(),
                    column.wasFilled(),
                    KeptEnums.labels(column.type())
                        .map(labels -> labels.toArray(String[]::new))
                        .orElse(null));
              }
              return null;
            }));
    look(table);
  }

  private static Optional<TableShape> readRemoved(Session session, TableHandle table) {
    List<TableShape.LayerColumn> columns =
        EpochSchema.exists(session) ? columns(session, table) : List.of();
    return columns.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new TableShape(
                "",
                table.schema(),
                columns,
                table.path(),
                Optional.empty(),
                AlteredType.Facts.NONE));
  }

  private static List<TableShape.LayerColumn> columns(Session session, TableHandle table) {
    List<TableShape.LayerColumn> columns =
        session.list(
            """
            SELECT column_id, name, type, number IS NOT NULL, kept, never_live, initial
            FROM epoch.table_columns WHERE table_id = $1
            ORDER BY length(name), name\
            """,
            TableShapes::column,
            table.id());
    return table.schema().appendOnly()
        ? Stream.concat(columns.stream(), Stream.of(ROW_ID)).toList()
        : columns;
  }

  /** Of append-only tables, whose layers are over rows with ids. */
  private static final TableShape.LayerColumn ROW_ID =
      new TableShape.LayerColumn(
          TableSchema.ROW_ID,
          TableSchema.ROW_ID,
          AppendOnlyTable.ROW_ID.type().name(),
          true,
          false,
          false,
          null);

  private static TableShape.LayerColumn column(Row row) {
    return new TableShape.LayerColumn(
        row.getString(0),
        row.getString(1),
        row.getString(2),
        row.getBoolean(3),
        row.getBoolean(4),
        row.getBoolean(5),
        row.getString(6));
  }

  public static TableChangedException changed(TableHandle table, String reason) {
    return new TableChangedException(
        "The table " + table.path() + " is not the one that was registered: " + reason,
        "Undo the change, or remove the table and register it again: epoch table remove "
            + table.name());
  }

  /** The name under which {@link #VERSIONS} answers. */
  public static String path(TableHandle table) {
    return Quote.qualified(table.path().schema(), table.path().table());
  }

  /** What was known of these is not true any more. */
  public void forget(Collection<String> tables) {
    known.keySet().removeAll(tables);
  }
}
