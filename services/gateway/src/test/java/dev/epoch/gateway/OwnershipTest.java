package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.Actor;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.command.CreateBranchV1;
import dev.epoch.events.command.CreateRepositoryV1;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.Ownership;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.Repositories;
import dev.epoch.log.EventLog;
import dev.epoch.log.Member;
import dev.epoch.log.Membership;
import dev.epoch.log.NotOwnerException;
import dev.epoch.log.memory.MemoryEventLog;
import dev.epoch.log.memory.MemorySnapshotStore;
import io.smallrye.mutiny.Uni;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BinaryOperator;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two servers, as far as their repositories go, on one log. */
class OwnershipTest {
  private static final Duration LEASE = Duration.ofMillis(250);
  private static final Duration WAIT = Duration.ofSeconds(30);
  private static final Actor ALICE = new Actor("alice", "Alice", "alice@example.com");
  private static final String STREAM = "repository/shop";

  private EventLog log = new MemoryEventLog();
  private final MemorySnapshotStore snapshots = new MemorySnapshotStore();
  private final AtomicLong ids = new AtomicLong();
  private final List<Server> servers = new ArrayList<>();

  private final class Server {
    final Repositories repositories =
        new Repositories(
            log,
            snapshots,
            new RecordCodec(),
            Clock.systemUTC(),
            () -> "%012d".formatted(ids.incrementAndGet()),
            Duration.ofHours(24),
            (repository, operation) -> {});
    final List<String> settled = new CopyOnWriteArrayList<>();
    final List<String> takenOver = new CopyOnWriteArrayList<>();
    final Ownership ownership;

    Server(Duration lease) {
      ownership =
          new Ownership(
              log,
              Member.at("http://" + servers.size()),
              lease,
              repositories,
              repository -> settled.add(repository.name()),
              repository -> takenOver.add(repository.name()));
      servers.add(this);
    }

    /** As a process that has stopped, or one that does not come to renew its lease. */
    Server startedOn(String... streams) {
      ownership.start(List.of(streams));
      return this;
    }

    LiveRepository shop() {
      return repositories.get("shop");
    }

    void followAll() {
      log.read(EventLog.ALL, 0)
          .subscribe()
          .asStream()
          .forEach(record -> repositories.followed().next(record, repositories.isOwn(record)));
      long end = log.end().await().atMost(WAIT);
      repositories.followed().upTo(end).await().atMost(WAIT);
    }
  }

  @AfterEach
  void stop() {
    servers.forEach(server -> {
      server.repositories.close();
      server.ownership.close();
    });
  }

  private static void create(Server server) {
    server.repositories.create(new CreateRepositoryV1("shop", null, null), caller(null));
  }

  private static void branch(Server server, String name) {
    LiveRepository shop = server.shop();
    String head = shop.state().defaultBranch().head();
    shop.step(new CreateBranchV1(name, head, "main", false), caller(null)).orRefuse();
  }

  private static Caller caller(String key) {
    return Caller.of(ALICE, key);
  }

  @Test
  void whoCreatesARepositoryOwnsItAndTheOtherFollows() {
    // given
    Server first = new Server(LEASE).startedOn();
    Server second = new Server(LEASE).startedOn();

    // when
    create(first);
    branch(first, "feature");
    second.followAll();

    // then
    assertThat(second.shop().state().branch("feature")).isPresent();
    assertThat(second.shop().position()).isEqualTo(first.shop().position());
    assertThat(second.repositories.owned()).isEmpty();
    assertThatThrownBy(() -> branch(second, "other")).isInstanceOf(NotOwnerException.class);
    assertThatThrownBy(() -> create(second))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("already exists");
    until(() -> second.ownership.other("shop").isPresent());
    assertThat(second.ownership.other("shop").orElseThrow().member())
        .isEqualTo(first.ownership.self());
  }

  @Test
  void aRepositoryThatWasCreatedElsewhereAnswersTheSameRequestAlike() {
    // given
    Server first = new Server(LEASE).startedOn();
    Server second = new Server(LEASE).startedOn();
    first.repositories.create(new CreateRepositoryV1("shop", null, null), caller("key"));

    // then
    assertThat(
            second
                .repositories
                .create(new CreateRepositoryV1("shop", null, null), caller("key"))
                .former())
        .isPresent();
  }

  @Test
  void whenTheOwnerStopsAnotherSettlesAndGoesOn() {
    // given
    Server first = new Server(Duration.ofHours(1)).startedOn();
    create(first);
    branch(first, "feature");
    Server second = new Server(LEASE).startedOn(STREAM);
    assertThat(second.repositories.owned()).isEmpty();

    // when
    first.repositories.close();
    first.ownership.close();

    // then, without waiting for an hour
    until(() -> !second.takenOver.isEmpty());
    assertThat(second.settled).containsExactly("shop");
    branch(second, "more");
    assertThat(second.shop().state().branch("feature")).isPresent();
  }

  @Test
  void whoWasReplacedIsRefusedByTheLogAndFollows() {
    // given an owner that is paused: it never renews
    Server paused = new Server(LEASE);
    create(paused);
    branch(paused, "feature");
    Server other = new Server(Duration.ofHours(1)).startedOn(STREAM);
    until(() -> !other.repositories.owned().isEmpty() || takes(other));
    branch(other, "others");

    // when it goes on
    assertThat(paused.shop().decides()).isTrue();
    assertThatThrownBy(() -> branch(paused, "late")).isInstanceOf(NotOwnerException.class);

    // then
    assertThat(paused.shop().decides()).isFalse();
    until(() -> paused.shop().state().branch("others").isPresent());
    assertThat(other.shop().state().branch("late")).isEmpty();
    assertThatThrownBy(() -> paused.shop().confirmOwner()).isInstanceOf(NotOwnerException.class);
    other.shop().confirmOwner();
  }

  private static boolean takes(Server server) {
    server.ownership.lookAgain();
    return false;
  }

  @Test
  void whoIsPausedAndDoesNotKnowFindsOutBeforeItUndoesAnything() {
    // given
    Server paused = new Server(LEASE);
    create(paused);
    Server other = new Server(Duration.ofHours(1)).startedOn(STREAM);
    until(() -> !other.repositories.owned().isEmpty() || takes(other));

    // then
    assertThat(paused.shop().decides()).isTrue();
    assertThatThrownBy(() -> paused.shop().confirmOwner()).isInstanceOf(NotOwnerException.class);
  }

  private static void until(BooleanSupplier reached) {
    long limit = System.nanoTime() + WAIT.toNanos();
    while (!reached.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(limit);
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  @Test
  void ownersOfBeforeARepositoryWasMadeTakeNothingFromIt() throws Exception {
    // given a server that asks who owns what, and makes a repository before it has the answer
    AtomicReference<Runnable> answering = new AtomicReference<>(() -> {});
    AtomicReference<Runnable> acquiring = new AtomicReference<>(() -> {});
    log = observed(new MemoryEventLog(), answering, acquiring);
    Server server = new Server(WAIT.multipliedBy(10)).startedOn();
    Thread maker = new Thread(() -> create(server));
    answering.set(() -> {
      answering.set(() -> {});
      maker.start();
      until(() -> !maker.isAlive() || waitsForALock(maker));
    });
    AtomicBoolean taken = new AtomicBoolean();
    acquiring.set(() -> {
      if (maker.getState() == Thread.State.TERMINATED && !server.shop().decides()) {
        taken.set(true);
      }
    });

    // when
    server.ownership.lookAgain();
    until(() -> maker.getState() == Thread.State.TERMINATED);

    // then it goes on to decide while the answer is dealt with
    AtomicBoolean dealtWith = new AtomicBoolean();
    answering.set(() -> dealtWith.set(true));
    server.ownership.lookAgain();
    until(dealtWith::get);
    assertThat(taken).isFalse();
    assertThat(server.shop().decides()).isTrue();
  }

  @Test
  void aLogThatRefusesWritesIsKnown() {
    // given
    AtomicReference<Runnable> answering = new AtomicReference<>(() -> {});
    log = observed(new MemoryEventLog(), answering, new AtomicReference<>(() -> {}));
    Server server = new Server(LEASE).startedOn();
    assertThat(server.ownership.failure()).isEmpty();

    // when
    answering.set(() -> {
      throw new IllegalStateException("cannot execute UPDATE in a read-only transaction");
    });

    // then
    until(() -> server.ownership.failure().isPresent());
    assertThat(server.ownership.failure().orElseThrow()).contains("read-only");

    // when it takes writes again
    answering.set(() -> {});
    until(() -> server.ownership.failure().isEmpty());
  }

  private static boolean waitsForALock(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals(ReentrantLock.class.getName()));
  }

  /**
   * @param answering runs between asking for owners and the answer
   * @param acquiring runs before something is acquired
   */
  private static EventLog observed(
      EventLog log, AtomicReference<Runnable> answering, AtomicReference<Runnable> acquiring) {
    return proxy(
        EventLog.class,
        log,
        (method, answer) ->
            method.equals("join")
                ? proxy(
                    Membership.class,
                    answer,
                    (asked, owners) -> {
                      if (asked.equals("acquire")) {
                        acquiring.get().run();
                      }
                      return asked.equals("renew")
                          ? ((Uni<?>) owners).invoke(_ -> answering.get().run())
                          : owners;
                    })
                : answer);
  }

  private static <T> T proxy(Class<T> type, Object target, BinaryOperator<Object> answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) ->
                answer.apply(method.getName(), method.invoke(target, arguments))));
  }
}
