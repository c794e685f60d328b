package dev.epoch.gateway.connection;

import dev.epoch.engine.state.StorageState;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.storage.branch.BranchSessions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The databases of all repositories. A name is looked for in this order; the first that finds
 * something counts:
 *
 * <pre>
 *   name of a database at its server, as storages have it
 *   name of a repository: the database of its tables
 *   repository.storage
 * </pre>
 */
public final class NamedDatabases {
  private final VersioningServer server;

  public NamedDatabases(VersioningServer server) {
    this.server = server;
  }

  /** A database in which a repository has tables, or may have some. */
  public record Found(LiveRepository repository, StorageState storage, BranchSessions sessions) {
    /** The name that means this one alone. */
    public String fullName() {
      return repository.name() + "." + storage.name();
    }

    private boolean isUsed() {
      return repository.state().tables().byId().values().stream()
          .anyMatch(table -> !table.removed() && table.storage().equals(storage.name()));
    }

    private String place() {
      return repository.name()
          + " "
          + storage.config().get("host")
          + " "
          + storage.config().get("port")
          + " "
          + sessions.database();
    }
  }

  /** Those that a name may mean: none, one, or several that it does not tell apart. */
  public List<Found> named(String name) {
    List<Found> all = all();
    List<Found> byDatabase = matching(all, found -> found.sessions().database().equals(name));
    if (byDatabase.size() == 1) {
      return byDatabase;
    }
    List<Found> byRepository = matching(all, found -> found.repository().name().equals(name));
    List<Found> both = byDatabase.stream().filter(byRepository::contains).toList();
    if (both.size() == 1) {
      return both;
    }
    if (!byDatabase.isEmpty()) {
      return byDatabase;
    }
    return byRepository.isEmpty()
        ? matching(all, found -> found.fullName().equals(name))
        : byRepository;
  }

  /** The shortest name that means a database of the repository. */
  public String nameOf(Found found) {
    for (String name : List.of(found.sessions().database(), found.repository().name())) {
      if (name.indexOf('@') < 0 && isOnly(named(name), found)) {
        return name;
      }
    }
    return found.fullName();
  }

  private static boolean isOnly(List<Found> named, Found found) {
    return named.size() == 1 && named.getFirst().place().equals(found.place());
  }

  /** Databases of a repository, those in which it has tables if there are such. */
  public List<Found> of(LiveRepository repository) {
    return matching(all(), found -> found.repository() == repository);
  }

  /** One for each database of a repository; those without tables only if none has some. */
  private static List<Found> matching(List<Found> all, Predicate<Found> wanted) {
    List<Found> matching = all.stream().filter(wanted).toList();
    List<Found> used = matching.stream().filter(Found::isUsed).toList();
    TreeSet<String> places = new TreeSet<>();
    return (used.isEmpty() ? matching : used)
        .stream().filter(found -> places.add(found.place())).toList();
  }

  private List<Found> all() {
    List<Found> all = new ArrayList<>();
    for (LiveRepository repository : server.repositories().list()) {
      for (StorageState storage : repository.state().storages().byName().values()) {
        if (storage.enabled() && server.backends().adapters().readable(storage)) {
          Optional<BranchSessions> sessions =
              server.backends().adapters().adapter(storage).sessions();
          sessions.ifPresent(found -> all.add(new Found(repository, storage, found)));
        }
      }
    }
    return all;
  }
}
