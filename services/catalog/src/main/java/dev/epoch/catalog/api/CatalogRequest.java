package dev.epoch.catalog.api;

import dev.epoch.api.record.CommittedRecords;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.catalog.CatalogServer;
import dev.epoch.catalog.resolve.Resolver;
import dev.epoch.catalog.store.Author;
import dev.epoch.catalog.store.CatalogException;
import dev.epoch.catalog.store.Place;
import dev.epoch.events.Digest;
import dev.epoch.gateway.stream.LiveRepository;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What every request about a catalog says in its path: which database, which branch. */
@RequestScoped
public class CatalogRequest {
  static final String DATABASE = "db_id";
  static final String BRANCH = "branch_id";
  static final String COMMIT = "commit_hash";
  private static final int DEEPEST = 5;

  private final ApiRequest request;
  private final CatalogServer catalog;

  @Context UriInfo uri;

  /** For the proxy. */
  protected CatalogRequest() {
    this(null, null);
  }

  @jakarta.inject.Inject
  public CatalogRequest(ApiRequest request, CatalogServer catalog) {
    this.request = request;
    this.catalog = catalog;
  }

  CatalogServer catalog() {
    request.server();
    return catalog;
  }

  /** What stands behind the path. A field would be the proxy's, which has none. */
  MultivaluedMap<String, String> parameters() {
    return uri.getQueryParameters();
  }

  LiveRepository repository() {
    return repository(uri.getPathParameters().getFirst(DATABASE));
  }

  LiveRepository repository(String database) {
    LiveRepository repository = catalog().databases().get(database);
    request.using(repository);
    return repository;
  }

  /** The databases that whoever asks may read, by id. */
  List<LiveRepository> databases() {
    return catalog().databases().list().stream().filter(request::mayRead).toList();
  }

  /** The branch in the path, or the default branch. */
  Place place() {
    return branch(uri.getPathParameters().getFirst(BRANCH));
  }

  /** Another branch of the same database; the default branch for null. */
  Place branch(String branch) {
    LiveRepository repository = repository();
    return Place.of(repository, repository.state(), branch);
  }

  /**
   * A table as committed.
   *
   * @param repository null for that of the database
   * @param ref null for the actor's branch there
   */
  CommittedRecords table(String repository, String table, String ref, int most) {
    LiveRepository its = request.readable(repository == null ? repository().name() : repository);
    CommittedRecords records = CommittedRecords.of(request, its.state(), table, ref, most);
    // the command is about the database again
    request.using(repository());
    return records;
  }

  /** The branch as it stands, with its working commit. */
  Resolver working(Place place) {
    return catalog().store().working(place.catalog(), place.branch());
  }

  /** The commit in the path: its id, or enough of the beginning. */
  Digest commit(Place place) {
    String given = uri.getPathParameters().getFirst(COMMIT);
    Set<String> found = new TreeSet<>();
    for (String id : place.catalog().order()) {
      if (id.startsWith(given)) {
        found.add(id);
      }
    }
    if (found.size() != 1) {
      throw found.isEmpty()
          ? CatalogException.notFound("Commit", given)
          : new CatalogException(
              400, "Several commits begin with '" + given + "'", "Give more of its hash");
    }
    return new Digest(found.iterator().next());
  }

  Author author() {
    return Author.of(request.caller());
  }

  /** Names, separated by commas; empty for null. */
  static Set<String> names(String list) {
    Set<String> names = new TreeSet<>();
    if (list != null) {
      Arrays.stream(list.split(","))
          .map(String::strip)
          .filter(n -> !n.isEmpty())
          .forEach(names::add);
    }
    return names;
  }

  /** How deep to go; 0 for null. */
  static int depth(Integer given) {
    if (given == null) {
      return 0;
    }
    if (given < 0 || given > DEEPEST) {
      throw new CatalogException(400, "depth goes from 0 to " + DEEPEST, null);
    }
    return given;
  }
}
