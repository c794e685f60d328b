package dev.epoch.projections.storages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.epoch.events.event.CommandCompletedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.events.event.RepositoryOpenedV1;
import dev.epoch.events.event.RepositoryUpdatedV1;
import dev.epoch.events.event.StorageAddedV1;
import dev.epoch.events.event.StorageRemovedV1;
import dev.epoch.events.event.StorageUpdatedV1;
import dev.epoch.projections.ProjectedEvent;
import dev.epoch.projections.Sql;
import dev.epoch.projections.TableProjector;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.Map;

/** Storage backends. Their secrets stay in the log, sealed: nobody reads them from here. */
public final class StoragesProjector implements TableProjector {
  public static final String NAME = "storages";

  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS storages (
            repository text NOT NULL,
            name text COLLATE "C" NOT NULL,
            backend text NOT NULL,
            config jsonb NOT NULL,
            description text,
            enabled boolean NOT NULL,
            is_default boolean NOT NULL,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (repository, name)
          )
          """);

  private static final String ADD =
      """
      INSERT INTO storages (
        repository, name, backend, config, description, enabled, is_default, created_at
      )
      VALUES ($1, $2, $3, $4::text::jsonb, $5, true, $6, $7)
      """;

  private static final String UPDATE =
      """
      UPDATE storages
      SET config = config || $3::text::jsonb,
        description = coalesce($4, description),
        enabled = coalesce($5, enabled),
        is_default = coalesce($6, is_default)
      WHERE repository = $1 AND name = $2
      """;

  private static final String NO_OTHER_DEFAULT =
      """
      UPDATE storages SET is_default = false
      WHERE repository = $1 AND name <> $2 AND is_default
      """;

  private static final String REMOVE =
      """
      DELETE FROM storages
      WHERE repository = $1 AND name = $2
      """;

  private static final String DELETE =
      """
      DELETE FROM storages
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
    return List.of("storages");
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, ProjectedEvent event) {
    String repository = event.repository();
    return switch (event.event()) {
      case StorageAddedV1 e -> added(transaction, event, e);
      case StorageUpdatedV1 e ->
          Sql.all(
              Sql.run(
                  transaction,
                  UPDATE,
                  repository,
                  e.name(),
                  json(e.config()),
                  e.description(),
                  e.enabled(),
                  e.makeDefault()),
              onlyDefault(transaction, repository, e.name(), Boolean.TRUE.equals(e.makeDefault())));
      case StorageRemovedV1 e -> Sql.run(transaction, REMOVE, repository, e.name());
      case RepositoryDeletedV1 e -> Sql.run(transaction, DELETE, repository);
      case RepositoryCreatedV1 _,
          RepositoryOpenedV1 _,
          RepositoryUpdatedV1 _,
          Event.OfTable _,
          Event.OfBranch _,
          Event.OfTag _,
          Event.OfCatalog _,
          Event.OfCheck _,
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

  private static Uni<Void> added(
      SqlConnection transaction, ProjectedEvent event, StorageAddedV1 storage) {
    return Sql.all(
        Sql.run(
            transaction,
            ADD,
            event.repository(),
            storage.name(),
            storage.backend(),
            json(storage.config()),
            storage.description(),
            storage.makeDefault(),
            Sql.time(event.stored().envelope().time())),
        onlyDefault(transaction, event.repository(), storage.name(), storage.makeDefault()));
  }

  private static Uni<Void> onlyDefault(
      SqlConnection transaction, String repository, String name, boolean isDefault) {
    return isDefault
        ? Sql.run(transaction, NO_OTHER_DEFAULT, repository, name)
        : Uni.createFrom().voidItem();
  }

  private static String json(Map<String, JsonNode> config) {
    return JsonNodeFactory.instance.objectNode().setAll(config).toString();
  }
}
