package dev.epoch.projections.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Actor;
import dev.epoch.events.Digest;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordKind;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.event.TableRegisteredV1;
import dev.epoch.events.event.TableRemovedV1;
import dev.epoch.events.event.TagCreatedV1;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.FormerTable;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.postgres.EventLogMigrations;
import dev.epoch.log.testing.PostgresClients;
import dev.epoch.model.commit.Ancestry;
import dev.epoch.model.commit.CommitGraph;
import dev.epoch.model.commit.CommitId;
import dev.epoch.projections.ProjectedEvent;
import dev.epoch.projections.ProjectionMigrations;
import dev.epoch.projections.history.HistoryReads.Filter;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The walks in the database find what the model's algorithms find, on random graphs. */
class HistoryReadsIT {
  private static final Duration WAIT = Duration.ofSeconds(20);
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");
  private static final Actor AUTHOR = new Actor("alice", "Alice \u00c4rmel", "alice@example.com");
  private static final int COMMITS = 40;

  private static PostgresClients clients;
  private static HistoryReads reads;

  private final HistoryProjector projector = new HistoryProjector();
  private final Graph graph = new Graph();
  private String repository;
  private long position;
  private Actor actor = AUTHOR;

  /** What was made, as the model sees it; commits are named by their places. */
  private static final class Graph implements CommitGraph {
    final Map<CommitId, List<CommitId>> parents = new HashMap<>();
    final Map<CommitId, Long> positions = new HashMap<>();
    final List<CommitId> all = new ArrayList<>();

    @Override
    public List<CommitId> parents(CommitId id) {
      return parents.get(id);
    }

    @Override
    public int number(CommitId id) {
      return all.indexOf(id);
    }

    @Override
    public CommitId commit(int number) {
      return all.get(number);
    }

    @Override
    public int[] parents(int number) {
      return parents(commit(number)).stream().mapToInt(this::number).toArray();
    }

    @Override
    public int generation(CommitId id) {
      return parents.get(id).stream().mapToInt(parent -> generation(parent) + 1).max().orElse(0);
    }

    @Override
    public Instant time(CommitId id) {
      return TIME.plusSeconds(positions.get(id));
    }
  }

  @BeforeAll
  static void open() {
    clients = PostgresClients.open(List.of(EventLogMigrations.ALL, ProjectionMigrations.ALL));
    reads = new HistoryReads(clients.pool());
    String tables = String.join(";\n", new HistoryProjector().tables());
    clients.execute("SET search_path = epoch_read; " + tables);
  }

  @AfterAll
  static void close() {
    clients.close();
  }

  @Test
  void logsAndComparisonsAreThoseOfTheModel() {
    for (int seed = 0; seed < 4; seed++) {
      make(seed);
      Ancestry ancestry = new Ancestry(graph);
      for (CommitId one : graph.all) {
        List<CommitId> log = new ArrayList<>();
        ancestry.log(List.of(one)).forEach(log::add);
        CommitRow row = await(reads.commit(repository, graph.positions.get(one))).orElseThrow();
        assertThat(ids(List.of(one), List.of(), 0, 100)).isEqualTo(shown(log));
        assertThat(row.history()).as(one.hex()).isEqualTo(shown(log).size());
        assertThat(ids(List.of(one), List.of(), 2, 3))
            .isEqualTo(shown(log).stream().skip(2).limit(3).toList());
        for (CommitId other : graph.all) {
          List<CommitId> range = new ArrayList<>();
          ancestry.log(List.of(one)).excluding(List.of(other)).forEach(range::add);
          assertThat(ids(List.of(one), List.of(other), 0, 100)).isEqualTo(shown(range));
          Ancestry.Divergence divergence = ancestry.divergence(one, other);
          CommitId base = ancestry.mergeBases(one, other).getFirst();
          assertThat(
                  await(
                      reads.compare(
                          repository, graph.positions.get(one), graph.positions.get(other))))
              .as("seed %d, %s and %s", seed, one, other)
              .isEqualTo(
                  new HistoryReads.Divergence(
                      divergence.ahead(),
                      divergence.behind(),
                      graph.parents(base).isEmpty() ? null : base.hex(),
                      graph.positions.get(base)));
        }
      }
    }
  }

  @Test
  void aCommitTellsItsChangesCountsAndAuthor() {
    // given
    repository = "counts";
    apply(new RepositoryCreatedV1("", "main", "b0", id(0).hex()));
    UUID operation = new UUID(0, 1);
    apply(
        new OperationPreparedV1(
            operation,
            "b0",
            id(0).hex(),
            new OperationPlan.Commit(List.of("ta"), "m", AUTHOR, TIME)));
    actor = Actor.RECOVERY;
    apply(new CommitTablesRecordedV1(operation, List.of(entry("b", 7, 'b')), Map.of()));
    apply(commit(operation, 1, List.of(0), List.of(entry("a", 5, 'a')), List.of(), Map.of()));

    apply(new TagCreatedV1("v1", id(1).hex(), null, null, null));

    // when
    apply(
        commit(
            null,
            2,
            List.of(1),
            List.of(entry("a", 6, 'c')),
            List.of("b"),
            Map.of("a", new FormerTable(5, digest('a')), "b", new FormerTable(7, digest('b')))));

    // then
    HistoryReads.Log log = log(new Filter(null, null, "\u00e4RMEL <ALICE@", null, null, null));
    assertThat(log.total()).isEqualTo(2);
    CommitRow second = log.commits().getFirst();
    CommitRow first = log.commits().getLast();
    assertThat(first.changes())
        .containsExactly(
            new TableChange("a", 1, 2, 3, true, "added"),
            new TableChange("b", 1, 2, 3, true, "added"));
    assertThat(first.parents()).isEmpty();
    assertThat(first.committer()).isEqualTo(AUTHOR);
    assertThat(second.committer()).isEqualTo(Actor.RECOVERY);
    assertThat(log(new Filter(null, null, null, "RECOV", "epoch:recovery", null)).commits())
        .containsExactly(second);
    assertThat(await(reads.tag(repository, "v1"))).contains(first.position());
    assertThat(await(reads.heads(repository))).containsExactly(first.position(), second.position());
    assertThat(List.of(first.tableCount(), first.recordCount())).isEqualTo(List.of(2, 12L));
    assertThat(second.changes())
        .containsExactly(
            new TableChange("a", 1, 2, 3, true, "modified"),
            new TableChange("b", 0, 0, 7, true, "removed"));
    assertThat(List.of(second.tableCount(), second.recordCount())).isEqualTo(List.of(1, 6L));
    assertThat(log(new Filter(null, null, null, null, null, "b")).total()).isEqualTo(2);
    assertThat(log(new Filter(null, null, null, "bob", null, null)).total()).isZero();
    assertThat(log(new Filter(TIME.plusSeconds(99), null, null, null, null, null)).total())
        .isZero();
    assertThat(await(reads.firstParent(repository, second.position(), 1)))
        .contains(first.position());
    assertThat(await(reads.firstParent(repository, second.position(), 3))).isEmpty();
    assertThat(await(reads.startingWith(repository, first.id().substring(0, 5), 5)))
        .extracting(CommitRow::id)
        .containsExactly(first.id());
    assertThat(await(reads.current(repository, "nobody")).orElseThrow().headId())
        .isEqualTo(second.id());
  }

  /** Lines of commits lie deeper than they may; on them tables come, change, go and come again. */
  @Test
  void everyCommitHoldsTheTablesOfItsWay() {
    // given
    Random random = new Random(7);
    repository = "tables";
    apply(new RepositoryCreatedV1("", "main", "b0", id(0).hex()));
    List<String> names = List.of("a", "b", "c");
    names.forEach(name -> apply(registered(name)));
    List<Map<String, Long>> held = new ArrayList<>(List.of(Map.of()));
    List<Long> positions = new ArrayList<>(List.of(0L));
    int main = 0;
    for (int i = 1; i < 2 * HistoryProjector.DEEPEST + 30; i++) {
      // one commit beside the main line goes on with its line, the next one begins another
      boolean beside = i % 2 == 1;
      int parent = beside || random.nextInt(4) > 0 ? main : random.nextInt(i);
      Map<String, Long> tables = new HashMap<>(held.get(parent));
      String name = names.get(random.nextInt(names.size()));
      boolean removed = tables.containsKey(name) && random.nextInt(3) == 0;
      List<TableEntry> changed = new ArrayList<>();
      if (removed) {
        tables.remove(name);
      } else {
        tables.put(name, (long) i);
        changed.add(entry(name, i, 'd'));
      }
      apply(
          commit(null, i, List.of(parent), changed, removed ? List.of(name) : List.of(), Map.of()));
      held.add(tables);
      positions.add(position);
      main = beside ? main : i;
    }

    // then
    TableReads tables = new TableReads(clients.pool());
    for (int i = 1; i < held.size(); i++) {
      Map<String, Long> found = new HashMap<>();
      await(tables.at(repository, positions.get(i)))
          .forEach(table -> found.put(table.name(), table.rowCount()));
      assertThat(found).as("commit %d", i).isEqualTo(held.get(i));
    }
    assertThat(
            clients.number("SELECT max(depth) FROM epoch_read.lines WHERE repository = 'tables'"))
        .isEqualTo(HistoryProjector.DEEPEST);
    BranchRow branch = await(reads.defaultBranch(repository)).orElseThrow();
    assertThat(await(tables.on(repository, branch)))
        .extracting(TableRow::name)
        .containsExactlyElementsOf(names);
    apply(new TableRemovedV1(new UUID(0, 3), "ta", "a", true, null));
    assertThat(await(tables.on(repository, branch)))
        .extracting(TableRow::name)
        .containsExactly("b", "c");
  }

  private static TableRegisteredV1 registered(String name) {
    Column id =
        new Column(
            "1", "id", DataType.of(DataType.Kind.INTEGER, "integer"), false, null, null, null);
    return new TableRegisteredV1(
        new UUID(0, 2),
        "t" + name,
        name,
        "store",
        "public",
        name,
        new TableSchema(List.of(id), List.of("id"), List.of(), List.of()),
        digest('d'),
        3,
        digest('f'),
        "AA==",
        1,
        null,
        null);
  }

  private HistoryReads.Log log(Filter filter) {
    long head = await(reads.defaultBranch(repository)).orElseThrow().head();
    return await(reads.log(repository, List.of(head), List.of(), filter, 0, 10, true));
  }

  /** Commits with one or two parents, mostly young ones. */
  private void make(int seed) {
    Random random = new Random(seed);
    repository = "graph-" + seed;
    graph.parents.clear();
    graph.positions.clear();
    graph.all.clear();
    apply(new RepositoryCreatedV1("", "main", "b0", id(0).hex()));
    put(0, List.of());
    apply(new BranchCreatedV1("b1", "other", id(0).hex(), "main", Map.of()));
    for (int i = 1; i < COMMITS; i++) {
      int first = i - 1 - Math.min(random.nextInt(6), i - 1);
      int second = i - 1 - Math.min(random.nextInt(9), i - 1);
      List<Integer> parents =
          first == second || second == 0 || random.nextInt(3) > 0
              ? List.of(first)
              : List.of(first, second);
      apply(commit(null, i, parents, List.of(), List.of(), Map.of()));
      put(i, parents);
    }
  }

  private void put(int number, List<Integer> parents) {
    graph.all.add(id(number));
    graph.parents.put(id(number), parents.stream().map(HistoryReadsIT::id).toList());
    graph.positions.put(id(number), position);
  }

  private static CommitId id(int number) {
    return new CommitId(Digest.of(("commit " + number).getBytes(StandardCharsets.UTF_8)).hex());
  }

  private static CommitCreatedV1 commit(
      UUID operation,
      int number,
      List<Integer> parents,
      List<TableEntry> tables,
      List<String> removed,
      Map<String, FormerTable> former) {
    return new CommitCreatedV1(
        operation,
        "b0",
        id(number).hex(),
        parents.stream().map(parent -> id(parent).hex()).toList(),
        AUTHOR,
        "commit " + number,
        TIME,
        tables,
        removed,
        Map.of(),
        false,
        null,
        former);
  }

  private static TableEntry entry(String name, long rows, char schema) {
    RowsLocation location = RowsLocation.live(1);
    return new TableEntry(
        "t" + name, name, digest(schema), digest('f'), "AA==", rows, location, null, 1, 2, 3);
  }

  private static Digest digest(char letter) {
    return new Digest(String.valueOf(letter).repeat(64));
  }

  private List<CommitId> shown(List<CommitId> log) {
    return log.stream().filter(commit -> !graph.parents(commit).isEmpty()).toList();
  }

  private List<CommitId> ids(List<CommitId> heads, List<CommitId> excluded, int offset, int limit) {
    return await(
            reads.log(
                repository,
                heads.stream().map(graph.positions::get).toList(),
                excluded.stream().map(graph.positions::get).toList(),
                Filter.NONE,
                offset,
                limit,
                false))
        .commits()
        .stream()
        .map(commit -> new CommitId(commit.id()))
        .toList();
  }

  private void apply(Event event) {
    position++;
    Envelope envelope =
        new Envelope(
            UUID.randomUUID(), RecordKind.EVENT, "any", 1, TIME, actor, new UUID(0, 1), null, "{}");
    StoredRecord stored =
        new StoredRecord(position, "repository/" + repository, position, envelope);
    await(
        clients
            .pool()
            .withTransaction(transaction ->
                transaction
                    .query("SET LOCAL search_path = epoch_read")
                    .execute()
                    .chain(() ->
                        projector.apply(
                            transaction, new ProjectedEvent(stored, repository, event)))));
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(WAIT);
  }
}
