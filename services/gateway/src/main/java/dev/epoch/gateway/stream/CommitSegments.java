package dev.epoch.gateway.stream;

import dev.epoch.engine.state.CommitArchive;
import dev.epoch.engine.state.CommitSegment;
import dev.epoch.engine.state.StateCodec;
import dev.epoch.log.SnapshotStore;
import dev.epoch.log.SnapshotStore.Parts;
import dev.epoch.model.commit.GraphSegment;
import dev.epoch.model.commit.GraphSegments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Segments of commits in the store of snapshots. The store may lose them: they are written anew
 * from the log then. A few that were read last are kept, of all repositories together.
 */
final class CommitSegments {
  private static final String GRAPH = "graph";
  private static final String COMMITS = "commits";

  /** About a megabyte each. */
  private static final int CACHED = 16;

  private final SnapshotStore store;
  private final Map<Key, CommitSegment> cache =
      new LinkedHashMap<>(2 * CACHED, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, CommitSegment> eldest) {
          return size() > CACHED;
        }
      };

  private record Key(Parts of, int number) {}

  CommitSegments(SnapshotStore store) {
    this.store = store;
  }

  private static Parts parts(String repository, long origin, String kind) {
    return new Parts(RepositoryStream.name(repository), StateCodec.FORMAT, origin, kind);
  }

  void save(String repository, long origin, StateCodec.Segment segment) {
    store
        .savePart(parts(repository, origin, COMMITS), segment.number(), segment.commits())
        .await()
        .indefinitely();
    store
        .savePart(parts(repository, origin, GRAPH), segment.number(), segment.graph())
        .await()
        .indefinitely();
  }

  /**
   * The graph of the first segments.
   *
   * @throws IllegalStateException if one is missing
   */
  GraphSegments graph(String repository, long origin, int segments) {
    List<GraphSegment> graph = new ArrayList<>(segments);
    store
        .parts(parts(repository, origin, GRAPH), segments)
        .onItem()
        .invoke(bytes -> graph.add(GraphSegment.decode(bytes)))
        .collect()
        .last()
        .await()
        .indefinitely();
    if (graph.size() < segments) {
      throw new IllegalStateException("segment " + graph.size() + " of the graph is missing");
    }
    return GraphSegments.of(graph);
  }

  /**
   * Whole commits of a repository.
   *
   * @param restore writes all segments of the repository anew
   */
  CommitArchive archive(String repository, long origin, Runnable restore) {
    Parts parts = parts(repository, origin, COMMITS);
    return number -> segment(parts, number, restore);
  }

  private CommitSegment segment(Parts of, int number, Runnable restore) {
    Key key = new Key(of, number);
    synchronized (cache) {
      CommitSegment cached = cache.get(key);
      if (cached != null) {
        return cached;
      }
    }
    Optional<byte[]> stored = store.part(of, number).await().indefinitely();
    if (stored.isEmpty()) {
      restore.run();
      stored = store.part(of, number).await().indefinitely();
    }
    CommitSegment segment =
        StateCodec.decodeSegment(
            stored.orElseThrow(() ->
                new IllegalStateException(
                    "Commits %d to %d of %s are not in the store of snapshots, and the log does not have them"
                        .formatted(
                            number * GraphSegment.SIZE,
                            (number + 1) * GraphSegment.SIZE - 1,
                            of.stream()))));
    synchronized (cache) {
      cache.put(key, segment);
    }
    return segment;
  }
}
