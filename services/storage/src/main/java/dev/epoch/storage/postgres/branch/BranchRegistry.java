package dev.epoch.storage.postgres.branch;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.postgres.catalog.EpochSchema;
import dev.epoch.storage.postgres.catalog.TableShape;
import dev.epoch.storage.postgres.connection.AffinityPool;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.ShapeMovedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Tells a database of branches, for clients that connect to it themselves. */
public final class BranchRegistry {
  private final Database database;
  private final LockRetries retries;

  /** Whether the schema was there and up to date when this process last looked. */
  private volatile boolean schemaKnown;

  public BranchRegistry(Database database, LockRetries retries) {
    this.database = database;
    this.retries = retries;
  }

  /** What the database knows of tables that are not like the live ones stays. */
  public Optional<String> put(BranchHandle branch, Map<String, BranchTable> tables) {
    return put(branch, tables, _ -> "", _ -> null);
  }

  /**
   * See {@link dev.epoch.storage.branch.BranchDirectory#putBranch}.
   *
   * @param definitions of tables that are not like the live ones: see {@code epoch.show_columns}
   * @param judgedBy columns of the live table by which it was judged that a table is like that one
   *     ({@link TableShape#columnsTold}); null for without a look whether it still has them
   * @throws ShapeMovedException where it has others by now; of these tables nothing was told
   */
  public Optional<String> put(
      BranchHandle branch,
      Map<String, BranchTable> tables,
      Function<TableHandle, String> definitions,
      Function<TableHandle, String> judgedBy) {
    if (schemaKnown) {
      try {
        return retries
            .run(() ->
                database.writeKeyed(
                    AffinityPool.ANY,
                    retries.setting(),
                    session -> {
                      EpochSchema.assumeCurrent(session);
                      return put(session, branch, tables, definitions, judgedBy);
                    }))
            .get();
      } catch (BusyException | StorageUnavailableException | OutcomeUnknownException e) {
        throw e;
      } catch (StorageException e) {
        // somebody removed the schema, or replaced it
        schemaKnown = false;
      }
    }
    Optional<String> holder =
        retries
            .run(() ->
                database.write(
                    retries.setting(),
                    session -> {
                      EpochSchema.ensure(session);
                      return put(session, branch, tables, definitions, judgedBy);
                    }))
            .get();
    schemaKnown = true;
    return holder;
  }

  /** In one round trip with what stands around it. */
  private static Supplier<Optional<String>> put(
      Session session,
      BranchHandle branch,
      Map<String, BranchTable> tables,
      Function<TableHandle, String> definitions,
      Function<TableHandle, String> judgedBy) {
    Supplier<List<Optional<String>>> holder =
        session.sendAsking(
            "SELECT epoch.put_branch($1, $2, $3, $4, $5, $6)",
            row -> Optional.ofNullable(row.getString(0)),
            branch.id(),
            branch.repository(),
            branch.name(),
            branch.isDefault(),
            branch.version(),
            branch.ownSequences());
    if (branch.schemaOnly()) {
      session.send("SELECT epoch.put_schema_only($1)::text", branch.id());
    }
    if (!branch.begins()) {
      session.send(
          "UPDATE epoch.branches SET begun = true WHERE branch_id = $1 AND NOT begun", branch.id());
    }
    session.send(
        "SELECT epoch.keep_branch_tables($1, $2)::text",
        branch.id(),
        tables.keySet().toArray(String[]::new));
    List<RowsLocation> heads = tables.values().stream().map(BranchTable::head).toList();
    Supplier<List<Optional<String>>> moved =
        session.sendAsking(
            PUT_TABLES,
            row -> Optional.ofNullable(row.getString(0)),
            branch.id(),
            tables.keySet().toArray(String[]::new),
            heads.stream().map(RowsLocation::anchor).toArray(Long[]::new),
            heads.stream().map(RowsLocation::overlay).toArray(String[]::new),
            heads.stream().map(RowsLocation::overlayPosition).toArray(Long[]::new),
            tables.values().stream().map(BranchRegistry::columns).toArray(String[]::new),
            tables.values().stream()
                .map(table -> definitions.apply(table.table()))
                .toArray(String[]::new),
            tables.values().stream()
                .map(table -> judgedBy.apply(table.table()))
                .toArray(String[]::new));
    return () -> {
      List<TableHandle> others =
          moved.get().stream().flatMap(Optional::stream).map(id -> tables.get(id).table()).toList();
      if (!others.isEmpty()) {
        throw new ShapeMovedException(others);
      }
      return holder.get().getFirst();
    };
  }

  private static String columns(BranchTable table) {
    return table.table().schema().columns().stream()
        .map(Column::id)
        .collect(Collectors.joining("\u001f"));
  }

  /** See {@link dev.epoch.storage.branch.BranchDirectory#branches}. */
  public Set<String> known(String repository) {
    return database.read(session ->
        EpochSchema.exists(session)
            ? Set.copyOf(
                session.list(
                    """
                    SELECT branch_id FROM epoch.branches
                    WHERE repository = $1 AND NOT dropped AND name !~ '^[0-9a-f]{64}$'
                    """,
                    row -> row.getString(0),
                    repository))
            : Set.of());
  }

  /** See {@link dev.epoch.storage.branch.BranchDirectory#names}. */
  public Map<String, String> names(String repository) {
    return database.read(session ->
        EpochSchema.exists(session)
            ? session
                .list(
                    """
                    SELECT branch_id, name FROM epoch.branches
                    WHERE repository = $1 AND name <> '~' || branch_id
                    """,
                    row -> Map.entry(row.getString(0), row.getString(1)),
                    repository)
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue))
            : Map.of());
  }

  /** See {@link dev.epoch.storage.branch.BranchDirectory#dropBranch}. */
  public void drop(BranchHandle branch) {
    retries.run(() ->
        database.write(session -> {
          session.run(retries.setting());
          if (EpochSchema.exists(session)) {
            session.list("SELECT epoch.drop_branch($1)::text", row -> row, branch.id());
          }
          return null;
        }));
  }

  /** Those of which the database knows something else; a repository may have thousands. */
  private static final String PUT_TABLES =
      """
      SELECT epoch.put_branch_table(
        $1, t.id, t.anchor, t.overlay, t.place, string_to_array(t.columns, chr(31)), t.definition, t.judged_by)
      FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[])
        AS t (id, anchor, overlay, place, columns, definition, judged_by)
      WHERE NOT EXISTS (
        SELECT
        FROM epoch.branch_tables AS p
        JOIN epoch.branches AS b ON b.branch_id = p.branch_id
        WHERE p.branch_id = $1 AND p.table_id = t.id
          AND (p.anchor, p.source_overlay, p.source_position) IS NOT DISTINCT FROM
            (t.anchor, nullif(t.overlay, $1), CASE WHEN t.overlay <> $1 THEN t.place END)
          AND (
            b.is_default
            OR p.shown @> string_to_array(t.columns, chr(31)) AND p.shown <@ string_to_array(t.columns, chr(31))
              AND (
                t.definition = ''
                OR NOT p.retyped
                  AND p.definition IS NOT DISTINCT FROM epoch.definition_told(t.id, t.definition)::jsonb
              )
          )
      )
      """;

  private static final String RECLAIMABLE =
      """
      SELECT b.branch_id
      FROM epoch.branches AS b
      WHERE b.repository = $1 AND b.dropped AND b.branch_id <> ALL ($2::text[])
        AND NOT EXISTS (
          SELECT FROM epoch.branch_tables AS t
          JOIN epoch.branches AS using_it ON using_it.branch_id = t.branch_id
          WHERE t.source_overlay = b.branch_id AND NOT using_it.dropped
        )
      ORDER BY b.branch_id
      """;

  /** Views that sessions began with may still be of the overlay that their branch then copied. */
  private static final String RENEW_VIEWS =
      """
      SELECT epoch.rebuild_views(t.branch_id, t.table_id)::text
      FROM epoch.branch_tables AS t
      JOIN epoch.branches AS b ON b.branch_id = t.branch_id
      WHERE b.repository = $1 AND b.changed_schema IS NOT NULL AND (t.has_overlay OR $2)
      """;

  private static final String DROP_OVERLAYS =
      """
      SELECT epoch.drop_overlay(t.branch_id, t.table_id)::text
      FROM epoch.branch_tables AS t
      WHERE t.branch_id = $1 AND t.has_overlay
      """;

  private static final String DROP_ARCHIVED_OVERLAYS =
      """
      SELECT epoch.drop_archived_overlay(o.table_id, o.branch_id)::text
      FROM epoch.archived_overlays AS o
      WHERE o.branch_id = $1
      """;

  /** See {@link dev.epoch.storage.branch.BranchDirectory#reclaim}. */
  public List<String> reclaim(String repository, Set<String> kept, boolean dryRun) {
    return retries.run(() ->
        database.write(session -> {
          session.run(retries.setting());
          if (!EpochSchema.exists(session)) {
            return List.<String>of();
          }
          EpochSchema.ensure(session);
          if (!dryRun) {
            session.list("SELECT epoch.drop_unread_commits($1)::text", row -> row, repository);
          }
          List<String> branches =
              session.list(
                  RECLAIMABLE, row -> row.getString(0), repository, kept.toArray(String[]::new));
          if (!dryRun && !branches.isEmpty()) {
            session.list(RENEW_VIEWS, row -> row, repository, false);
            for (String branch : branches) {
              session.list(DROP_OVERLAYS, row -> row, branch);
              session.list(DROP_ARCHIVED_OVERLAYS, row -> row, branch);
              session.execute("DELETE FROM epoch.branch_tables WHERE branch_id = $1", branch);
              session.execute("DELETE FROM epoch.branches WHERE branch_id = $1", branch);
            }
          }
          return branches;
        }));
  }

  /** See {@link dev.epoch.storage.branch.BranchSessions#renewViews}. */
  public void renewViews(String repository) {
    retries.run(() ->
        database.write(session -> {
          session.run(retries.setting());
          session.list(RENEW_VIEWS, row -> row, repository, true);
          return null;
        }));
  }
}
