package dev.epoch.gateway.surface;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.InDoubtException;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.storage.SqlSurface;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The sessions of one database.
 *
 * <pre>
 *   woken, or a second over --> take commands --> each on a thread of its own: run, publish, answer
 *                           --> publish what changed otherwise
 * </pre>
 *
 * A command whose outcome is not known is not answered: its lease ends, and it is taken again.
 */
final class DatabaseSessions implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(DatabaseSessions.class.getName());
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
  private static final Duration LEASE = Duration.ofSeconds(3);
  private static final int MOST_AT_A_TIME = 32;

  /** How long a look at the database may go on that began before the end. */
  private static final Duration LAST_LOOK = Duration.ofSeconds(5);

  private final SqlSurface surface;
  private final Failpoints failpoints;
  private final SessionCommands commands;
  private final Publisher publisher;
  private final SchemaComparisons comparisons;
  private final SchemaSnapshots snapshots;
  private final Semaphore woken = new Semaphore(0);
  private final Set<UUID> running = ConcurrentHashMap.newKeySet();
  private volatile List<LiveRepository> repositories = List.of();
  private volatile boolean closed;
  private Thread looking;

  DatabaseSessions(VersioningServer server, SqlSurface surface, Failpoints failpoints) {
    this.surface = surface;
    this.failpoints = failpoints;
    this.comparisons = new SchemaComparisons(server, surface);
    this.snapshots = new SchemaSnapshots(server, surface);
    this.commands = new SessionCommands(server, comparisons);
    this.publisher = new Publisher(server, surface);
  }

  DatabaseSessions start() {
    looking = Thread.ofVirtual().name("sessions-of-database").start(this::run);
    return this;
  }

  /** Whose tables the database has. */
  void serve(List<LiveRepository> inDatabase) {
    if (!repositories.equals(inDatabase)) {
      repositories = List.copyOf(inDatabase);
      woken.release();
    }
  }

  private void run() {
    try (AutoCloseable _ = surface.listen(woken::release)) {
      Duration pause = Duration.ZERO;
      while (!closed) {
        woken.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS);
        woken.drainPermits();
        if (!closed) {
          pause = look() ? BETWEEN_LOOKS : AFTER_FAILURE;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.log(Level.WARNING, "Sessions of a database are served no more", e);
    }
  }

  /** Whether the database answered. */
  private boolean look() {
    try {
      if (!running.isEmpty()) {
        surface.renew(running, LEASE);
      }
      int free = MOST_AT_A_TIME - running.size();
      if (free > 0) {
        List<String> names = repositories.stream().map(LiveRepository::name).toList();
        for (SqlSurface.Command command : surface.take(names, LEASE, free)) {
          if (running.add(command.id())) {
            Thread.ofVirtual().name("session-command").start(() -> serve(command));
          }
        }
      }
      for (LiveRepository repository : repositories) {
        publisher.publish(repository);
        comparisons.ofHeads(repository.state());
        snapshots.of(repository.state());
      }
      return true;
    } catch (StorageException away) {
      LOG.log(Level.FINE, "Sessions of a database wait", away);
      return false;
    } catch (RuntimeException failure) {
      LOG.log(closed ? Level.FINE : Level.WARNING, "Sessions of a database wait", failure);
      return false;
    }
  }

  private void serve(SqlSurface.Command command) {
    try {
      ObjectNode answer = answer(command);
      failpoints.reach("session.ran");
      repositories.stream()
          .filter(repository -> repository.name().equals(command.repository()))
          .forEach(repository -> {
            publisher.publish(repository);
            snapshots.of(repository.state());
          });
      surface.answer(command.id(), answer);
    } catch (InDoubtException
        | OutcomeUnknownException
        | StorageUnavailableException
        | LogUnavailableException later) {
      LOG.log(Level.FINE, later, () -> "Command " + command.id() + " is tried again");
    } catch (RuntimeException failure) {
      LOG.log(
          closed ? Level.FINE : Level.WARNING,
          failure,
          () -> "Command " + command.id() + " (" + command.verb() + ") is tried again");
    } finally {
      running.remove(command.id());
      // more may wait than were taken at a time
      woken.release();
    }
  }

  private ObjectNode answer(SqlSurface.Command command) {
    LiveRepository repository =
        repositories.stream()
            .filter(candidate -> candidate.name().equals(command.repository()))
            .findFirst()
            .orElseThrow();
    try {
      return commands.run(repository, command);
    } catch (RefusedException refused) {
      Object remedy = refused.rejection().details().get("remedy");
      return error(
          refused.getMessage(),
          refused.rejection().code().name(),
          remedy == null ? null : remedy.toString());
    } catch (InDoubtException
        | OutcomeUnknownException
        | StorageUnavailableException
        | LogUnavailableException unknown) {
      throw unknown;
    } catch (StorageException failed) {
      return error(failed.getMessage(), failed.getClass().getSimpleName(), failed.remedy());
    }
  }

  private static ObjectNode error(String message, String detail, String remedy) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ObjectNode error = answer.putObject("error");
    error.put("message", message);
    error.put("detail", detail);
    if (remedy != null) {
      error.put("remedy", remedy);
    }
    return answer;
  }

  @Override
  public void close() {
    closed = true;
    woken.release();
    try {
      looking.join(LAST_LOOK);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
