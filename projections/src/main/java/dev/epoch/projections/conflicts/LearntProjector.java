package dev.epoch.projections.conflicts;

import dev.epoch.events.LearntConflict;
import dev.epoch.events.event.CommandCompletedV1;
import dev.epoch.events.event.ConflictsResolvedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.MergeAbortedV1;
import dev.epoch.events.event.MergeOpenedV1;
import dev.epoch.events.event.MergeRequestClosedV1;
import dev.epoch.events.event.MergeRequestedV1;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.events.event.RepositoryOpenedV1;
import dev.epoch.events.event.RepositoryUpdatedV1;
import dev.epoch.events.event.ResolutionsForgottenV1;
import dev.epoch.projections.ProjectedEvent;
import dev.epoch.projections.Sql;
import dev.epoch.projections.TableProjector;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How conflicts were decided, by what tells one from all others; the last decision counts. {@link
 * LearntReads} answers from it.
 */
public final class LearntProjector implements TableProjector {
  public static final String NAME = "learnt-resolutions";

  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS learnt_resolutions (
            repository text NOT NULL,
            mark text NOT NULL,
            position bigint NOT NULL,
            table_name text NOT NULL,
            record_key text[] NOT NULL,
            field text,
            constraint_name text,
            resolution text NOT NULL,
            column_values jsonb NOT NULL,
            null_columns text[] NOT NULL,
            delete_row boolean NOT NULL,
            PRIMARY KEY (repository, mark)
          )
          """);

  private static final String LEARN =
      """
      INSERT INTO learnt_resolutions (
        repository, mark, position, table_name, record_key, field, constraint_name, resolution, column_values,
        null_columns, delete_row
      )
      SELECT $1::text, l ->> 'mark', $2::bigint, l ->> 'table', ARRAY(SELECT jsonb_array_elements_text(l -> 'key')),
        l ->> 'field', l ->> 'constraint', $4::text, $5::jsonb, $6::text[], $7::boolean
      FROM jsonb_array_elements($3::jsonb) AS l
      ON CONFLICT (repository, mark) DO UPDATE
      SET position = excluded.position, resolution = excluded.resolution,
        column_values = excluded.column_values, null_columns = excluded.null_columns,
        delete_row = excluded.delete_row, table_name = excluded.table_name
      """;

  /** What was decided about a whole row decides about each field of it. */
  static final String FORGOTTEN =
      """
      repository = $1
        AND ($2::text IS NULL OR table_name = $2)
        AND ($3::text[] = '{}' OR record_key = $3)
        AND ($4::text IS NULL OR field IS NULL OR field = $4 OR starts_with(field, $4 || '/'))
        AND ($5::text IS NULL OR constraint_name = $5)
      """;

  private static final String FORGET = "DELETE FROM learnt_resolutions WHERE " + FORGOTTEN;

  private static final String DELETE = "DELETE FROM learnt_resolutions WHERE repository = $1";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> tables() {
    return TABLES;
  }

  @Override
  public List<String> tableNames() {
    return List.of("learnt_resolutions");
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, ProjectedEvent event) {
    return switch (event.event()) {
      case ConflictsResolvedV1 e when !e.learnt().isEmpty() -> learn(transaction, event, e);
      case ResolutionsForgottenV1 e ->
          Sql.run(
              transaction,
              FORGET,
              event.repository(),
              e.table(),
              e.key().toArray(String[]::new),
              e.field(),
              e.constraint());
      case RepositoryDeletedV1 _ -> Sql.run(transaction, DELETE, event.repository());
      case RepositoryCreatedV1 _,
          RepositoryOpenedV1 _,
          RepositoryUpdatedV1 _,
          Event.OfStorage _,
          Event.OfTable _,
          Event.OfBranch _,
          Event.OfTag _,
          Event.OfCatalog _,
          Event.OfCheck _,
          Event.OfRole _,
          Event.OfStaging _,
          Event.OfOperation _,
          Event.OfCommit _,
          Event.OfReplay _,
          MergeOpenedV1 _,
          MergeRequestClosedV1 _,
          MergeRequestedV1 _,
          ConflictsResolvedV1 _,
          MergeAbortedV1 _,
          CommandCompletedV1 _ ->
          Uni.createFrom().voidItem();
    };
  }

  private static Uni<Void> learn(
      SqlConnection transaction, ProjectedEvent event, ConflictsResolvedV1 decision) {
    Map<String, JsonObject> byMark = new LinkedHashMap<>();
    for (LearntConflict learnt : decision.learnt()) {
      byMark.put(
          learnt.mark(),
          new JsonObject()
              .put("mark", learnt.mark())
              .put("table", learnt.table())
              .put("key", new JsonArray(learnt.key()))
              .put("field", learnt.field())
              .put("constraint", learnt.constraint()));
    }
    return Sql.run(
        transaction,
        LEARN,
        event.repository(),
        event.stored().position(),
        new JsonArray(List.copyOf(byMark.values())),
        decision.resolution(),
        new JsonObject(new TreeMap<String, Object>(decision.values())),
        decision.nulls().toArray(String[]::new),
        decision.deleteRow());
  }
}
