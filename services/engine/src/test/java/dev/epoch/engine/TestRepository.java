package dev.epoch.engine;

import dev.epoch.engine.state.Appliers;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.Occurrence;
import dev.epoch.engine.state.Outcome;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection;
import dev.epoch.events.command.Command;
import dev.epoch.events.event.Event;
import dev.epoch.model.access.Principal;
import dev.epoch.model.access.Verb;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A repository as the server runs it, with a list in place of the log. */
public final class TestRepository {
  public static final Actor ALICE = new Actor("alice", "Alice", "alice@example.org");
  public static final Actor BOB = new Actor("bob", "Bob", "");

  /** A record of the log: a command, an event or a rejection. */
  public record Entry(Object data, Occurrence at) {}

  /**
   * The answer to a command.
   *
   * @param decision what was decided now
   * @param former the outcome of the earlier command of the same key; then nothing was decided
   * @param command id of the command
   * @param key under which the outcome is remembered
   */
  public record Answer(Decision decision, Optional<Outcome> former, UUID command, String key) {
    public <E extends Event> E event(Class<E> type) {
      return decision.events().stream()
          .filter(type::isInstance)
          .map(type::cast)
          .findFirst()
          .orElseThrow(() -> new AssertionError("no " + type.getSimpleName() + " in " + decision));
    }

    public boolean refused() {
      return decision.rejection().isPresent();
    }
  }

  private final List<Entry> log = new ArrayList<>();
  private final List<RepositoryState> states = new ArrayList<>();
  private RepositoryState state;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long commands;
  private long ids;
  private boolean isAdministrator = true;

  public TestRepository(String name) {
    state = RepositoryState.empty(name);
    states.add(state);
  }

  public RepositoryState state() {
    return state;
  }

  /** From now on actors may what roles give them. */
  public void withoutAdministrators() {
    isAdministrator = false;
  }

  /** Every record, in order. */
  public List<Entry> log() {
    return log;
  }

  /** The state after so many records. */
  public RepositoryState stateAfter(int records) {
    return states.get(records);
  }

  public BranchState branch(String name) {
    return state.branch(name).orElseThrow(() -> new AssertionError("no branch " + name));
  }

  public Instant now() {
    return now;
  }

  /** Time goes on. */
  public void tick() {
    now = now.plusNanos(1_000);
  }

  public Answer command(Command command) {
    return command(command, ALICE, null);
  }

  /**
   * @param clientKey idempotency key, or null
   */
  public Answer command(Command command, Actor actor, String clientKey) {
    String key = clientKey == null ? null : RecordType.of(command).wireName() + ":" + clientKey;
    UUID id = new UUID(0, ++commands);
    Optional<Outcome> former = state.outcomes().of(key);
    if (former.isPresent()) {
      return new Answer(Decision.accepted(), former, id, key);
    }
    Decision decision = Engine.decide(state, command, context(actor, id));
    if (state.exists() || decision.rejection().isEmpty()) {
      append(command, actor, id, key);
      store(decision, actor, id, key);
    }
    return new Answer(decision, Optional.empty(), id, key);
  }

  /** A later step of a command that was answered. */
  public Answer step(Continuation continuation, Actor actor, Answer of) {
    return step(continuation, actor, of.command(), of.key());
  }

  public Answer step(Continuation continuation, Actor actor, UUID command, String key) {
    Decision decision = Engine.decide(state, continuation, context(actor, command));
    store(decision, actor, command, key);
    return new Answer(decision, Optional.empty(), command, key);
  }

  private DecisionContext context(Actor actor, UUID command) {
    return new DecisionContext(
        actor,
        new Principal(
            actor.id(), List.of(), Principal.How.SERVER, null, isAdministrator, Verb.all()),
        now,
        command,
        () -> "%012d".formatted(++ids));
  }

  private void store(Decision decision, Actor actor, UUID command, String key) {
    decision.events().forEach(event -> append(event, actor, command, key));
    decision.rejection().ifPresent(rejection -> append(rejection, actor, command, key));
  }

  private void append(Object data, Actor actor, UUID command, String key) {
    Entry entry = new Entry(data, new Occurrence(state.version() + 1, now, actor, command, key));
    state = apply(state, entry);
    log.add(entry);
    states.add(state);
  }

  /** As replay does. */
  public static RepositoryState apply(RepositoryState state, Entry entry) {
    return switch (entry.data()) {
      case Event event -> Appliers.apply(state, event, entry.at());
      case Rejection rejection -> Appliers.apply(state, rejection, entry.at());
      default -> Appliers.pass(state, entry.at().version());
    };
  }
}
