package dev.epoch.server;

import dev.epoch.api.ServerStatus;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.branch.BranchExpiryKeeper;
import dev.epoch.gateway.commit.LiveCommitKeeper;
import dev.epoch.gateway.merge.AutoMergeKeeper;
import dev.epoch.gateway.read.CopyKeeper;
import dev.epoch.gateway.surface.SessionServer;
import dev.epoch.log.EventLog;
import dev.epoch.log.postgres.EventLogMigrations;
import dev.epoch.log.postgres.MetadataSchema;
import dev.epoch.log.postgres.Migrations;
import dev.epoch.log.postgres.SchemaMismatchException;
import dev.epoch.server.access.AccessKeys;
import dev.epoch.server.http.HttpRoutes;
import io.quarkus.arc.All;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Starts what serves requests, as soon as the metadata database answers, and stops it in order.
 *
 * <pre>
 *   tables of the metadata database --> repositories loaded --> operations in doubt settled --> ready
 * </pre>
 */
@ApplicationScoped
public class RunningServer implements ServerStatus {
  private static final Logger LOG = Logger.getLogger(RunningServer.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private final MetadataDatabase database;
  private final EventLog log;
  private final VersioningServer server;
  private final CopyKeeper copies;
  private final LiveCommitKeeper liveCommits;
  private final BranchExpiryKeeper expiries;
  private final AutoMergeKeeper autoMerges;
  private final SessionServer sessions;
  private final boolean servesSessions;
  private final AccessKeys keys;
  private final List<Migrations> migrations;
  private final Event<ServerStarted> started;
  private final String version;
  private final String apiPrefix;
  private volatile boolean ready;
  private volatile boolean stopping;

  RunningServer(
      MetadataDatabase database,
      EventLog log,
      VersioningServer server,
      CopyKeeper copies,
      LiveCommitKeeper liveCommits,
      BranchExpiryKeeper expiries,
      AutoMergeKeeper autoMerges,
      SessionServer sessions,
      AccessKeys keys,
      @All List<Migrations> migrations,
      Event<ServerStarted> started,
      @ConfigProperty(name = "quarkus.application.version") String version,
      @ConfigProperty(name = "epoch.api.prefix") String apiPrefix,
      @ConfigProperty(name = "epoch.sql-commands") boolean servesSessions) {
    this.database = database;
    this.log = log;
    this.server = server;
    this.copies = copies;
    this.liveCommits = liveCommits;
    this.expiries = expiries;
    this.autoMerges = autoMerges;
    this.sessions = sessions;
    this.servesSessions = servesSessions;
    this.keys = keys;
    this.migrations =
        Stream.concat(Stream.of(EventLogMigrations.ALL), migrations.stream()).toList();
    this.started = started;
    this.version = version;
    this.apiPrefix = HttpRoutes.withoutSlash(apiPrefix);
  }

  /** The first attempt is waited for; while the database is away, others follow beside. */
  void start() {
    if (!attempt(true)) {
      Thread.ofVirtual().name("start").start(this::keepTrying);
    }
  }

  private void keepTrying() {
    Duration pause = FIRST_PAUSE;
    do {
      LockSupport.parkNanos(pause.toNanos());
      pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
    } while (!stopping && !attemptAgain());
  }

  /** What refuses a start ends a server that has waited for its database, too. */
  private boolean attemptAgain() {
    try {
      return attempt(false);
    } catch (StartRefusedException refusal) {
      LOG.fatalf("Epoch ends. %s", refusal.getMessage());
      Quarkus.asyncExit(1);
      return true;
    }
  }

  private boolean attempt(boolean first) {
    try {
      new MetadataSchema(database.pool()).apply(migrations).await().indefinitely();
      keys.open();
      long begin = System.nanoTime();
      server.start();
      long opened = (System.nanoTime() - begin) / 1_000_000;
      copies.start();
      liveCommits.start();
      expiries.start();
      autoMerges.start();
      if (servesSessions) {
        sessions.start();
      }
      started.fire(new ServerStarted());
      ready = true;
      LOG.infof(
          "%d repositories are open, after %d ms", server.repositories().list().size(), opened);
      return true;
    } catch (StartRefusedException refusal) {
      throw refusal;
    } catch (SchemaMismatchException otherProgram) {
      throw new StartRefusedException(otherProgram.getMessage(), otherProgram);
    } catch (RuntimeException away) {
      LOG.logf(
          first ? Logger.Level.WARN : Logger.Level.DEBUG,
          away,
          "Not ready: the metadata database %s cannot be used; trying on",
          database.url());
      return false;
    }
  }

  /** After the streams to clients, before the pool. */
  void stop(@Observes @Priority(Interceptor.Priority.APPLICATION) ShutdownEvent event) {
    stopping = true;
    ready = false;
    copies.close();
    liveCommits.close();
    expiries.close();
    autoMerges.close();
    sessions.close();
    server.close();
    try {
      log.close().await().atMost(STOP_LIMIT);
    } catch (RuntimeException unanswered) {
      LOG.warn("The log did not stop in time", unanswered);
    }
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public String metadataUrl() {
    return database.url();
  }

  @Override
  public boolean isMetadataUrl(String url) {
    return database.isAt(url);
  }

  @Override
  public boolean metadataConnected() {
    return database.answers();
  }

  @Override
  public Optional<String> metadataRefusal() {
    return ready ? server.ownership().failure() : Optional.empty();
  }

  @Override
  public boolean started() {
    return ready;
  }

  @Override
  public String apiPrefix() {
    return apiPrefix;
  }
}
