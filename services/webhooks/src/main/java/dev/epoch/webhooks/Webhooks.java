package dev.epoch.webhooks;

import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordKind;
import dev.epoch.events.RecordType;
import dev.epoch.gateway.storage.SecretBox;
import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.postgres.AdvisoryLock;
import dev.epoch.projections.AdministrativeModels;
import dev.epoch.projections.EffectProjector;
import dev.epoch.projections.EventDecoder;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.webhooks.message.EventContext;
import dev.epoch.webhooks.message.EventContext.BranchNames;
import dev.epoch.webhooks.message.Message;
import dev.epoch.webhooks.message.Messages;
import dev.epoch.webhooks.message.StoredMessage;
import dev.epoch.webhooks.receiver.Outcome;
import dev.epoch.webhooks.receiver.Receivers;
import dev.epoch.webhooks.secret.Secrets;
import dev.epoch.webhooks.secret.WebhookSecret;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Subscriptions of a server, and the sending of what they ask for. Methods wait for the database:
 * call them on virtual threads.
 */
public final class Webhooks implements AutoCloseable {
  /** Wire names of all events that there are. */
  public static final Set<String> EVENTS =
      Arrays.stream(RecordType.values())
          .filter(type -> type.kind() == RecordKind.EVENT)
          .map(RecordType::wireName)
          .collect(Collectors.toCollection(TreeSet::new));

  /** What it keeps in tables that {@link AdministrativeModels} read. */
  public static final List<Class<?>> ENTITIES =
      List.of(StoredWebhook.class, StoredDelivery.class, StoredMessage.class);

  public static final int MOST_OF_REPOSITORY = 100;
  private static final int MOST_PATTERNS = 100;
  private static final int LONGEST_PATTERN = 255;
  private static final int LONGEST_URL = 2_000;
  private static final int LONGEST_DESCRIPTION = 1_000;

  private static final Duration FORGET_EVERY = Duration.ofMinutes(10);
  private static final int FORGET_PAGE = 5_000;
  private static final int LOG_PAGE = 500;

  /** Characters of payloads that are put into a queue at once, one message excepted. */
  private static final long LARGEST_ADDITION = 1L << 20;

  private final Parts parts;
  private final StoredWebhooks webhooks;
  private final StoredDeliveries deliveries;
  private final Deliveries lookedAt;
  private final Receivers receivers;
  private final WebhookSender sender;
  private final WebhooksProjector projector;
  private final AtomicLong lastForgotten = new AtomicLong();
  private final Settings settings;

  /**
   * What it works with.
   *
   * @param models with {@link #ENTITIES}
   * @param connectOptions for a connection of its own to the database of the pool
   * @param names of the branches that exist now
   */
  public record Parts(
      Vertx vertx,
      AdministrativeModels models,
      Pool pool,
      PgConnectOptions connectOptions,
      EventLog log,
      BranchNames names,
      SecretBox secrets,
      Clock clock) {}

  /**
   * How it behaves.
   *
   * @param api address of the API that receivers are told, or its path
   * @param receivers which addresses may be sent to
   * @param timeout of one attempt
   * @param keep how long deliveries that arrived or died can be lookedAt at
   * @param pauses before each attempt after the first one, about
   */
  public record Settings(
      String api, AddressRules receivers, Duration timeout, Duration keep, List<Duration> pauses) {}

  public Webhooks(Parts parts, Settings settings) {
    this.parts = parts;
    this.settings = settings;
    this.webhooks = new StoredWebhooks(parts.models(), parts.pool(), parts.log());
    this.deliveries = new StoredDeliveries(parts.pool());
    this.lookedAt = new Deliveries(parts.models());
    this.receivers =
        new Receivers(parts.vertx(), settings.receivers(), settings.timeout(), parts.clock());
    this.sender =
        new WebhookSender(
            webhooks,
            deliveries,
            receivers,
            parts.secrets(),
            new AdvisoryLock(parts.vertx(), parts.connectOptions(), "webhooks"),
            new RetrySchedule(settings.pauses(), new SecureRandom()),
            parts.clock());
    EventContext context = context();
    this.projector =
        new WebhooksProjector(
            webhooks,
            deliveries,
            new Messages(settings.api(), context),
            context,
            this::added,
            parts.clock());
  }

  private EventContext context() {
    return new EventContext(parts.log(), new EventDecoder(new RecordCodec()), parts.names());
  }

  /** What feeds the queues. */
  public EffectProjector projector() {
    return projector;
  }

  /** Begins to send. The tables must be there. */
  public void start() {
    sender.start();
  }

  private void added() {
    sender.wake();
    Instant now = parts.clock().instant();
    long last = lastForgotten.get();
    if (now.toEpochMilli() - last > FORGET_EVERY.toMillis()
        && lastForgotten.compareAndSet(last, now.toEpochMilli())) {
      Thread.startVirtualThread(() -> deliveries.forget(now.minus(settings.keep()), FORGET_PAGE));
    }
  }

  /**
   * What a subscription should be.
   *
   * @param events wire names; empty for all
   * @param branches patterns, see {@link NamePatterns}; empty for all
   * @param tables likewise
   * @param description null for none
   */
  public record Wanted(
      String url,
      List<String> events,
      List<String> branches,
      List<String> tables,
      String description,
      boolean active) {
    public Wanted {
      Objects.requireNonNull(url, "url");
      events = List.copyOf(events);
      branches = List.copyOf(branches);
      tables = List.copyOf(tables);
    }
  }

  /**
   * A subscription and its secret, which is told once.
   *
   * @param secret {@code whsec_...}
   */
  public record WithSecret(Webhook webhook, String secret) {
    /** Shows no secret. */
    @Override
    public String toString() {
      return "WithSecret[" + webhook + "]";
    }
  }

  /**
   * Subscribes. From the answer on, every event that fits is sent.
   *
   * @param secret null for a random one
   * @param actor id of who asks
   * @param requestKey under which it is done once, or null
   * @return empty if the repository has {@link #MOST_OF_REPOSITORY} already
   * @throws InvalidWebhookException if a field is wrong
   */
  public Optional<WithSecret> create(
      String repository, Wanted wanted, String secret, String actor, String requestKey) {
    check(wanted);
    Secrets secrets = new Secrets(secret(secret), null);
    Webhook webhook =
        new Webhook(
            "wh_" + UUID.randomUUID().toString().replace("-", ""),
            repository,
            wanted.url(),
            wanted.events(),
            wanted.branches(),
            wanted.tables(),
            wanted.description(),
            wanted.active(),
            null,
            null,
            null,
            parts.clock().instant(),
            actor);
    if (webhooks.insert(webhook, secrets.seal(parts.secrets()), requestKey, MOST_OF_REPOSITORY)) {
      return Optional.of(new WithSecret(webhook, secrets.current().text()));
    }
    return requestKey == null
        ? Optional.empty()
        : webhooks.byRequest(repository, requestKey).map(this::withSecret);
  }

  private WithSecret withSecret(StoredWebhook stored) {
    return new WithSecret(
        stored.webhook(), Secrets.open(parts.secrets(), stored.sealedSecrets()).current().text());
  }

  private static WebhookSecret secret(String given) {
    if (given == null) {
      return WebhookSecret.random();
    }
    try {
      return WebhookSecret.parse(given);
    } catch (IllegalArgumentException wrong) {
      throw new InvalidWebhookException(
          "secret",
          "Should be %s and %d to %d bytes in base64"
              .formatted(WebhookSecret.PREFIX, WebhookSecret.SHORTEST, WebhookSecret.LONGEST));
    }
  }

  private void check(Wanted wanted) {
    if (wanted.url().length() > LONGEST_URL) {
      throw new InvalidWebhookException(
          "url", "Should have at most " + LONGEST_URL + " characters");
    }
    try {
      receivers.check(wanted.url());
    } catch (IllegalArgumentException wrong) {
      throw new InvalidWebhookException("url", wrong.getMessage());
    }
    for (String event : wanted.events()) {
      if (!EVENTS.contains(event)) {
        throw new InvalidWebhookException(
            "events",
            "There are no events of type '%s'; one of: %s"
                .formatted(event, String.join(", ", EVENTS)));
      }
    }
    checkPatterns("branches", wanted.branches());
    checkPatterns("tables", wanted.tables());
    if (wanted.description() != null && wanted.description().length() > LONGEST_DESCRIPTION) {
      throw new InvalidWebhookException(
          "description", "Should have at most " + LONGEST_DESCRIPTION + " characters");
    }
  }

  /** Refuses patterns that are too many, too long or empty. */
  public static void checkPatterns(String field, List<String> patterns) {
    boolean wrong =
        patterns.size() > MOST_PATTERNS
            || patterns.stream()
                .anyMatch(one ->
                    one.isEmpty() || one.length() > LONGEST_PATTERN || one.indexOf('\0') >= 0);
    if (wrong) {
      throw new InvalidWebhookException(
          field,
          "Should be up to %d patterns of 1 to %d characters"
              .formatted(MOST_PATTERNS, LONGEST_PATTERN));
    }
  }

  /** Those of a repository, oldest first. */
  public List<Webhook> list(String repository) {
    return webhooks.ofRepository(repository).stream().map(StoredWebhook::webhook).toList();
  }

  public Optional<Webhook> get(String repository, String id) {
    return webhooks.get(repository, id).map(StoredWebhook::webhook);
  }

  /**
   * Changes a subscription; made active again, it goes on with what waits.
   *
   * @return empty if there is none
   * @throws InvalidWebhookException if a field is wrong
   */
  public Optional<Webhook> update(String repository, String id, Wanted wanted) {
    check(wanted);
    Optional<Webhook> changed = webhooks.update(repository, id, wanted);
    sender.wake();
    return changed;
  }

  /** Unsubscribes; what waits is not sent. Whether there was one. */
  public boolean delete(String repository, String id) {
    return webhooks.delete(repository, id);
  }

  /**
   * Gives it another secret. What is sent is signed with both for a while.
   *
   * @param secret null for a random one
   * @param overlap how long the old one signs too
   * @param requestKey under which it is done once, or null
   * @return empty if there is no such webhook
   * @throws InvalidWebhookException if the secret is none
   */
  public Optional<WithSecret> rotate(
      String repository, String id, String secret, Duration overlap, String requestKey) {
    WebhookSecret fresh = secret(secret);
    while (true) {
      Optional<StoredWebhook> stored = webhooks.get(repository, id);
      if (stored.isEmpty() || requestKey != null && requestKey.equals(stored.get().rotationKey())) {
        return stored.map(this::withSecret);
      }
      Secrets before = Secrets.open(parts.secrets(), stored.get().sealedSecrets());
      if (webhooks.rotate(
          stored.get(),
          new Secrets(fresh, before.current()).seal(parts.secrets()),
          parts.clock().instant().plus(overlap),
          requestKey)) {
        return webhooks.get(repository, id).map(this::withSecret);
      }
    }
  }

  /** Sends a test, once, also to one that is not active; empty if there is no such webhook. */
  public Optional<Delivery> test(String repository, String id) {
    return webhooks
        .get(repository, id)
        .flatMap(stored -> {
          Message message =
              Messages.test(
                  stored.webhook().repository(),
                  stored.webhook().id(),
                  UUID.randomUUID(),
                  parts.clock().instant());
          Outcome outcome = sender.attempt(Target.of(stored), message.id(), message.payload());
          return lookedAt.get(id, deliveries.addTest(message, id, outcome));
        });
  }

  /**
   * Deliveries, newest first.
   *
   * @param before id to begin below; null for the newest
   * @param states null for all
   * @return empty if there is no such webhook
   */
  public Optional<List<Delivery>> deliveries(
      String repository, String id, Long before, List<Delivery.State> states, int limit) {
    return get(repository, id).map(_ -> lookedAt.list(id, before, states, limit));
  }

  /** One delivery with its payload; empty if there is none. */
  public Optional<Delivery> delivery(String repository, String id, long delivery) {
    return get(repository, id).flatMap(_ -> lookedAt.get(id, delivery));
  }

  /**
   * Sends a delivery again, at once, with the same id. A test is not repeated.
   *
   * @return whether there is one
   */
  public boolean redeliver(String repository, String id, long delivery) {
    boolean again =
        get(repository, id).isPresent()
            && deliveries.again(id, delivery, parts.clock().instant()) > 0;
    sender.wake();
    return again;
  }

  /** Sends all dead ones again; how many, empty if there is no such webhook. */
  public Optional<Long> redeliverDead(String repository, String id) {
    Optional<Long> count =
        get(repository, id).map(_ -> deliveries.again(id, null, parts.clock().instant()));
    sender.wake();
    return count;
  }

  /**
   * Sends every event of the log that fits again, or for the first time.
   *
   * @param stream of the repository in the log
   * @param from position of the first event
   * @param to position of the last one
   * @return how many; empty if there is no such webhook
   */
  public Optional<Long> redeliver(String repository, String stream, String id, long from, long to) {
    return get(repository, id).map(webhook -> redeliver(webhook, stream, from, to));
  }

  private long redeliver(Webhook webhook, String stream, long from, long to) {
    EventDecoder decoder = new EventDecoder(new RecordCodec());
    Messages messages = new Messages(settings.api(), context());
    long count = 0;
    long after = Math.max(0, from - 1);
    while (true) {
      List<StoredRecord> page = page(after, to);
      if (page.isEmpty()) {
        return count;
      }
      List<Message> again = new ArrayList<>();
      long characters = 0;
      for (StoredRecord stored : page) {
        Optional<Message> message =
            Optional.of(stored)
                .filter(record -> record.stream().equals(stream))
                .flatMap(decoder::decode)
                .map(messages::of)
                .filter(webhook::wants);
        if (message.isPresent()) {
          again.add(message.get());
          characters += message.get().payload().length();
          count++;
        }
        if (characters > LARGEST_ADDITION) {
          deliveries.addAgain(again, webhook.id(), parts.clock().instant());
          again.clear();
          characters = 0;
        }
      }
      deliveries.addAgain(again, webhook.id(), parts.clock().instant());
      sender.wake();
      after = page.getLast().position();
    }
  }

  private List<StoredRecord> page(long after, long to) {
    return parts
        .log()
        .read(EventLog.ALL, after)
        .select()
        .first(LOG_PAGE)
        .select()
        .first(stored -> stored.position() <= to)
        .collect()
        .asList()
        .await()
        .indefinitely();
  }

  /** Looks for what is due, at once. */
  void wake() {
    sender.wake();
  }

  @Override
  public void close() {
    sender.close();
  }
}
