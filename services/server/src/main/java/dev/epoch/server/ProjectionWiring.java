package dev.epoch.server;

import dev.epoch.events.RecordCodec;
import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.log.EventLog;
import dev.epoch.log.postgres.Migrations;
import dev.epoch.projections.AdministrativeModels;
import dev.epoch.projections.EventDecoder;
import dev.epoch.projections.NotNowException;
import dev.epoch.projections.ProjectionMigrations;
import dev.epoch.projections.Projections;
import dev.epoch.projections.Projector;
import dev.epoch.projections.TableProjector;
import dev.epoch.projections.conflicts.ConflictReads;
import dev.epoch.projections.conflicts.ConflictsProjector;
import dev.epoch.projections.conflicts.LearntProjector;
import dev.epoch.projections.conflicts.LearntReads;
import dev.epoch.projections.history.HistoryProjector;
import dev.epoch.projections.history.HistoryReads;
import dev.epoch.projections.history.TableReads;
import dev.epoch.projections.overlaytables.BranchDirectory;
import dev.epoch.projections.overlaytables.OverlayTablesProjector;
import dev.epoch.projections.recoverysidecars.RecoveryReads;
import dev.epoch.projections.recoverysidecars.RecoverySidecarsProjector;
import dev.epoch.projections.reflog.Reflog;
import dev.epoch.projections.reflog.ReflogProjector;
import dev.epoch.projections.statuses.Statuses;
import dev.epoch.projections.statuses.StatusesProjector;
import dev.epoch.projections.storages.StorageReads;
import dev.epoch.projections.storages.StoragesProjector;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.subscriptions.EventSubscriptions;
import dev.epoch.webhooks.Webhooks;
import dev.epoch.webhooks.hook.Hooks;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Puts the read models together. */
public class ProjectionWiring {
  private static final List<TableProjector> TABLES =
      List.of(
          new HistoryProjector(),
          new RecoverySidecarsProjector(),
          new ConflictsProjector(),
          new LearntProjector(),
          new ReflogProjector(),
          new StatusesProjector(),
          new StoragesProjector());

  private final EventDecoder decoder = new EventDecoder(new RecordCodec());

  @Produces
  @Singleton
  Migrations migrations() {
    return ProjectionMigrations.ALL;
  }

  @Produces
  @Singleton
  HistoryReads history(MetadataDatabase database) {
    return new HistoryReads(database.pool());
  }

  @Produces
  @Singleton
  TableReads tables(MetadataDatabase database) {
    return new TableReads(database.pool());
  }

  @Produces
  @Singleton
  RecoveryReads recovery(MetadataDatabase database) {
    return new RecoveryReads(database.pool());
  }

  @Produces
  @Singleton
  Projections projections(
      MetadataDatabase database, EventLog log, VersioningServer server, Webhooks webhooks) {
    List<Projector> projectors = new ArrayList<>(TABLES);
    projectors.add(new OverlayTablesProjector(new Databases(server)));
    projectors.add(webhooks.projector());
    return new Projections(database.pool(), log, decoder, projectors);
  }

  /** It closes with the application, after what uses it and before the pool. */
  @Produces
  @Singleton
  AdministrativeModels administrativeModels(Vertx vertx, MetadataDatabase database) {
    return new AdministrativeModels(
        vertx,
        database.pool(),
        Stream.of(Statuses.ENTITIES, EventSubscriptions.ENTITIES, Hooks.ENTITIES, Webhooks.ENTITIES)
            .flatMap(List::stream)
            .toList());
  }

  void close(@Disposes AdministrativeModels models) {
    models.close();
  }

  @Produces
  @Singleton
  Reflog reflog(MetadataDatabase database) {
    return new Reflog(database.pool());
  }

  @Produces
  @Singleton
  Statuses statuses(AdministrativeModels models) {
    return new Statuses(models);
  }

  @Produces
  @Singleton
  ConflictReads conflicts(MetadataDatabase database) {
    return new ConflictReads(database.pool());
  }

  @Produces
  @Singleton
  LearntReads learnt(MetadataDatabase database) {
    return new LearntReads(database.pool());
  }

  @Produces
  @Singleton
  StorageReads storages(MetadataDatabase database) {
    return new StorageReads(database.pool());
  }

  /** The databases behind the repositories of this server. */
  private record Databases(VersioningServer server) implements BranchDirectory {
    @Override
    public void put(String repository, String branchId) {
      tell(repository, live -> server.registrar().converge(live, branchId));
    }

    @Override
    public void drop(String repository, BranchDeletedV1 deleted) {
      tell(repository, live -> server.registrar().convergeDeleted(live, deleted));
    }

    @Override
    public void settle(String repository, boolean every) {
      tell(repository, live -> server.registrar().settle(live, every));
    }

    private void tell(String repository, Consumer<LiveRepository> what) {
      LiveRepository live;
      try {
        live = server.repositories().get(repository);
      } catch (RefusedException deletedSince) {
        return;
      }
      if (!live.decides()) {
        // its owner told the databases itself, and who takes it over tells them everything
        return;
      }
      try {
        what.accept(live);
      } catch (StorageUnavailableException | BusyException | OutcomeUnknownException away) {
        throw new NotNowException(away);
      }
    }
  }
}
