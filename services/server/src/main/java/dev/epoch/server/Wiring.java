package dev.epoch.server;

import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.branch.BranchExpiryKeeper;
import dev.epoch.gateway.commit.LiveCommitKeeper;
import dev.epoch.gateway.merge.AutoMergeKeeper;
import dev.epoch.gateway.read.CopyKeeper;
import dev.epoch.gateway.storage.SecretBox;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.surface.SessionServer;
import dev.epoch.log.EventLog;
import dev.epoch.log.postgres.Migrations;
import dev.epoch.log.postgres.PostgresChunkStore;
import dev.epoch.log.postgres.PostgresEventLog;
import dev.epoch.log.postgres.PostgresLogConfiguration;
import dev.epoch.log.postgres.PostgresSnapshotStore;
import dev.epoch.server.access.AccessKeys;
import dev.epoch.server.access.Listening;
import dev.epoch.server.owner.OwnerSettings;
import dev.epoch.storage.StorageAdapterFactory;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.location.FileRoots;
import dev.epoch.storage.mysql.MysqlStorageAdapterFactory;
import dev.epoch.storage.postgres.PostgresStorageAdapterFactory;
import dev.epoch.storage.postgres.connection.CertificateFiles;
import dev.epoch.storage.postgres.query.QueryLimits;
import dev.epoch.storage.sqlite.SqliteStorageAdapterFactory;
import io.quarkus.arc.All;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Puts the parts together. A storage backend joins as a bean of type {@link StorageAdapterFactory}.
 */
public class Wiring {

  @Produces
  @Singleton
  EventLog log(MetadataDatabase database, Vertx vertx) {
    return new PostgresEventLog(
        PostgresLogConfiguration.of(vertx, database.pool(), database.connectOptions()));
  }

  @Produces
  @Singleton
  PostgresStorageAdapterFactory postgresql(
      Vertx vertx,
      Listening listening,
      @ConfigProperty(name = "epoch.certificates-dir") Optional<Path> certificates,
      @ConfigProperty(name = "epoch.storage.allow") Optional<List<String>> addresses,
      @ConfigProperty(name = "epoch.query.temp-limit") MemorySize temporaryFiles,
      MetadataDatabase metadata,
      @ConfigProperty(name = EpochServer.EMBEDDED, defaultValue = "false") boolean embedded) {
    boolean local = listening.thisMachineOnly();
    return new PostgresStorageAdapterFactory(
        vertx,
        new CertificateFiles(certificates, certificates.isEmpty() && local),
        rules(listening, addresses),
        QueryLimits.DEFAULT.withTemporaryBytes(temporaryFiles.asLongValue()),
        Optional.of(metadata.server(embedded)));
  }

  private static AddressRules rules(Listening listening, Optional<List<String>> addresses) {
    try {
      return AddressRules.of(listening.thisMachineOnly(), addresses.orElse(List.of()));
    } catch (IllegalArgumentException wrong) {
      throw new StartRefusedException(
          "EPOCH_STORAGE_ALLOW holds " + wrong.getMessage() + "; see docs/security.md");
    }
  }

  @Produces
  @Singleton
  SqliteStorageAdapterFactory sqlite(
      Listening listening,
      @ConfigProperty(name = "epoch.storage.paths") Optional<List<Path>> folders) {
    return new SqliteStorageAdapterFactory(
        FileRoots.of(listening.thisMachineOnly(), folders.orElse(List.of())));
  }

  @Produces
  @Singleton
  MysqlStorageAdapterFactory mysql(
      Listening listening,
      @ConfigProperty(name = "epoch.storage.allow") Optional<List<String>> addresses,
      @ConfigProperty(name = "epoch.storage.paths") Optional<List<Path>> folders) {
    return new MysqlStorageAdapterFactory(
        rules(listening, addresses),
        FileRoots.of(listening.thisMachineOnly(), folders.orElse(List.of())));
  }

  /** The tables of {@link AccessKeys}. */
  @Produces
  @Singleton
  Migrations accessMigrations() {
    return new Migrations(
        "access",
        AccessKeys.class,
        List.of("001-api-keys.sql", "002-acting-for-others.sql", "003-rights-of-keys.sql"));
  }

  @Produces
  @Singleton
  VersioningServer server(
      MetadataDatabase database,
      EventLog log,
      OwnerSettings owner,
      @All List<StorageAdapterFactory> factories,
      SecretBox secrets,
      @ConfigProperty(name = "epoch.idempotency.keep") Duration keysKept,
      @ConfigProperty(name = "epoch.failpoints") Optional<String> failpoints) {
    return new VersioningServer(
        log,
        new PostgresChunkStore(database.pool()),
        new PostgresSnapshotStore(database.pool()),
        factories,
        secrets,
        Clock.systemUTC(),
        owner.self(),
        owner.lease(),
        keysKept,
        failpoints.map(Failpoints::of).orElse(Failpoints.NONE));
  }

  @Produces
  @Singleton
  CopyKeeper copies(
      VersioningServer server,
      @ConfigProperty(name = "epoch.copies.limit") MemorySize most,
      @ConfigProperty(name = "epoch.copies.unread") Duration unread) {
    return new CopyKeeper(server, new CopyKeeper.Policy(most.asLongValue(), unread));
  }

  @Produces
  @Singleton
  LiveCommitKeeper liveCommits(VersioningServer server) {
    return new LiveCommitKeeper(server, Clock.systemUTC());
  }

  @Produces
  @Singleton
  AutoMergeKeeper autoMerges(VersioningServer server) {
    return new AutoMergeKeeper(server.repositories(), server.mergeRequests());
  }

  @Produces
  @Singleton
  BranchExpiryKeeper expiries(
      VersioningServer server, @ConfigProperty(name = "epoch.branch.grace") Duration grace) {
    return new BranchExpiryKeeper(server, Clock.systemUTC(), grace);
  }

  @Produces
  @Singleton
  SessionServer sessions(
      VersioningServer server,
      @ConfigProperty(name = "epoch.failpoints") Optional<String> failpoints) {
    return new SessionServer(server, failpoints.map(Failpoints::of).orElse(Failpoints.NONE));
  }
}
