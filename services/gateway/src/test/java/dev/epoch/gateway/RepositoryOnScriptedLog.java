package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.command.CreateBranchV1;
import dev.epoch.events.command.CreateRepositoryV1;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RepositoryStream;
import dev.epoch.gateway.stream.StateSnapshots;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.memory.MemorySnapshotStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A repository whose log does as the test says, and other processes that have it open. */
abstract class RepositoryOnScriptedLog {
  static final Actor ALICE = new Actor("alice", "Alice", "");
  static final String STREAM = RepositoryStream.name("shop");
  static final Executor THREADS = task -> Thread.ofVirtual().start(task);

  static final Duration KEPT = Duration.ofHours(24);

  final AtomicReference<Duration> later = new AtomicReference<>(Duration.ZERO);
  final InstantSource clock = () -> Instant.now().plus(later.get());
  final ScriptedLog log = new ScriptedLog();
  final MemorySnapshotStore snapshots = new MemorySnapshotStore();
  final AtomicLong ids = new AtomicLong();
  final List<LiveRepository> opened = new ArrayList<>();
  LiveRepository repository;

  @BeforeEach
  void create() {
    repository = open("shop", 1_000_000);
    repository.step(new CreateRepositoryV1("shop", null, null), caller(null));
  }

  @AfterEach
  void close() {
    log.release();
    opened.forEach(LiveRepository::close);
  }

  /** The repository as a process has it that starts now. */
  LiveRepository open(String name, long snapshotInterval) {
    LiveRepository live =
        new LiveRepository(
            new RepositoryStream(
                name,
                log,
                new StateSnapshots(snapshots, snapshotInterval),
                new RecordCodec(),
                clock,
                () -> "%012d".formatted(ids.incrementAndGet()),
                KEPT),
            (adopting, operation) -> {});
    opened.add(live);
    return live;
  }

  static Caller caller(String key) {
    return Caller.of(ALICE, key);
  }

  CreateBranchV1 branch(String name) {
    return new CreateBranchV1(name, repository.state().defaultBranch().head(), "main", false);
  }

  RepositoryState rebuilt() {
    LiveRepository other =
        new LiveRepository(
            new RepositoryStream(
                "shop",
                log,
                new StateSnapshots(new MemorySnapshotStore(), 1_000_000),
                new RecordCodec(),
                clock,
                () -> "x",
                KEPT),
            (adopting, operation) -> {});
    opened.add(other);
    return other.state();
  }

  /** The answer tells where the last record of its decision is. */
  void assertPlace(StepResult result, Caller caller) {
    StoredRecord stored =
        log.stored(EventLog.ALL).stream()
            .filter(record -> record.position() == result.position())
            .findFirst()
            .orElseThrow(() -> new AssertionError("nothing at position " + result.position()));
    assertThat(stored.stream()).isEqualTo(STREAM);
    assertThat(stored.version()).isEqualTo(result.version());
    assertThat(stored.envelope().causation()).isEqualTo(caller.command());
  }
}
