package dev.epoch.wire;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.connection.DatabaseName;
import dev.epoch.gateway.connection.NamedDatabases;
import dev.epoch.gateway.connection.NamedDatabases.Found;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchLogin;
import dev.epoch.storage.branch.BranchSessions.Wish;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.wire.message.ErrorMessage;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Databases of the server's repositories, on branches and at commits. */
public final class RepositoryTargets implements Targets {
  /** Preparing a branch takes connections that commands need too. */
  private static final int MOST_AT_A_TIME = 4;

  private static final Logger LOG = Logger.getLogger(RepositoryTargets.class.getName());

  private final VersioningServer server;
  private final NamedDatabases databases;
  private final Semaphore preparing = new Semaphore(MOST_AT_A_TIME);

  public RepositoryTargets(VersioningServer server) {
    this.server = server;
    this.databases = new NamedDatabases(server);
  }

  @Override
  public Target find(String text, Wish wish) {
    DatabaseName name = DatabaseName.parse(text);
    List<Found> found = databases.named(name.database());
    if (found.isEmpty() && !decoded(text).equals(text)) {
      return find(decoded(text), wish);
    }
    if (found.isEmpty()) {
      throw new LoginRefusedException(Refusals.noDatabase(text));
    }
    if (found.size() > 1) {
      throw new LoginRefusedException(Refusals.severalDatabases(name.database(), List.of()));
    }
    return target(found.getFirst(), name, wish);
  }

  private Target target(Found found, DatabaseName name, Wish wish) {
    RepositoryState state = found.repository().state();
    String given = name.ref().orElse(state.defaultBranch().name());
    String ref = state.branch(given).isPresent() ? given : decoded(given);
    preparing.acquireUninterruptibly();
    try {
      BranchState branch = state.branch(ref).orElse(null);
      BranchLogin login =
          branch != null
              ? found.sessions().login(Backends.handle(state, branch), wish)
              : atCommit(found, new References(state, state.defaultBranch()).commit(ref), wish);
      return new Target(found.sessions(), login, Optional.empty());
    } catch (RefusedException unknown) {
      return Target.refused(found.sessions(), refusal(unknown, state, ref));
    } catch (StorageUnavailableException away) {
      LOG.log(Level.FINE, away, () -> "No session on " + name);
      throw new LoginRefusedException(Refusals.away(name.toString()));
    } catch (StorageException failed) {
      return Target.refused(found.sessions(), Refusals.other(failed.getMessage(), failed.remedy()));
    } finally {
      preparing.release();
    }
  }

  /** Some clients leave names as they are written in URLs. */
  private static String decoded(String name) {
    try {
      return name.indexOf('%') < 0
          ? name
          : URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEncoded) {
      return name;
    }
  }

  private static ErrorMessage refusal(RefusedException unknown, RepositoryState state, String ref) {
    return unknown.rejection().details().get("candidates") instanceof List<?> candidates
        ? Refusals.noBranch(ref, state.name(), candidates.stream().map(Object::toString).toList())
        : Refusals.noBranch(
            ref, state.name(), NearNames.to(ref, state.branches().idByName().keySet()));
  }

  /** A branch that the database alone knows, called by the commit's id. */
  private BranchLogin atCommit(Found found, CommitState commit, Wish wish) {
    RepositoryState state = found.repository().state();
    BranchHandle handle =
        new BranchHandle(
            state.name(), branchId(state.name(), commit.id()), commit.id(), false, state.version());
    StorageAdapter adapter = server.backends().adapters().adapter(found.storage());
    Map<String, BranchTable> tables = new HashMap<>();
    for (TableEntry entry : commit.tree().values()) {
      RegisteredTable table = state.tables().byId().get(entry.tableId());
      if (!table.removed() && server.backends().adapter(state, table) == adapter) {
        tables.put(
            entry.tableId(), new BranchTable(Backends.handle(state, entry), entry.location()));
      }
    }
    adapter.putBranch(handle, tables);
    return found.sessions().loginAtCommit(handle, wish);
  }

  /** As ids of branches are written: 60 bits, always the same for a commit of a repository. */
  private static String branchId(String repository, String commit) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((repository + " " + commit).getBytes(StandardCharsets.UTF_8));
      String digits = Long.toString(ByteBuffer.wrap(digest).getLong() >>> 4, 36);
      return "b" + "0".repeat(12 - digits.length()) + digits;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
