package dev.epoch.projections.history;

import dev.epoch.events.event.BranchCheckedOutV1;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.events.event.BranchExpirySetV1;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.BranchProtectedV1;
import dev.epoch.events.event.BranchRenamedV1;
import dev.epoch.events.event.BranchReviewedV1;
import dev.epoch.events.event.CommandCompletedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.CommitSchemaRecordedV1;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.ConflictsResolvedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.MergeAbortedV1;
import dev.epoch.events.event.MergeOpenedV1;
import dev.epoch.events.event.MergeRequestClosedV1;
import dev.epoch.events.event.MergeRequestedV1;
import dev.epoch.events.event.OperationAbortedV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.events.event.RecoveryCompletedV1;
import dev.epoch.events.event.ReplayAbortedV1;
import dev.epoch.events.event.ReplaySkippedV1;
import dev.epoch.events.event.ReplayStartedV1;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.events.event.RepositoryOpenedV1;
import dev.epoch.events.event.RepositoryUpdatedV1;
import dev.epoch.events.event.ResolutionsForgottenV1;
import dev.epoch.events.event.TableRegisteredV1;
import dev.epoch.events.event.TableRemovedV1;
import dev.epoch.events.event.TableSyncedV1;
import dev.epoch.events.event.TagCreatedV1;
import dev.epoch.events.event.TagDeletedV1;
import dev.epoch.projections.ProjectedEvent;
import dev.epoch.projections.Sql;
import dev.epoch.projections.SqlResource;
import dev.epoch.projections.TableProjector;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Branches, tags, what actors work on, commits and their tables: one read model, so that whoever
 * reads a branch finds its head. {@link HistoryReads} and {@link TableReads} answer from it.
 */
public final class HistoryProjector implements TableProjector {
  public static final String NAME = "history";

  /** So many lines lie under one at most: the next one has all tables of its own. */
  static final int DEEPEST = 16;

  private static final String CREATE_REPOSITORY =
      """
      WITH root AS (
        INSERT INTO commits (
          repository, position, commit_id, parents, parent_positions, generation, history, author_name,
          author_email, author_search, message, committed_at, changes, table_count, record_count, committer_id,
          committer_name, committer_email, committer_search, line
        )
        VALUES ($1, $2, $3, '{}', '{}', 0, 0, $4, $5, $6, '', $7, '[]', 0, 0, $10, $4, $5, $6, $2)
      ),
      line AS (
        INSERT INTO lines (repository, line, tip, depth)
        VALUES ($1, $2, $2, 0)
      )
      INSERT INTO branches (repository, branch_id, name, head, is_default, created_at)
      VALUES ($1, $8, $9, $2, true, $7)
      """;

  private static final String CREATE_BRANCH =
      """
      INSERT INTO branches (repository, branch_id, name, head, is_default, created_at)
      VALUES ($1, $2, $3, (SELECT position FROM commits WHERE repository = $1 AND commit_id = $4), false, $5)
      """;

  /** One statement a commit: it costs a round trip of the projection, not several. */
  private static final String CREATE_COMMIT =
      """
      WITH ancestors AS (
        SELECT p.place, c.position, c.commit_id, cardinality(c.parent_positions) > 0 AS shown,
          c.generation, c.history, c.table_count, c.record_count, c.line
        FROM unnest($4::text[]) WITH ORDINALITY AS p (id, place)
          JOIN commits AS c ON c.repository = $1 AND c.commit_id = p.id
      ),
      recorded AS (
        DELETE FROM recorded_changes
        WHERE repository = $1 AND operation_id = $5
        RETURNING changes, tables_added, records_added, versions
      ),
      own AS (
        SELECT $12::jsonb AS changes, $13::integer AS tables_added, $14::bigint AS records_added, $20::jsonb AS versions
        UNION ALL
        SELECT changes, tables_added, records_added, versions FROM recorded
      ),
      continued AS (
        UPDATE lines AS l SET tip = $2
        FROM ancestors AS a
        WHERE a.place = 1 AND l.repository = $1 AND l.line = a.line AND l.tip = a.position
        RETURNING l.line
      ),
      begun AS (
        INSERT INTO lines (repository, line, tip, parent_line, parent_position, depth)
        SELECT $1, $2, $2,
          CASE WHEN l.depth < $21 THEN a.line END,
          CASE WHEN l.depth < $21 THEN a.position END,
          CASE WHEN l.depth < $21 THEN l.depth + 1 ELSE 0 END
        FROM ancestors AS a
          JOIN lines AS l ON l.repository = $1 AND l.line = a.line
        WHERE a.place = 1 AND l.tip <> a.position
        RETURNING line, depth
      ),
      versions AS (
        INSERT INTO table_versions (repository, line, name, position, table_id, row_count, schema_hash)
        SELECT $1, coalesce((SELECT line FROM continued), $2), v.name, $2, v.table_id, v.row_count, v.schema_hash
        FROM own
          CROSS JOIN jsonb_to_recordset(own.versions)
            AS v (name text, table_id text, row_count bigint, schema_hash text)
        UNION ALL
        SELECT $1, b.line, t.name, a.position, t.table_id, t.row_count, t.schema_hash
        FROM begun AS b
          JOIN ancestors AS a ON a.place = 1
          CROSS JOIN LATERAL tables_at($1, a.position) AS t
        WHERE b.depth = 0
      ),
      made AS (
        INSERT INTO commits (
          repository, position, commit_id, parents, parent_positions, generation, history, author_name,
          author_email, author_search, message, committed_at, changes, table_count, record_count, committer_id,
          committer_name, committer_email, committer_search, line
        )
        SELECT $1, $2, $3,
          coalesce(array_agg(a.commit_id ORDER BY a.place) FILTER (WHERE a.shown), '{}'),
          array_agg(a.position ORDER BY a.place),
          1 + max(a.generation),
          1 + max(a.history) FILTER (WHERE a.place = 1) + CASE
            WHEN count(*) = 1 THEN 0
            ELSE (walk_commits(
              $1, array_agg(a.position) FILTER (WHERE a.place > 1), array_agg(a.position) FILTER (WHERE a.place = 1),
              0, 0, true, NULL, NULL, NULL, NULL, NULL, NULL
            )).total
          END,
          $6, $7, $8, $9, $10,
          CASE
            WHEN EXISTS (SELECT FROM recorded)
              THEN (
                SELECT jsonb_agg(t ORDER BY t ->> 'table' COLLATE "C")
                FROM own, jsonb_array_elements(own.changes) AS t
              )
            ELSE $12::jsonb
          END,
          max(a.table_count) FILTER (WHERE a.place = 1) + (SELECT sum(tables_added) FROM own),
          max(a.record_count) FILTER (WHERE a.place = 1) + (SELECT sum(records_added) FROM own),
          coalesce(max(o.actor_id), $16), coalesce(max(o.actor_name), $17), coalesce(max(o.actor_email), $18),
          coalesce(max(o.actor_search), $19),
          coalesce((SELECT line FROM continued), $2)
        FROM ancestors AS a
          LEFT JOIN preparations AS o ON o.repository = $1 AND o.operation_id = $5
      )
      UPDATE branches SET head = $2, merge_id = CASE WHEN $15 THEN merge_id END
      WHERE repository = $1 AND branch_id = $11
      """;

  private static final String RECORD_CHANGES =
      """
      INSERT INTO recorded_changes (
        repository, operation_id, position, changes, tables_added, records_added, versions
      )
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      """;

  private static final String MOVE =
      """
      UPDATE branches
      SET merge_id = NULL, head = (SELECT position FROM commits WHERE repository = $1 AND commit_id = $3)
      WHERE repository = $1 AND branch_id = $2
      """;

  private static final String RENAME =
      """
      UPDATE branches SET name = $3
      WHERE repository = $1 AND branch_id = $2
      """;

  private static final String MERGE =
      """
      UPDATE branches SET merge_id = $3
      WHERE repository = $1 AND branch_id = $2
      """;

  private static final String DELETE_BRANCH =
      """
      WITH left_by AS (DELETE FROM checkouts WHERE repository = $1 AND branch_id = $2)
      DELETE FROM branches
      WHERE repository = $1 AND branch_id = $2
      """;

  private static final String PREPARE =
      """
      INSERT INTO preparations (
        repository, operation_id, actor_id, actor_name, actor_email, actor_search, registering
      )
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      """;

  private static final String END =
      """
      DELETE FROM preparations
      WHERE repository = $1 AND operation_id = $2
      """;

  private static final String TAG =
      """
      INSERT INTO tags (repository, name, position)
      VALUES ($1, $2, (SELECT position FROM commits WHERE repository = $1 AND commit_id = $3))
      ON CONFLICT (repository, name) DO UPDATE SET position = excluded.position
      """;

  private static final String DELETE_TAG =
      """
      DELETE FROM tags
      WHERE repository = $1 AND name = $2
      """;

  private static final String CHECK_OUT =
      """
      INSERT INTO checkouts (repository, actor_id, branch_id)
      VALUES ($1, $2, $3)
      ON CONFLICT (repository, actor_id) DO UPDATE SET branch_id = excluded.branch_id
      """;

  private static final String DELETE_REPOSITORY =
      """
      WITH of_actors AS (DELETE FROM checkouts WHERE repository = $1),
        recorded AS (DELETE FROM recorded_changes WHERE repository = $1),
        prepared AS (DELETE FROM preparations WHERE repository = $1),
        named AS (DELETE FROM tags WHERE repository = $1),
        lined AS (DELETE FROM lines WHERE repository = $1),
        held AS (DELETE FROM table_versions WHERE repository = $1),
        registered AS (DELETE FROM registrations WHERE repository = $1),
        shaped AS (DELETE FROM table_schemas WHERE repository = $1),
        made AS (DELETE FROM commits WHERE repository = $1)
      DELETE FROM branches
      WHERE repository = $1
      """;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> tables() {
    return List.of(
        SqlResource.text(HistoryProjector.class, "tables.sql"),
        SqlResource.text(HistoryProjector.class, "walks.sql"));
  }

  @Override
  public List<String> tableNames() {
    return List.of(
        "branches",
        "checkouts",
        "tags",
        "preparations",
        "commits",
        "recorded_changes",
        "lines",
        "table_versions",
        "registrations",
        "table_schemas");
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, ProjectedEvent event) {
    String repository = event.repository();
    return switch (event.event()) {
      case RepositoryCreatedV1 e -> createRepository(transaction, event, e);
      case BranchCreatedV1 e ->
          Sql.run(
              transaction,
              CREATE_BRANCH,
              repository,
              e.branchId(),
              e.name(),
              e.head(),
              Sql.time(event.stored().envelope().time()));
      case CommitCreatedV1 e -> createCommit(transaction, event, e);
      case CommitTablesRecordedV1 e -> recordChanges(transaction, event, e);
      case OperationPreparedV1 e -> prepare(transaction, event, e);
      case OperationAbortedV1 e -> ended(transaction, event, e.operationId());
      case TableRegisteredV1 e ->
          Sql.all(
              TableStatements.registered(transaction, repository, e),
              ended(transaction, event, e.operationId()));
      case TableRemovedV1 e ->
          Sql.all(
              TableStatements.removed(transaction, repository, e),
              ended(transaction, event, e.operationId()));
      case BranchMovedV1 e ->
          Sql.all(
              Sql.run(transaction, MOVE, repository, e.branchId(), e.to()),
              ended(transaction, event, e.operationId()));
      case TagCreatedV1 e -> Sql.run(transaction, TAG, repository, e.name(), e.commit());
      case TagDeletedV1 e -> Sql.run(transaction, DELETE_TAG, repository, e.name());
      case BranchRenamedV1 e -> Sql.run(transaction, RENAME, repository, e.branchId(), e.to());
      case MergeOpenedV1 e -> Sql.run(transaction, MERGE, repository, e.branchId(), e.mergeId());
      case MergeAbortedV1 e -> Sql.run(transaction, MERGE, repository, e.branchId(), null);
      case ReplaySkippedV1 e -> Sql.run(transaction, MERGE, repository, e.branchId(), null);
      case ReplayAbortedV1 e -> Sql.run(transaction, MERGE, repository, e.branchId(), null);
      case BranchDeletedV1 e -> Sql.run(transaction, DELETE_BRANCH, repository, e.branchId());
      case BranchCheckedOutV1 e ->
          Sql.run(transaction, CHECK_OUT, repository, actor(event), e.branchId());
      case RepositoryDeletedV1 e -> Sql.run(transaction, DELETE_REPOSITORY, repository);
      case Event.OfCatalog _,
          RepositoryOpenedV1 _,
          RepositoryUpdatedV1 _,
          Event.OfStorage _,
          BranchExpirySetV1 _,
          BranchProtectedV1 _,
          BranchReviewedV1 _,
          Event.OfCheck _,
          Event.OfRole _,
          Event.OfStaging _,
          CommitSchemaRecordedV1 _,
          MergeRequestClosedV1 _,
          MergeRequestedV1 _,
          ResolutionsForgottenV1 _,
          TableSyncedV1 _,
          ConflictsResolvedV1 _,
          ReplayStartedV1 _,
          RecoveryCompletedV1 _,
          CommandCompletedV1 _ ->
          Uni.createFrom().voidItem();
    };
  }

  private static String actor(ProjectedEvent event) {
    return event.stored().envelope().actor().id();
  }

  private static Uni<Void> createRepository(
      SqlConnection transaction, ProjectedEvent event, RepositoryCreatedV1 created) {
    var actor = event.stored().envelope().actor();
    return Sql.run(
        transaction,
        CREATE_REPOSITORY,
        event.repository(),
        event.stored().position(),
        created.rootCommit(),
        actor.name(),
        actor.email(),
        search(actor.name(), actor.email(), actor.id()),
        Sql.time(event.stored().envelope().time()),
        created.defaultBranchId(),
        created.defaultBranch(),
        actor.id());
  }

  private static Uni<Void> createCommit(
      SqlConnection transaction, ProjectedEvent event, CommitCreatedV1 commit) {
    Changes changes = Changes.of(commit.tables(), commit.removedTables(), commit.formerTables());
    var author = commit.author();
    var actor = event.stored().envelope().actor();
    Uni<Void> created =
        Sql.run(
            transaction,
            CREATE_COMMIT,
            event.repository(),
            event.stored().position(),
            commit.commit(),
            commit.parents().toArray(String[]::new),
            commit.operationId(),
            author.name(),
            author.email(),
            search(author.name(), author.email(), author.id()),
            commit.message(),
            Sql.time(commit.time()),
            commit.branchId(),
            changes.toJson(),
            changes.tablesAdded(),
            changes.recordsAdded(),
            commit.live(),
            actor.id(),
            actor.name(),
            actor.email(),
            search(actor.name(), actor.email(), actor.id()),
            TableStatements.versions(commit.tables(), commit.removedTables()),
            DEEPEST);
    Uni<Void> all =
        Sql.all(
            TableStatements.schemas(transaction, event.repository(), commit.schemas()), created);
    return commit.live() ? all : Sql.all(all, ended(transaction, event, commit.operationId()));
  }

  private static Uni<Void> prepare(
      SqlConnection transaction, ProjectedEvent event, OperationPreparedV1 prepared) {
    var actor = event.stored().envelope().actor();
    return Sql.run(
        transaction,
        PREPARE,
        event.repository(),
        prepared.operationId(),
        actor.id(),
        actor.name(),
        actor.email(),
        search(actor.name(), actor.email(), actor.id()),
        prepared.plan() instanceof OperationPlan.RegisterTable plan ? plan.name() : null);
  }

  private static Uni<Void> ended(SqlConnection transaction, ProjectedEvent event, UUID operation) {
    return operation == null
        ? Uni.createFrom().voidItem()
        : Sql.run(transaction, END, event.repository(), operation);
  }

  private static Uni<Void> recordChanges(
      SqlConnection transaction, ProjectedEvent event, CommitTablesRecordedV1 recorded) {
    Changes changes = Changes.of(recorded.tables(), List.of(), recorded.formerTables());
    return Sql.all(
        TableStatements.schemas(transaction, event.repository(), recorded.schemas()),
        Sql.run(
            transaction,
            RECORD_CHANGES,
            event.repository(),
            recorded.operationId(),
            event.stored().position(),
            changes.toJson(),
            changes.tablesAdded(),
            changes.recordsAdded(),
            TableStatements.versions(recorded.tables(), List.of())));
  }

  /** What a search for an author looks at. */
  private static String search(String name, String email, String id) {
    return (name + " <" + email + "> " + id).toLowerCase(Locale.ROOT);
  }
}
