package dev.epoch.gateway;

import dev.epoch.events.Actor;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.merge.ReplayService;
import dev.epoch.gateway.storage.SecretBox;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.table.TableService;
import dev.epoch.log.ChunkStore;
import dev.epoch.log.EventLog;
import dev.epoch.log.Member;
import dev.epoch.log.SnapshotStore;
import dev.epoch.log.memory.MemoryChunkStore;
import dev.epoch.log.memory.MemoryEventLog;
import dev.epoch.log.memory.MemorySnapshotStore;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A versioning server over a log, one in memory if none is given, and a real PostgreSQL database.
 */
final class TestServer implements AutoCloseable {
  static final Actor ALICE = new Actor("alice", "Alice", "alice@example.com");

  final TestDatabase database = StoragePostgres.databaseWithSchema();
  private final EventLog log;
  private final ChunkStore chunks;
  private final SnapshotStore snapshots;
  private final int answerSeconds;
  private final UnaryOperator<StorageAdapter> between;
  private final SecretBox secrets = new SecretBox(new byte[32]);
  private VersioningServer server;
  private LiveRepository repository;

  TestServer() {
    this(0);
  }

  /** Whose connections to the database are closed when they are silent for so long; 0: never. */
  TestServer(int answerSeconds) {
    this(new MemoryEventLog(), new MemoryChunkStore(), new MemorySnapshotStore(), answerSeconds);
  }

  /** With something between the server and the database's adapter. */
  TestServer(UnaryOperator<StorageAdapter> between) {
    this(new MemoryEventLog(), new MemoryChunkStore(), new MemorySnapshotStore(), 0, between);
  }

  /** Over an empty log; who gave it closes it. */
  TestServer(EventLog log, ChunkStore chunks, SnapshotStore snapshots) {
    this(log, chunks, snapshots, 0);
  }

  private TestServer(EventLog log, ChunkStore chunks, SnapshotStore snapshots, int answerSeconds) {
    this(log, chunks, snapshots, answerSeconds, adapter -> adapter);
  }

  private TestServer(
      EventLog log,
      ChunkStore chunks,
      SnapshotStore snapshots,
      int answerSeconds,
      UnaryOperator<StorageAdapter> between) {
    this.answerSeconds = answerSeconds;
    this.between = between;
    this.log = log;
    this.chunks = chunks;
    this.snapshots = snapshots;
    start(Failpoints.NONE);
    server
        .repositories()
        .create(new dev.epoch.events.command.CreateRepositoryV1("shop", null, null), caller());
    repository = server.repositories().get("shop");
  }

  private void start(Failpoints failpoints) {
    TestDatabaseFactory factory = new TestDatabaseFactory(answerSeconds, between);
    factory.add(database);
    server =
        new VersioningServer(
            log,
            chunks,
            snapshots,
            List.of(factory),
            secrets,
            Clock.systemUTC(),
            Member.at(""),
            Duration.ofSeconds(5),
            Duration.ofHours(24),
            failpoints);
    server.start();
    if (!server.repositories().list().isEmpty()) {
      repository = server.repositories().get("shop");
    }
  }

  /** As if the process had ended and another one started over the same log and databases. */
  void restart(Failpoints failpoints) {
    server.close();
    start(failpoints);
  }

  static Caller caller() {
    return Caller.of(ALICE, null);
  }

  VersioningServer server() {
    return server;
  }

  LiveRepository repository() {
    return repository;
  }

  void register(String table) {
    server
        .tables()
        .register(
            repository,
            new TableService.Request(
                table, "database:" + database.name() + "/public." + table, null, null, List.of()),
            caller());
  }

  /** A table that a session has made on a branch. */
  void registerOn(String branch, String table) {
    server
        .tables()
        .register(
            repository,
            new TableService.Request(table, null, null, null, List.of(), branch),
            caller());
  }

  CommitService.Committed commit(String branch, String message) {
    return server
        .commits()
        .commit(
            repository,
            new CommitService.Request(branch, message, ALICE, List.of(), false, null),
            caller());
  }

  /** With all objects of the databases' schemas. */
  CommitService.Committed commitSchema(String branch, String message) {
    return server
        .commits()
        .commit(
            repository,
            new CommitService.Request(
                branch, message, ALICE, List.of(), false, null, CommitService.Schema.INCLUDED),
            caller());
  }

  void branch(String name, String from) {
    server.branches().create(repository, name, from, false, caller());
  }

  /** Runs statements in a session on a branch, each in its own transaction. */
  void onBranch(String branch, String... statements) throws SQLException {
    try (Connection connection = database.connect();
        Statement session = connection.createStatement()) {
      session.execute("SELECT epoch.use_branch('" + branch + "')");
      for (String sql : statements) {
        session.execute(sql);
      }
    }
  }

  MergeService.Merged merge(String source, String target) {
    return server
        .merges()
        .merge(
            repository,
            new MergeService.Request(
                target, source, null, null, ALICE, null, false, false, false, null),
            caller());
  }

  /** The same where it may take something away from schemas. */
  MergeService.Merged mergeDestructively(String source, String target) {
    return server
        .merges()
        .merge(
            repository,
            new MergeService.Request(
                target, source, null, null, ALICE, null, false, false, false, null, null, false,
                true),
            caller());
  }

  @Override
  public void close() {
    server.close();
    database.close();
  }

  /** Reverts a merge to its first parent; may take something away from schemas. */
  MergeService.Merged revertMerge(String branch, String commit) {
    return server
        .replays()
        .replay(
            repository,
            new ReplayService.Request(
                branch,
                "revert",
                List.of(commit),
                1,
                null,
                null,
                null,
                null,
                false,
                false,
                null,
                null,
                true),
            caller());
  }

  /** Reverts, cherry-picks or rebases, with nothing else asked for. */
  MergeService.Merged replay(String branch, String verb, String... commits) {
    return server()
        .replays()
        .replay(
            repository(),
            new ReplayService.Request(
                branch,
                verb,
                List.of(commits),
                0,
                null,
                null,
                null,
                null,
                false,
                false,
                null,
                null),
            caller());
  }
}
