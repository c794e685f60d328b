package dev.epoch.projections.statuses;

import dev.epoch.events.Actor;
import dev.epoch.events.event.CheckAddedV1;
import dev.epoch.events.event.CheckRemovedV1;
import dev.epoch.events.event.CommandCompletedV1;
import dev.epoch.events.event.CommitStatusSetV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.events.event.RepositoryOpenedV1;
import dev.epoch.events.event.RepositoryUpdatedV1;
import dev.epoch.projections.ProjectedEvent;
import dev.epoch.projections.Sql;
import dev.epoch.projections.TableProjector;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;

/** What was said about commits: all of it, since later statuses do not undo earlier ones. */
public final class StatusesProjector implements TableProjector {
  public static final String NAME = "statuses";

  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS commit_statuses (
            repository text NOT NULL,
            position bigint NOT NULL,
            commit_id text COLLATE "C" NOT NULL,
            context text NOT NULL,
            state text NOT NULL,
            description text,
            target_url text,
            actor_id text NOT NULL,
            actor_name text NOT NULL,
            set_at timestamptz NOT NULL,
            PRIMARY KEY (repository, position)
          )
          """,
          """
          CREATE INDEX IF NOT EXISTS commit_statuses_of_commit
          ON commit_statuses (repository, commit_id, position)
          """);

  private static final String SET =
      """
      INSERT INTO commit_statuses (
        repository, position, commit_id, context, state, description, target_url,
        actor_id, actor_name, set_at
      )
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      """;

  private static final String DELETE =
      """
      DELETE FROM commit_statuses
      WHERE repository = $1
      """;

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
    return List.of("commit_statuses");
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, ProjectedEvent event) {
    return switch (event.event()) {
      case CommitStatusSetV1 e -> {
        Actor actor = event.stored().envelope().actor();
        yield Sql.run(
            transaction,
            SET,
            event.repository(),
            event.stored().position(),
            e.commit(),
            e.context(),
            e.state(),
            e.description(),
            e.targetUrl(),
            actor.id(),
            actor.name(),
            Sql.time(event.stored().envelope().time()));
      }
      case RepositoryDeletedV1 e -> Sql.run(transaction, DELETE, event.repository());
      case RepositoryCreatedV1 _,
          RepositoryOpenedV1 _,
          RepositoryUpdatedV1 _,
          Event.OfStorage _,
          Event.OfTable _,
          Event.OfBranch _,
          Event.OfTag _,
          Event.OfCatalog _,
          CheckAddedV1 _,
          CheckRemovedV1 _,
          Event.OfRole _,
          Event.OfStaging _,
          Event.OfOperation _,
          Event.OfCommit _,
          Event.OfMerge _,
          Event.OfReplay _,
          CommandCompletedV1 _ ->
          Uni.createFrom().voidItem();
    };
  }
}
