package dev.epoch.engine.state;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.pcollections.PCollectionsModule;
import dev.epoch.engine.catalog.CatalogState;
import dev.epoch.events.RecordCodec;
import dev.epoch.model.commit.GraphSegment;
import dev.epoch.model.commit.GraphSegments;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.pcollections.PMap;

/**
 * A repository's state as bytes, for snapshots: a head, which is small and written each time, and
 * segments of older commits, which are written once.
 *
 * <pre>
 *   head       all but commits, and the commits that do not fill a segment yet
 *   segment    the graph of {@value GraphSegment#SIZE} commits | the same commits whole
 * </pre>
 */
public final class StateCodec {
  /** Changes with the shape of the state; snapshots of other formats are ignored. */
  public static final int FORMAT = 18;

  private static final ObjectMapper JSON =
      RecordCodec.json().copy().registerModule(new PCollectionsModule());

  private StateCodec() {}

  /** Where the segments of a snapshot are. */
  public interface Segments {
    /** A snapshot that has none. */
    Segments NONE =
        new Segments() {
          @Override
          public GraphSegments graph(long origin, int segments) {
            return GraphSegments.NONE;
          }

          @Override
          public CommitArchive archive(long origin) {
            return CommitArchive.NONE;
          }
        };

    /**
     * The graph of the first segments.
     *
     * @param origin see {@link Commits#origin}
     * @throws RuntimeException if they cannot be read
     */
    GraphSegments graph(long origin, int segments);

    /** The commits of the segments. */
    CommitArchive archive(long origin);
  }

  /**
   * Commits that are full of a segment.
   *
   * @param number of the segment, from 0
   * @param graph for {@link Segments#graph}
   * @param commits for {@link #decodeSegment}
   */
  public record Segment(int number, byte[] graph, byte[] commits) {}

  private record Head(
      Profile profile,
      long version,
      Storages storages,
      Tables tables,
      Branches branches,
      Tags tags,
      long origin,
      int segments,
      CommitBlock commits,
      CommitSchemas schemas,
      PMap<UUID, OperationState> operations,
      Sessions sessions,
      List<RememberedOutcome> outcomes,
      CatalogState catalog) {}

  private record RememberedOutcome(
      String key, Instant time, Outcome.Done done, Outcome.Refused refused) {}

  /** The head; what the state has in an archive is to be there already. */
  public static byte[] encode(RepositoryState state) {
    Commits commits = state.commits();
    return write(
        new Head(
            state.profile(),
            state.version(),
            state.storages(),
            state.tables(),
            state.branches(),
            state.tags(),
            commits.origin(),
            commits.archivedSize() / GraphSegment.SIZE,
            CommitBlock.of(commits.recent()),
            commits.recentSchemas(),
            state.operations(),
            state.sessions(),
            outcomes(state.outcomes()),
            state.catalog()));
  }

  private static List<RememberedOutcome> outcomes(Outcomes outcomes) {
    List<RememberedOutcome> remembered = new ArrayList<>();
    for (Outcomes.Use use : outcomes.order()) {
      remembered.add(
          switch (outcomes.byKey().get(use.key())) {
            case Outcome.Done done -> new RememberedOutcome(use.key(), use.time(), done, null);
            case Outcome.Refused refused ->
                new RememberedOutcome(use.key(), use.time(), null, refused);
          });
    }
    return remembered;
  }

  /** The segments that the commits which are whole in the state fill, in order. */
  public static List<Segment> fullSegments(RepositoryState state) {
    int first = state.commits().archivedSize() / GraphSegment.SIZE;
    List<GraphSegment> graph = state.commits().fullGraphSegments();
    List<CommitSegment> commits = state.commits().fullSegments();
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < graph.size(); i++) {
      segments.add(
          new Segment(first + i, graph.get(i).encode(), write(CommitBlock.of(commits.get(i)))));
    }
    return segments;
  }

  /** The commits of a segment whole, in order, and what is recorded of schemas. */
  public static CommitSegment decodeSegment(byte[] commits) {
    return read(commits, CommitBlock.class).segment();
  }

  /** The same state, of whose commits no more than these, the first ones, are in the archive. */
  public static RepositoryState archivedUpTo(
      RepositoryState state, int commits, CommitArchive archive) {
    Commits fewer = state.commits().archivedUpTo(commits, archive);
    return fewer == state.commits() ? state : state.withCommits(fewer);
  }

  /**
   * @throws UncheckedIOException if these are not the bytes of a head
   */
  public static RepositoryState decode(byte[] bytes, Segments segments) {
    Head head = read(bytes, Head.class);
    Commits commits =
        Commits.archived(
            segments.graph(head.origin(), head.segments()), segments.archive(head.origin()));
    for (CommitState commit : head.commits().whole()) {
      commits = commits.with(commit);
    }
    Outcomes outcomes = Outcomes.NONE;
    for (RememberedOutcome outcome : head.outcomes()) {
      outcomes =
          outcomes.with(
              outcome.key(),
              outcome.done() != null ? outcome.done() : outcome.refused(),
              outcome.time());
    }
    return new RepositoryState(
        head.profile(),
        head.version(),
        head.storages(),
        head.tables(),
        head.branches(),
        head.tags(),
        commits.with(head.schemas()),
        head.operations(),
        head.sessions(),
        outcomes,
        head.catalog());
  }

  private static byte[] write(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <T> T read(byte[] bytes, Class<T> type) {
    try {
      return JSON.readValue(bytes, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
