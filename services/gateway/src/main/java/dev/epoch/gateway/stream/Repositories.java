package dev.epoch.gateway.stream;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.CreateRepositoryV1;
import dev.epoch.events.command.DeleteRepositoryV1;
import dev.epoch.events.command.OpenRepositoryV1;
import dev.epoch.events.command.UpdateRepositoryV1;
import dev.epoch.log.EventLog;
import dev.epoch.log.SnapshotStore;
import dev.epoch.log.StoredRecord;
import dev.epoch.model.ref.InvalidNameException;
import dev.epoch.model.ref.RepositoryName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The repositories of this server. */
public final class Repositories implements AutoCloseable {
  private static final long SNAPSHOT_INTERVAL = 2_000;
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private final EventLog log;
  private final StateSnapshots snapshots;
  private final RecordCodec codec;
  private final Clock clock;
  private final Supplier<String> ids;
  private final Duration keysKept;
  private final LiveRepository.LateAppendListener lateAppends;
  private final Map<String, LiveRepository> live = new ConcurrentHashMap<>();
  private final Followed followed = new Followed(this::observe);
  private volatile Ownership ownership;

  public Repositories(
      EventLog log,
      SnapshotStore snapshots,
      RecordCodec codec,
      Clock clock,
      Supplier<String> ids,
      Duration keysKept,
      LiveRepository.LateAppendListener lateAppends) {
    this.log = log;
    this.snapshots = new StateSnapshots(snapshots, SNAPSHOT_INTERVAL);
    this.codec = codec;
    this.clock = clock;
    this.ids = ids;
    this.keysKept = keysKept;
    this.lateAppends = lateAppends;
  }

  /** Loads every repository that the log knows. */
  public void load(List<String> streams) {
    streams.stream()
        .flatMap(stream -> RepositoryStream.repository(stream).stream())
        .forEach(this::live);
  }

  /** Others may own repositories from now on: to be called before any is loaded. */
  void share(Ownership ownership) {
    this.ownership = ownership;
  }

  /** Also those that were deleted. */
  Collection<LiveRepository> all() {
    return live.values();
  }

  /** Those that exist and that this server decides about, by name. */
  public List<LiveRepository> owned() {
    return list().stream().filter(LiveRepository::decides).toList();
  }

  /** How far the records of all repositories are known here. */
  public Followed followed() {
    return followed;
  }

  /** Those that exist, by name. */
  public List<LiveRepository> list() {
    return live.values().stream()
        .filter(repository -> repository.state().exists())
        .sorted(Comparator.comparing(LiveRepository::name))
        .toList();
  }

  public LiveRepository get(String name) {
    LiveRepository repository = live.get(name);
    if (repository == null || !repository.state().exists()) {
      throw notFound(name);
    }
    return repository;
  }

  /** The one that the actor opened last, else the only one. */
  public LiveRepository current(String actorId) {
    List<LiveRepository> all =
        list().stream()
            .filter(repository -> !repository.state().catalog().ownsRepository())
            .toList();
    return all.stream()
        .filter(repository -> repository.state().sessions().opened().containsKey(actorId))
        .max(Comparator.comparing(repository -> opened(repository, actorId)))
        .or(() ->
            all.size() == 1 ? java.util.Optional.of(all.getFirst()) : java.util.Optional.empty())
        .orElseThrow(() ->
            new RefusedException(
                Code.REPOSITORY_NOT_FOUND,
                all.isEmpty()
                    ? "No repository is initialized on this server"
                    : "Several repositories are on this server, and none is opened",
                Map.of(
                    "remedy",
                    all.isEmpty()
                        ? "epoch init NAME"
                        : "Name one: ?repository=NAME, or --repository NAME")));
  }

  private static Instant opened(LiveRepository repository, String actorId) {
    return repository.state().sessions().opened().get(actorId);
  }

  /** Changes settings; a null leaves what was. */
  public StepResult update(String name, UpdateRepositoryV1 command, Caller caller) {
    return get(name).step(command, caller).orRefuse();
  }

  /** Creates a repository and opens it for the actor. */
  public StepResult create(CreateRepositoryV1 command, Caller caller) {
    StepResult created = createUnopened(command, caller);
    if (created.former().isEmpty()) {
      open(command.name(), caller.another());
    }
    return created;
  }

  /** Creates a repository; the actor goes on with the one that is open. */
  public StepResult createUnopened(CreateRepositoryV1 command, Caller caller) {
    try {
      new RepositoryName(command.name());
    } catch (InvalidNameException e) {
      throw new RefusedException(Code.INVALID_NAME, e.getMessage(), Map.of());
    }
    return create(live(command.name()), command, caller);
  }

  public RepositoryState open(String name, Caller caller) {
    return get(name).step(new OpenRepositoryV1(name), caller).orRefuse().state();
  }

  public void delete(String name, Caller caller) {
    get(name).step(new DeleteRepositoryV1(name), caller).orRefuse();
  }

  private StepResult create(LiveRepository repository, CreateRepositoryV1 command, Caller caller) {
    if (ownership != null && !repository.decides()) {
      ownership.acquire(repository.name());
    }
    if (!repository.decides()) {
      repository.catchUp();
      if (repository.state().exists()) {
        // what its owner would say
        return StepResult.former(repository.state(), RecordType.CREATE_REPOSITORY_V1, caller)
            .orElseThrow(() ->
                new RefusedException(
                    Code.REPOSITORY_ALREADY_EXISTS,
                    "Repository '" + repository.name() + "' already exists",
                    Map.of("repository", repository.name())));
      }
    }
    return repository.step(command, caller).orRefuse();
  }

  /** What was appended, by whatever process, in the order of the log. */
  private void observe(StoredRecord record) {
    RepositoryStream.repository(record.stream()).ifPresent(name -> live(name).observe(record));
  }

  /** Whether records of the stream are of no interest: this server appended them. */
  public boolean isOwn(StoredRecord record) {
    return RepositoryStream.repository(record.stream())
        .map(live::get)
        .filter(
            repository -> repository.state().version() >= record.version() || repository.decides())
        .isPresent();
  }

  /** A repository's stream, to read it from the first record. */
  public RepositoryStream stream(String name) {
    return new RepositoryStream(name, log, snapshots, codec, clock, ids, keysKept);
  }

  LiveRepository live(String name) {
    return live.computeIfAbsent(
        name, missing -> new LiveRepository(stream(missing), lateAppends, ownership != null));
  }

  static RefusedException notFound(String name) {
    return new RefusedException(
        Code.REPOSITORY_NOT_FOUND,
        "Repository '" + name + "' not found",
        Map.of("repository", name, "remedy", "epoch init " + name));
  }

  /** Saves a snapshot of each, as far as that takes no longer than {@link #STOP_LIMIT}. */
  @Override
  public void close() {
    followed.close();
    live.values().forEach(LiveRepository::close);
    CountDownLatch left = new CountDownLatch(live.size());
    live.values()
        .forEach(repository ->
            Thread.startVirtualThread(() -> {
              try {
                repository.saveClosed(STOP_LIMIT);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                left.countDown();
              }
            }));
    try {
      left.await(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
