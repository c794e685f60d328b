package dev.epoch.gateway.stream;

import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.CommandKey;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.model.access.Principal;
import dev.epoch.model.access.Principal.How;
import dev.epoch.model.access.Verb;
import dev.epoch.storage.record.WriteKey;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Who asks, and how often the same.
 *
 * @param actor who asks
 * @param principal whose rights count; as a rule that of the actor
 * @param command id of the command
 * @param idempotencyKey of the client, or null
 * @param request digest of everything that the client asked with that key, or null
 * @param role of a database in whose session it was asked, and which has rights there; null for who
 *     has those of the server
 */
public record Caller(
    Actor actor,
    Principal principal,
    UUID command,
    String idempotencyKey,
    String request,
    String role) {
  public Caller {
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(principal, "principal");
    Objects.requireNonNull(command, "command");
  }

  public Caller(Actor actor, UUID command, String idempotencyKey) {
    this(actor, alone(actor), command, idempotencyKey, null, null);
  }

  /** With the rights that the actor has without a key and without groups. */
  public static Caller of(Actor actor, String idempotencyKey) {
    return of(actor, alone(actor), idempotencyKey, null);
  }

  public static Caller of(Actor actor, String idempotencyKey, String request) {
    return of(actor, alone(actor), idempotencyKey, request);
  }

  /** Of what the server does itself, once somebody was allowed to have it done. */
  public static Caller allowed(Actor actor) {
    return of(
        actor,
        new Principal(actor.id(), List.of(), How.SERVER, null, true, Verb.all()),
        null,
        null);
  }

  public static Caller of(Actor actor, Principal principal, String idempotencyKey, String request) {
    return new Caller(actor, principal, UUID.randomUUID(), idempotencyKey, request, null);
  }

  /** In a session of a database, which has the rights of its role. */
  public static Caller ofSession(Actor actor, String role, String idempotencyKey) {
    return new Caller(
        actor, Principal.session(role), UUID.randomUUID(), idempotencyKey, null, role);
  }

  private static Principal alone(Actor actor) {
    return Principal.user(actor.id(), How.SERVER);
  }

  private Caller anew(String newKey, String newRequest) {
    return new Caller(actor, principal, UUID.randomUUID(), newKey, newRequest, role);
  }

  /** The same, for steps whose outcome nobody asks for again. */
  public Caller withoutKey() {
    return new Caller(actor, principal, command, null, null, role);
  }

  /** For another command within the same request, whose outcome nobody asks for again. */
  public Caller another() {
    return anew(null, null);
  }

  /**
   * The same, for what the server does because of what was allowed; nobody asks for its outcome.
   */
  public Caller consequence() {
    Principal server =
        new Principal(
            principal.user(), principal.groups(), How.SERVER, principal.key(), true, Verb.all());
    return new Caller(actor, server, UUID.randomUUID(), null, null, role);
  }

  /** For another command within the same request, which is found again when that is repeated. */
  public Caller anotherOfRequest() {
    return anew(idempotencyKey, request);
  }

  /**
   * For one step of a request of several, which is found again when the request is repeated.
   *
   * @param step its name, of which a request has one
   */
  public Caller step(String step) {
    return idempotencyKey == null ? this : anew(idempotencyKey + " " + step, request);
  }

  /** The key for one kind of command, as its records keep it: a request may be several commands. */
  public String key(String kind) {
    return idempotencyKey == null
        ? null
        : new CommandKey(kind, Optional.ofNullable(request), idempotencyKey).text();
  }

  /**
   * The refusal, if the key was used for another request before, whatever came of that, or is being
   * used for one: an answer from memory would be about something else.
   */
  Optional<Rejection> reuse(RepositoryState state) {
    if (idempotencyKey == null || request == null) {
      return Optional.empty();
    }
    Stream<String> running =
        state.operations().values().stream()
            .filter(operation -> operation.idempotencyKey() != null)
            .map(operation -> CommandKey.parse(operation.idempotencyKey()))
            .filter(key -> key.client().equals(idempotencyKey))
            .flatMap(key -> key.request().stream());
    return Stream.concat(state.outcomes().request(idempotencyKey).stream(), running)
        .filter(other -> !other.equals(request))
        .findFirst()
        .map(other -> reused());
  }

  /**
   * Fails if {@link #reuse} tells so.
   *
   * @throws RefusedException with {@code IDEMPOTENCY_KEY_REUSED}
   */
  public void requireOwnKey(RepositoryState state) {
    reuse(state)
        .ifPresent(refusal -> {
          throw new RefusedException(refusal);
        });
  }

  /** The operation in flight, or in doubt, that this request, or a step of it, has begun. */
  Optional<UUID> operation(RepositoryState state) {
    return state.operations().values().stream()
        .filter(operation -> operation.idempotencyKey() != null && idempotencyKey != null)
        .filter(operation -> isOwn(CommandKey.parse(operation.idempotencyKey())))
        .map(OperationState::id)
        .findFirst();
  }

  private boolean isOwn(CommandKey key) {
    return key.client().equals(idempotencyKey)
        || request != null
            && key.request().equals(Optional.of(request))
            && withoutStep(key.client()).equals(withoutStep(idempotencyKey));
  }

  private static String withoutStep(String key) {
    int step = key.lastIndexOf(' ');
    return step < 0 ? key : key.substring(0, step);
  }

  /** The key for a write of records, which databases remember; empty without key or request. */
  public Optional<WriteKey> writeKey(String repository) {
    return idempotencyKey == null || request == null
        ? Optional.empty()
        : Optional.of(new WriteKey(repository, idempotencyKey, request));
  }

  private static Rejection reused() {
    return new Rejection(
        Code.IDEMPOTENCY_KEY_REUSED,
        "This Idempotency-Key belongs to another request: its method, path, body or actor differ."
            + " Nothing was done",
        Map.of("remedy", "Send each request with a key of its own; only repetitions share one"));
  }
}
