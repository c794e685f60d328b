package dev.epoch.webhooks.hook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.events.Actor;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.hook.ChangeHooks;
import dev.epoch.gateway.hook.PlannedChange;
import dev.epoch.gateway.storage.SecretBox;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.projections.AdministrativeModels;
import dev.epoch.webhooks.InvalidWebhookException;
import dev.epoch.webhooks.NamePatterns;
import dev.epoch.webhooks.Webhooks;
import dev.epoch.webhooks.message.Messages;
import dev.epoch.webhooks.receiver.Outcome;
import dev.epoch.webhooks.receiver.Receivers;
import dev.epoch.webhooks.secret.Secrets;
import dev.epoch.webhooks.secret.WebhookSecret;
import io.vertx.mutiny.core.Vertx;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;

/**
 * Asks over HTTP, signed as webhooks are, before a change is made: the hooks that fit, one after
 * the other in the order in which they were added, until one forbids it. Methods wait: call them on
 * virtual threads.
 */
public final class Hooks implements ChangeHooks, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Hooks.class.getName());

  public static final Set<String> EVENTS =
      new TreeSet<>(Set.of("pre-commit", "pre-merge", "pre-promotion", "pre-branch-delete"));

  public static final Duration USUAL_TIMEOUT = Duration.ofSeconds(3);
  public static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(30);
  public static final int MOST_OF_REPOSITORY = 20;

  private static final String TEST = "test";
  private static final int LONGEST_MESSAGE = 1_000;
  private static final int MOST_TABLES = 200;

  /** Another server may have changed them since. */
  private static final Duration REMEMBERED = Duration.ofSeconds(2);

  private final StoredHooks stored;
  private final Receivers receivers;
  private final SecretBox secrets;
  private final Clock clock;
  private final String api;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  private record Known(List<StoredHook> hooks, Instant since, Instant readAt) {}

  /** The entities that it needs. */
  public static final List<Class<?>> ENTITIES = List.of(StoredHook.class);

  public Hooks(
      Vertx vertx,
      AdministrativeModels models,
      SecretBox secrets,
      Clock clock,
      Webhooks.Settings settings) {
    this.stored = new StoredHooks(models);
    this.receivers = new Receivers(vertx, settings.receivers(), settings.timeout(), clock);
    this.secrets = secrets;
    this.clock = clock;
    this.api = settings.api();
  }

  /** A repository, as hooks know it: another one may have had its name. */
  public record Owner(String repository, Instant createdAt) {}

  /**
   * What a hook should be.
   *
   * @param branches patterns, see {@link NamePatterns}; empty for all
   */
  public record Wanted(
      String name,
      String event,
      String url,
      List<String> branches,
      Duration timeout,
      boolean failOpen,
      boolean active) {}

  /**
   * A hook and its secret, which is told once.
   *
   * @param secret {@code whsec_...}
   */
  public record WithSecret(Hook hook, String secret) {
    /** Shows no secret. */
    @Override
    public String toString() {
      return "WithSecret[" + hook + "]";
    }
  }

  /**
   * What a hook said.
   *
   * @param allow empty if it could not be asked
   * @param message what it says to the user, or why it could not be asked; null for nothing
   * @param status of HTTP, or null
   */
  public record Said(Optional<Boolean> allow, String message, Integer status, int latencyMs) {}

  public List<Hook> list(Owner owner) {
    return stored.of(owner.repository(), owner.createdAt()).stream().map(StoredHook::hook).toList();
  }

  public Optional<Hook> get(Owner owner, String name) {
    return list(owner).stream().filter(hook -> hook.name().equals(name)).findFirst();
  }

  /**
   * Adds a hook, which is asked from the answer on.
   *
   * @param actor id of who asks
   * @return empty if there is one of this name
   * @throws InvalidWebhookException if a field is wrong
   */
  public Optional<WithSecret> add(Owner owner, Wanted wanted, String actor) {
    check(wanted);
    if (list(owner).size() >= MOST_OF_REPOSITORY) {
      throw new InvalidWebhookException(
          "name", "The repository has " + MOST_OF_REPOSITORY + " hooks, and no more");
    }
    WebhookSecret secret = WebhookSecret.random();
    Hook hook =
        new Hook(
            owner.repository(),
            wanted.name(),
            wanted.event(),
            wanted.url(),
            wanted.branches(),
            wanted.timeout(),
            wanted.failOpen(),
            wanted.active(),
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            actor);
    boolean made = stored.insert(hook, new Secrets(secret, null).seal(secrets), owner.createdAt());
    known.remove(owner.repository());
    return made ? Optional.of(new WithSecret(hook, secret.text())) : Optional.empty();
  }

  /**
   * Changes what is asked; name and event stay.
   *
   * @return empty if there is none
   * @throws InvalidWebhookException if a field is wrong
   */
  public Optional<Hook> update(Owner owner, Wanted wanted) {
    check(wanted);
    Optional<Hook> before = get(owner, wanted.name());
    before.ifPresent(hook ->
        stored.update(
            new Hook(
                hook.repository(),
                hook.name(),
                hook.event(),
                wanted.url(),
                wanted.branches(),
                wanted.timeout(),
                wanted.failOpen(),
                wanted.active(),
                hook.createdAt(),
                hook.createdBy())));
    known.remove(owner.repository());
    return before.flatMap(_ -> get(owner, wanted.name()));
  }

  /** Whether there was one. */
  public boolean delete(Owner owner, String name) {
    boolean there = stored.delete(owner.repository(), name);
    known.remove(owner.repository());
    return there;
  }

  private void check(Wanted wanted) {
    if (!wanted.name().matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
      throw new InvalidWebhookException(
          "name", "Should be letters, digits, dots, dashes and underscores, up to 100 of them");
    }
    if (!EVENTS.contains(wanted.event())) {
      throw new InvalidWebhookException("event", "Should be one of " + String.join(", ", EVENTS));
    }
    if (wanted.timeout().compareTo(LONGEST_TIMEOUT) > 0 || wanted.timeout().toMillis() < 1) {
      throw new InvalidWebhookException(
          "timeout", "Should be at most " + LONGEST_TIMEOUT.toSeconds() + " s");
    }
    try {
      receivers.check(wanted.url());
    } catch (IllegalArgumentException wrong) {
      throw new InvalidWebhookException("url", wrong.getMessage());
    }
    Webhooks.checkPatterns("branches", wanted.branches());
  }

  /** Asks a hook about nothing: {@code "test": true} says so. Empty if there is none. */
  public Optional<Said> test(Owner owner, String name, Actor actor) {
    return stored.of(owner.repository(), owner.createdAt()).stream()
        .filter(one -> one.hook().name().equals(name))
        .findFirst()
        .map(one -> {
          ObjectNode data =
              RecordCodec.json()
                  .createObjectNode()
                  .put(TEST, true)
                  .put("repository", owner.repository());
          data.set("actor", Messages.actor(actor));
          return ask(one, data);
        });
  }

  @Override
  public boolean wants(PlannedChange change) {
    return !wanted(change).isEmpty();
  }

  private List<StoredHook> wanted(PlannedChange change) {
    return of(change).stream()
        .filter(one ->
            one.hook().active()
                && change.events().contains(one.hook().event())
                && NamePatterns.anyMatches(one.hook().branches(), List.of(change.branch())))
        .toList();
  }

  private List<StoredHook> of(PlannedChange change) {
    Instant now = clock.instant();
    Known hooks = known.get(change.repository());
    if (hooks == null
        || !hooks.since().equals(change.repositoryCreated())
        || hooks.readAt().plus(REMEMBERED).isBefore(now)) {
      hooks =
          new Known(
              stored.of(change.repository(), change.repositoryCreated()),
              change.repositoryCreated(),
              now);
      known.put(change.repository(), hooks);
    }
    return hooks.hooks();
  }

  @Override
  public Optional<Rejection> ask(PlannedChange change) {
    ObjectNode data = null;
    for (StoredHook one : wanted(change)) {
      Hook hook = one.hook();
      data = data == null ? data(change) : data;
      Said said = ask(one, data);
      if (said.allow().isEmpty()) {
        if (!hook.failOpen()) {
          throw new RefusedException(notAsked(hook, said));
        }
        LOG.warning(() -> "Hook " + hook.name() + " is passed over: " + said.message());
      } else if (!said.allow().get()) {
        return Optional.of(veto(hook, said));
      }
    }
    return Optional.empty();
  }

  private static Rejection veto(Hook hook, Said said) {
    return new Rejection(
        Code.HOOK_VETO,
        said.message() == null ? "Hook '" + hook.name() + "' forbids it" : said.message(),
        Map.of("hook", hook.name(), "event", hook.event()));
  }

  private static Rejection notAsked(Hook hook, Said said) {
    return new Rejection(
        Code.HOOK_VETO,
        "Hook '%s' could not be asked, and nothing is done without it: %s"
            .formatted(hook.name(), said.message()),
        Map.of(
            "hook",
            hook.name(),
            "event",
            hook.event(),
            "remedy",
            "Try again; epoch hook test " + hook.name() + " shows what it answers"));
  }

  private ObjectNode data(PlannedChange change) {
    ObjectNode data =
        RecordCodec.json()
            .createObjectNode()
            .put("repository", change.repository())
            .put("branch", change.branch())
            .put("head", change.head())
            .put("source", change.source())
            .put("source_commit", change.sourceCommit())
            .put("message", change.message());
    data.set("actor", Messages.actor(change.actor()));
    List<PlannedChange.TableCounts> counts = change.tables().get();
    ArrayNode tables = data.putArray("tables");
    counts.stream()
        .limit(MOST_TABLES)
        .forEach(table ->
            tables
                .addObject()
                .put("table", table.table())
                .put("inserted", table.inserted())
                .put("updated", table.updated())
                .put("deleted", table.deleted()));
    data.put("tables_left_out", Math.max(0, counts.size() - MOST_TABLES));
    data.put("diff_url", diff(change));
    return data;
  }

  private String diff(PlannedChange change) {
    if (change.events().contains("pre-branch-delete")) {
      return null;
    }
    String compared =
        change.sourceCommit() == null
            ? "target=" + encoded(change.branch()) + "&working=true"
            : "base=" + change.head() + "&target=" + change.sourceCommit();
    return api + "/commits/diff?" + compared + "&repository=" + encoded(change.repository());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Said ask(StoredHook one, ObjectNode data) {
    Hook hook = one.hook();
    Instant now = clock.instant();
    ObjectNode payload =
        RecordCodec.json()
            .createObjectNode()
            .put("type", hook.event())
            .put("version", 1)
            .put("hook", hook.name())
            .put("timestamp", now.toString());
    payload.set("data", data);
    String body = payload.toString();
    String id = "hook_" + UUID.randomUUID();
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("User-Agent", "Epoch-Hooks/1");
    headers.put("webhook-id", id);
    headers.put("webhook-timestamp", Long.toString(now.getEpochSecond()));
    headers.put(
        "webhook-signature",
        Secrets.open(secrets, one.sealedSecrets()).current().sign(id, now.getEpochSecond(), body));
    Receivers.Answer answer = receivers.ask(hook.url(), headers, body, hook.timeout());
    Outcome outcome = answer.outcome();
    if (!outcome.worked()) {
      return new Said(Optional.empty(), outcome.error(), outcome.status(), outcome.latencyMs());
    }
    return said(answer);
  }

  private static Said said(Receivers.Answer answer) {
    Outcome outcome = answer.outcome();
    JsonNode said;
    try {
      said = RecordCodec.json().readTree(answer.text());
    } catch (JsonProcessingException unreadable) {
      said = null;
    }
    if (said == null || !said.path("allow").isBoolean()) {
      return new Said(
          Optional.empty(),
          "The answer is no JSON with allow: true or false",
          outcome.status(),
          outcome.latencyMs());
    }
    String message = said.path("message").asText("").replace("\0", "").strip();
    return new Said(
        Optional.of(said.path("allow").booleanValue()),
        message.isEmpty()
            ? null
            : message.substring(0, Math.min(message.length(), LONGEST_MESSAGE)),
        outcome.status(),
        outcome.latencyMs());
  }

  @Override
  public void close() {
    receivers.close();
  }
}
