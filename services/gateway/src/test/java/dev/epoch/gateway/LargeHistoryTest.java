package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.CommitSchema;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.Commits;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.command.CreateBranchV1;
import dev.epoch.events.table.RecordedSchema;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.Lineage;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.Repositories;
import dev.epoch.gateway.stream.RepositoryStream;
import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.Member;
import dev.epoch.log.Membership;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.memory.MemoryEventLog;
import dev.epoch.log.memory.MemorySnapshotStore;
import dev.epoch.log.testing.LargeHistory;
import dev.epoch.model.commit.GraphSegment;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a long history costs: counted, not timed. */
@Timeout(120)
class LargeHistoryTest {
  private static final int COMMITS = 10_000;
  private static final String NAME = "large";
  private static final String STREAM = RepositoryStream.name(NAME);
  private static final Caller CALLER = Caller.of(new Actor("ada", "Ada", ""), null);

  private static final LargeHistory HISTORY = new LargeHistory(NAME, COMMITS, 16, "t");
  private static final MemoryEventLog STORED = new MemoryEventLog();

  private final CountingLog log = new CountingLog();
  private final MemorySnapshotStore snapshots = new MemorySnapshotStore();
  private final AtomicLong ids = new AtomicLong();

  /** Counts the records that are read. */
  private static final class CountingLog implements EventLog {
    final AtomicLong read = new AtomicLong();

    @Override
    public Uni<AppendResult> append(
        String stream, long fence, long expected, List<dev.epoch.events.Envelope> records) {
      return STORED.append(stream, fence, expected, records);
    }

    @Override
    public Membership join(Member member, Duration lease) {
      return STORED.join(member, lease);
    }

    @Override
    public Multi<StoredRecord> read(String stream, long after) {
      return STORED.read(stream, after).onItem().invoke(() -> read.incrementAndGet());
    }

    @Override
    public Multi<StoredRecord> tail(long after) {
      return STORED.tail(after);
    }
  }

  @BeforeAll
  static void append() {
    HISTORY.appendTo(STORED, STREAM);
  }

  private Repositories start() {
    Repositories repositories =
        new Repositories(
            log,
            snapshots,
            new RecordCodec(),
            Clock.systemUTC(),
            () -> "%012d".formatted(ids.incrementAndGet()),
            Duration.ofHours(24),
            (repository, operation) -> {});
    repositories.load(List.of(STREAM));
    return repositories;
  }

  @Test
  void memorySnapshotsAndStartsFollowWhatIsNew() {
    // when
    RepositoryState replayed;
    try (Repositories repositories = start()) {
      replayed = repositories.get(NAME).state();
    }

    // then
    Commits commits = replayed.commits();
    assertThat(commits.size()).isEqualTo(COMMITS + 1);
    assertThat(whole(commits)).isLessThan(GraphSegment.SIZE + 2_000);
    assertThat(snapshots.written() / COMMITS)
        .as("bytes written for a commit: it is written once, in a head once or twice more")
        .isLessThan(2_500);

    // when
    log.read.set(0);
    long before = snapshots.written();
    try (Repositories repositories = start()) {
      LiveRepository repository = repositories.get(NAME);

      // then
      assertThat(log.read.get()).as("records that a start reads").isLessThanOrEqualTo(1);
      assertThat(repository.state()).isEqualTo(replayed);
      assertThat(whole(repository.state().commits())).isLessThan(GraphSegment.SIZE);

      // when
      repository.step(new CreateBranchV1("late", HISTORY.id(77), "main", false), CALLER);
      assertThat(repository.state().head(repository.state().branch("late").orElseThrow()).message())
          .isEqualTo("commit 77");
    }

    // then
    assertThat(snapshots.written() - before).as("bytes of the next snapshot").isLessThan(600_000);
    log.read.set(0);
    try (Repositories repositories = start()) {
      assertThat(log.read.get()).isLessThanOrEqualTo(1);
      assertThat(repositories.get(NAME).state().branch("late")).isPresent();
    }
  }

  private static int whole(Commits commits) {
    return commits.size() - commits.archivedSize();
  }

  @Test
  void oldCommitsAndTheirAncestorsAreWhatTheyWere() {
    // given
    try (Repositories repositories = start()) {
      RepositoryState state = repositories.get(NAME).state();

      // then
      int number = 0;
      for (CommitState commit : state.commits().byId().values()) {
        assertThat(commit.id()).isEqualTo(HISTORY.id(number));
        int[] parents = HISTORY.parents(number);
        assertThat(state.commits().parents(number)).isEqualTo(parents);
        if (number > 0) {
          assertThat(commit.message()).isEqualTo("commit " + number);
          assertThat(commit.parents().getFirst()).isEqualTo(HISTORY.id(parents[0]));
          assertThat(commit.tree().get("t").rowCount()).isEqualTo(number);
        }
        assertThat(schemas(state, number)).isEqualTo(HISTORY.schemas(number));
        number++;
      }
      assertThat(number).isEqualTo(COMMITS + 1);
      String some = HISTORY.id(4321);
      assertThat(state.commits().startingWith(some.substring(0, 12), 5)).containsExactly(some);
      assertThat(state.commits().contains(HISTORY.id(COMMITS + 1))).isFalse();
      assertThat(state.commits().of("no id")).isEmpty();

      ancestorsAreThoseOfTheGraph(state);

      // when
      snapshots.lose("commits");

      // then
      for (int i = 0; i < COMMITS; i += 700) {
        assertThat(state.commits().of(HISTORY.id(i)).orElseThrow().id()).isEqualTo(HISTORY.id(i));
        assertThat(schemas(state, i)).isEqualTo(HISTORY.schemas(i));
      }
    }
  }

  private static Map<String, RecordedSchema> schemas(RepositoryState state, int number) {
    CommitSchema told = state.schemas().get(HISTORY.id(number));
    return told == null ? Map.of() : told.schemas();
  }

  private void ancestorsAreThoseOfTheGraph(RepositoryState state) {
    Random random = new Random(7);
    for (int i = 0; i < 50; i++) {
      int one = random.nextInt(COMMITS + 1);
      int other = random.nextInt(COMMITS + 1);

      // when
      List<String> bases = Lineage.mergeBases(state, HISTORY.id(one), HISTORY.id(other));

      // then
      BitSet common = reached(one);
      common.and(reached(other));
      int newest = common.length() - 1;
      assertThat(bases).contains(HISTORY.id(newest));
      assertThat(Lineage.isAncestor(state, HISTORY.id(one), HISTORY.id(other)))
          .isEqualTo(reached(other).get(one));
    }
  }

  private BitSet reached(int from) {
    BitSet reached = new BitSet();
    reached.set(from);
    for (int i = from; i >= 0; i = reached.previousSetBit(i - 1)) {
      for (int parent : HISTORY.parents(i)) {
        reached.set(parent);
      }
    }
    return reached;
  }
}
