package dev.epoch.engine;

import dev.epoch.engine.state.Appliers;
import dev.epoch.engine.state.Occurrence;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StateCodec;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordType;
import dev.epoch.events.command.AddStorageV1;
import dev.epoch.events.command.Command;
import dev.epoch.events.command.CommitToBranchV1;
import dev.epoch.events.command.CreateBranchV1;
import dev.epoch.events.command.CreateRepositoryV1;
import dev.epoch.events.command.DeleteBranchV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What decisions cost, without log and databases, in CPU time of the deciding thread: {@code main}
 * prints, nothing is asserted. Arguments: commits, tables.
 */
public final class EngineThroughput {
  private RepositoryState state = RepositoryState.empty("shop");
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long counter;

  private record Stored(String type, String json, Occurrence at) {}

  public static void main(String[] arguments) {
    int commits = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
    int tables = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
    for (int round = 0; round < 2; round++) {
      new EngineThroughput().run(commits, tables);
    }
  }

  private void run(int commits, int tables) {
    System.out.printf("%,d commits of one table each, %,d tables registered%n", commits, tables);
    command(new CreateRepositoryV1("shop", null, null));
    command(new AddStorageV1("s1", "postgresql", Map.of(), null, null, true));
    List<String> names = new ArrayList<>();
    for (int i = 0; i < tables; i++) {
      names.add("table_" + i);
      UUID operation = command(Scenario.register(names.getLast()));
      step(
          new Continuation.CompleteRegistration(
              operation,
              3,
              PhysicalWorld.digest(i),
              PhysicalWorld.NO_SUM,
              PhysicalWorld.SCHEMA_HASH),
          operation);
    }
    commit(names, 0);

    List<Stored> log = new ArrayList<>();
    RecordCodec codec = new RecordCodec();
    RepositoryState before = state;
    long start = cpuTime();
    for (int i = 1; i <= commits; i++) {
      commit(List.of(names.get(i % tables)), i);
    }
    print("decide and apply", start, commits);

    start = cpuTime();
    byte[] snapshot = StateCodec.encode(state);
    print("encode a snapshot of %,d KiB".formatted(snapshot.length / 1024), start, 1);
    start = cpuTime();
    RepositoryState decoded = StateCodec.decode(snapshot, StateCodec.Segments.NONE);
    print("decode it", start, 1);
    if (decoded.commits().byId().size() != state.commits().byId().size()) {
      throw new IllegalStateException("commits are missing");
    }

    start = cpuTime();
    int found = 0;
    for (String id : state.commits().byId().keySet()) {
      found += state.commits().startingWith(id.substring(0, 10), 5).size();
    }
    print("look up an abbreviated id", start, found);

    String root = before.defaultBranch().head();
    command(new CreateBranchV1("old", root, null, false));
    start = cpuTime();
    command(new DeleteBranchV1("old", false, false));
    print("delete a branch that is behind by all of them", start, 1);
    replay(codec, log, before);
  }

  /** Replays commits from JSON, as a server does at its start. */
  private void replay(RecordCodec codec, List<Stored> log, RepositoryState before) {
    state.commits().byId().values().stream()
        .filter(commit -> before.commits().of(commit.id()).isEmpty())
        .sorted(java.util.Comparator.comparingInt(commit -> commit.generation()))
        .limit(20_000)
        .forEach(commit -> {
          CommitCreatedV1 event =
              new CommitCreatedV1(
                  null,
                  before.defaultBranch().id(),
                  commit.id(),
                  commit.parents(),
                  commit.author(),
                  commit.message(),
                  commit.time(),
                  commit.changed(),
                  commit.removed(),
                  Map.of(),
                  false,
                  null,
                  Map.of());
          log.add(
              new Stored(
                  RecordType.of(event).wireName(),
                  codec.encode(event),
                  new Occurrence(1, now, TestRepository.ALICE, new UUID(0, 1), null)));
        });
    long start = cpuTime();
    RepositoryState rebuilt = before;
    for (Stored stored : log) {
      Event event = (Event) codec.decode(stored.type(), 1, stored.json());
      rebuilt = Appliers.apply(rebuilt, event, stored.at());
    }
    print("replay a commit from JSON", start, log.size());
  }

  private void commit(List<String> tables, int number) {
    UUID operation =
        command(
            new CommitToBranchV1(
                "main", "work " + number, TestRepository.ALICE, List.of(), true, null, tables));
    long position = state.operations().get(operation).position();
    List<TableEntry> entries =
        tables.stream()
            .map(table ->
                new TableEntry(
                    state.tables().idByName().get(table),
                    table,
                    PhysicalWorld.SCHEMA_HASH,
                    PhysicalWorld.digest(number),
                    PhysicalWorld.NO_SUM,
                    number,
                    RowsLocation.live(position),
                    PhysicalWorld.digest("c" + number),
                    1,
                    0,
                    0))
            .toList();
    step(new Continuation.CompleteCommit(operation, entries), operation);
  }

  private UUID command(Command command) {
    UUID id = new UUID(0, ++counter);
    now = now.plusNanos(1_000);
    state = Appliers.pass(state, state.version() + 1);
    apply(Engine.decide(state, command, context(id)), id);
    return id;
  }

  private void step(Continuation continuation, UUID id) {
    apply(Engine.decide(state, continuation, context(id)), id);
  }

  private DecisionContext context(UUID id) {
    return new DecisionContext(TestRepository.ALICE, now, id, () -> "%012d".formatted(++counter));
  }

  private void apply(Decision decision, UUID id) {
    if (decision.rejection().isPresent()) {
      throw new IllegalStateException(decision.rejection().get().toString());
    }
    for (Event event : decision.events()) {
      state =
          Appliers.apply(
              state,
              event,
              new Occurrence(state.version() + 1, now, TestRepository.ALICE, id, "commit:" + id));
    }
  }

  private static long cpuTime() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static void print(String what, long start, int times) {
    long took = cpuTime() - start;
    System.out.printf(
        "  %-50s %,10.1f us each, %,d ms in all%n", what, took / 1e3 / times, took / 1_000_000);
  }
}
