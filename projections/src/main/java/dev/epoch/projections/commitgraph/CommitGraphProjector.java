package dev.epoch.projections.commitgraph;

import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.events.table.TableEntry;
import dev.epoch.projections.ProjectedEvent;
import dev.epoch.projections.Sql;
import dev.epoch.projections.TableProjector;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** Commits, their parents, and what each changed. */
public final class CommitGraphProjector implements TableProjector {
  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS commits (
            repository text NOT NULL,
            commit_id text NOT NULL,
            branch_id text NOT NULL,
            author_name text NOT NULL,
            author_email text NOT NULL,
            message text NOT NULL,
            committed_at timestamptz NOT NULL,
            position bigint NOT NULL,
            PRIMARY KEY (repository, commit_id)
          )
          """,
          """
          CREATE TABLE IF NOT EXISTS commit_parents (
            repository text NOT NULL,
            commit_id text NOT NULL,
            place integer NOT NULL,
            parent_id text NOT NULL,
            PRIMARY KEY (repository, commit_id, place)
          )
          """,
          """
          CREATE TABLE IF NOT EXISTS commit_tables (
            repository text NOT NULL,
            owner text NOT NULL,
            table_name text NOT NULL,
            row_count bigint NOT NULL,
            schema_hash text NOT NULL,
            content_hash text NOT NULL,
            inserted bigint NOT NULL,
            updated bigint NOT NULL,
            deleted bigint NOT NULL,
            PRIMARY KEY (repository, owner, table_name)
          )
          """);

  /**
   * A commit with its parents and tables. Tables that were recorded before their commit carry the
   * operation's id until the commit comes.
   */
  private static final String INSERT_COMMIT =
      """
      WITH parents AS (
        INSERT INTO commit_parents (repository, commit_id, place, parent_id)
        SELECT $1, $2, p.place::integer, p.parent
        FROM unnest($9::text[]) WITH ORDINALITY AS p (parent, place)
        ON CONFLICT DO NOTHING
      ),
      tables AS (
        INSERT INTO commit_tables (
          repository, owner, table_name, row_count, schema_hash, content_hash, inserted, updated, deleted
        )
        SELECT $1, $2, t.*
        FROM unnest(
          $10::text[], $11::bigint[], $12::text[], $13::text[], $14::bigint[], $15::bigint[], $16::bigint[]
        ) AS t
        ON CONFLICT DO NOTHING
      ),
      recorded AS (
        UPDATE commit_tables SET owner = $2
        WHERE repository = $1 AND owner = $17
      )
      INSERT INTO commits (
        repository, commit_id, branch_id, author_name, author_email, message, committed_at, position
      )
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT DO NOTHING
      """;

  private static final String INSERT_TABLES =
      """
      INSERT INTO commit_tables (
        repository, owner, table_name, row_count, schema_hash, content_hash, inserted, updated, deleted
      )
      SELECT $1, $2, t.*
      FROM unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[]) AS t
      ON CONFLICT DO NOTHING
      """;

  private static final String DELETE =
      """
      WITH tables AS (DELETE FROM commit_tables WHERE repository = $1),
        parents AS (DELETE FROM commit_parents WHERE repository = $1)
      DELETE FROM commits
      WHERE repository = $1
      """;

  @Override
  public String name() {
    return "commit-graph";
  }

  @Override
  public Lifecycle lifecycle() {
    return Lifecycle.INLINE;
  }

  @Override
  public List<String> tables() {
    return TABLES;
  }

  @Override
  public List<String> tableNames() {
    return List.of("commits", "commit_parents", "commit_tables");
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, ProjectedEvent event) {
    return switch (event.event()) {
      case CommitCreatedV1 e -> created(transaction, event, e);
      case CommitTablesRecordedV1 e -> recorded(transaction, event, e);
      case RepositoryDeletedV1 e -> Sql.run(transaction, DELETE, event.repository());
      default -> Uni.createFrom().voidItem();
    };
  }

  private static Uni<Void> created(
      SqlConnection transaction, ProjectedEvent event, CommitCreatedV1 commit) {
    UUID operation = commit.operationId();
    List<Object> values =
        new ArrayList<>(
            Arrays.asList(
                event.repository(),
                commit.commit(),
                commit.branchId(),
                commit.author().name(),
                commit.author().email(),
                commit.message(),
                Sql.time(commit.time()),
                event.stored().position(),
                commit.parents().toArray(String[]::new)));
    values.addAll(columns(commit.tables()));
    values.add(operation == null ? null : operation.toString());
    return Sql.run(transaction, INSERT_COMMIT, values.toArray());
  }

  private static Uni<Void> recorded(
      SqlConnection transaction, ProjectedEvent event, CommitTablesRecordedV1 recorded) {
    List<Object> values =
        new ArrayList<>(List.of(event.repository(), recorded.operationId().toString()));
    values.addAll(columns(recorded.tables()));
    return Sql.run(transaction, INSERT_TABLES, values.toArray());
  }

  /** One array for each column. */
  private static List<Object> columns(List<TableEntry> tables) {
    return List.of(
        tables.stream().map(TableEntry::name).toArray(String[]::new),
        tables.stream().map(TableEntry::rowCount).toArray(Long[]::new),
        tables.stream().map(entry -> entry.schemaHash().hex()).toArray(String[]::new),
        tables.stream().map(entry -> entry.contentHash().hex()).toArray(String[]::new),
        tables.stream().map(TableEntry::inserted).toArray(Long[]::new),
        tables.stream().map(TableEntry::updated).toArray(Long[]::new),
        tables.stream().map(TableEntry::deleted).toArray(Long[]::new));
  }
}
