package dev.epoch.gateway.surface;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.MergeState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.storage.SqlSurface;
import dev.epoch.storage.SqlSurface.Publication;
import dev.epoch.storage.SqlSurface.Published;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Lets the sessions of a database see repositories as they are. */
final class Publisher {
  /** Commits told of at once. */
  private static final int MOST_COMMITS = 2_000;

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final SqlSurface surface;
  private final ConflictRows conflicts;
  private final Map<String, Told> told = new HashMap<>();

  /**
   * What sessions were told of a repository.
   *
   * @param published how far; null: nothing
   * @param merges open ones, and how many decisions were made about them; null if that is not known
   * @param more whether there are commits that they were not told of
   */
  private record Told(Published published, Map<String, Integer> merges, boolean more) {}

  Publisher(VersioningServer server, SqlSurface surface) {
    this.surface = surface;
    this.conflicts = new ConflictRows(server);
  }

  /** Returns when sessions see all that is true now; does nothing if they do. */
  synchronized void publish(LiveRepository repository) {
    // what a failure leaves in doubt the database is asked
    Told last = told.remove(repository.name());
    RepositoryState state = repository.state();
    while (last == null
        || last.more()
        || last.published() == null
        || last.published().version() < state.version()) {
      if (last == null) {
        last = new Told(surface.published(repository.name()).orElse(null), null, false);
      }
      last = publish(state, last);
      if (last == null) {
        return;
      }
    }
    told.put(repository.name(), last);
  }

  /** Null if the database has nothing of Epoch, or another server was faster. */
  private Told publish(RepositoryState state, Told last) {
    long known = last.published() == null ? 0 : last.published().commitVersion();
    List<CommitState> commits = new ArrayList<>();
    long reached = known;
    boolean more = false;
    Iterator<CommitState> since = state.commits().since(known).iterator();
    while (since.hasNext() && !more) {
      CommitState commit = since.next();
      long version = state.commits().version(commit.id());
      // all commits of one version at once: the next ones are those of later versions
      more = commits.size() >= MOST_COMMITS && version != reached;
      if (!more && !commit.root()) {
        commits.add(commit);
        reached = version;
      }
    }
    Map<String, Integer> merges = merges(state);
    boolean sameMerges = merges.equals(last.merges());
    boolean done =
        surface.publish(
            new Publication(
                state.name(),
                state.version(),
                Optional.ofNullable(last.published()).map(Published::version),
                array(commits.stream().map(commit -> row(state, commit))),
                array(state.branches().byId().values().stream().map(b -> head(state, b))),
                sameMerges ? null : conflicts.of(state)));
    if (!done) {
      return null;
    }
    return new Told(new Published(state.version(), reached), merges, more);
  }

  private static Map<String, Integer> merges(RepositoryState state) {
    Map<String, Integer> merges = new TreeMap<>();
    for (BranchState branch : state.branches().byId().values()) {
      MergeState merge = branch.merge();
      if (merge != null) {
        merges.put(
            branch.name() + " " + merge.id() + " " + merge.conflictSet(), merge.decisions().size());
      }
    }
    return merges;
  }

  private static ObjectNode row(RepositoryState state, CommitState commit) {
    ObjectNode row = JSON.objectNode();
    row.put("commit_id", commit.id());
    ArrayNode parents = row.putArray("parents");
    commit.parents().forEach(parents::add);
    row.put("message", commit.message());
    row.put(
        "author", commit.author().name().isEmpty() ? commit.author().id() : commit.author().name());
    row.put("author_email", commit.author().email());
    row.put("committed_at", commit.time().toString());
    row.put("position", commit.position());
    row.put("version", state.commits().version(commit.id()));
    ArrayNode tables = row.putArray("tables");
    Stream.concat(commit.changed().stream().map(TableEntry::name), commit.removed().stream())
        .sorted()
        .distinct()
        .forEach(tables::add);
    return row;
  }

  private static ObjectNode head(RepositoryState state, BranchState branch) {
    ObjectNode row = JSON.objectNode();
    row.put("branch_id", branch.id());
    row.put("head", state.head(branch).root() ? null : branch.head());
    row.put("created_at", branch.createdAt().toString());
    return row;
  }

  private static ArrayNode array(Stream<ObjectNode> rows) {
    ArrayNode array = JSON.arrayNode();
    rows.forEach(array::add);
    return array;
  }
}
