package dev.epoch.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import dev.epoch.events.Actor;
import dev.epoch.events.Digest;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordKind;
import dev.epoch.events.RecordType;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.storage.SecretBox;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.postgres.EventLogMigrations;
import dev.epoch.log.postgres.PostgresEventLog;
import dev.epoch.log.postgres.PostgresLogConfiguration;
import dev.epoch.log.testing.PostgresClients;
import dev.epoch.projections.EventDecoder;
import dev.epoch.storage.AddressRules;
import dev.epoch.webhooks.Delivery.State;
import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is subscribed to arrives: signed, in order, at least once, whatever receivers do. */
@Timeout(60)
class WebhooksIT {
  private static final Duration WAIT = Duration.ofSeconds(15);
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");
  private static final Actor JANE = new Actor("jane", "Jane", "jane@example.com");
  private static final String SHOP = "shop";
  private static final String STREAM = "repository/shop";

  private final EventDecoder decoder = new EventDecoder(new RecordCodec());
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private PostgresClients clients;
  private PostgresEventLog log;
  private Receiver receiver;
  private Webhooks webhooks;
  private long version;

  @BeforeEach
  void start() throws Exception {
    clients = PostgresClients.open(List.of(EventLogMigrations.ALL, WebhookMigrations.ALL));
    log =
        new PostgresEventLog(
            PostgresLogConfiguration.of(
                clients.vertx(), clients.pool(), clients.database().connectOptions()));
    receiver = new Receiver();
    webhooks = open("127.0.0.1");
    webhooks.start();
    happens(new RepositoryCreatedV1("", "main", "b-main", "c0"));
    happens(new BranchCreatedV1("b-x", "feature/x", "c0", "main", Map.of()));
  }

  @AfterEach
  void stop() {
    webhooks.close();
    receiver.close();
    log.close().await().atMost(WAIT);
    clients.close();
  }

  private Webhooks open(String... allowed) {
    return new Webhooks(
        new Webhooks.Parts(
            clients.vertx(),
            clients.pool(),
            clients.database().connectOptions(),
            log,
            (_, _) -> Optional.empty(),
            new SecretBox(new byte[32]),
            new TestClock()),
        new Webhooks.Settings(
            "https://epoch.example/api/v1",
            AddressRules.of(false, List.of(allowed)),
            Duration.ofSeconds(2),
            Duration.ofDays(30),
            RetrySchedule.STANDARD));
  }

  private final class TestClock extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now.get();
    }
  }

  private static void until(String what, Callable<Boolean> condition) throws Exception {
    Instant end = Instant.now().plus(WAIT);
    while (!condition.call()) {
      assertThat(Instant.now()).as(what).isBefore(end);
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  /** Appends the event to the log and has it projected. */
  private StoredRecord happens(Event event) {
    StoredRecord stored = appended(event);
    webhooks.projector().apply(decoder.decode(stored).orElseThrow());
    return stored;
  }

  private StoredRecord appended(Event event) {
    RecordType type = RecordType.of(event);
    Envelope envelope =
        new Envelope(
            UUID.randomUUID(),
            RecordKind.EVENT,
            type.wireName(),
            type.version(),
            TIME,
            JANE,
            UUID.randomUUID(),
            null,
            new RecordCodec().encode((Record) event));
    log.append(STREAM, version, List.of(envelope)).await().atMost(WAIT);
    version++;
    return log.read(STREAM, version - 1).collect().asList().await().atMost(WAIT).getFirst();
  }

  private StoredRecord commit(String branchId, String message, String... tables) {
    return happens(commitOf(branchId, message, null, tables));
  }

  private static CommitCreatedV1 commitOf(
      String branchId, String message, UUID operation, String... tables) {
    return new CommitCreatedV1(
        operation,
        branchId,
        "c-" + message,
        List.of("c0"),
        JANE,
        message,
        TIME,
        entries(tables),
        List.of(),
        Map.of(),
        false,
        null,
        Map.of());
  }

  private static List<TableEntry> entries(String... tables) {
    List<TableEntry> entries = new ArrayList<>();
    for (String table : tables) {
      entries.add(
          new TableEntry(
              "t-" + table,
              table,
              Digest.of(new byte[] {1}),
              Digest.of(new byte[] {2}),
              "AAAA",
              10,
              RowsLocation.live(0),
              null,
              3,
              2,
              1));
    }
    return entries;
  }

  private Webhooks.WithSecret subscribe(String path, List<String> branches, List<String> tables) {
    return subscribe(path, List.of("commit-created"), branches, tables);
  }

  private Webhooks.WithSecret subscribe(
      String path, List<String> events, List<String> branches, List<String> tables) {
    return webhooks
        .create(
            SHOP,
            new Webhooks.Wanted(receiver.url(path), events, branches, tables, null, true),
            null,
            "jane",
            null)
        .orElseThrow();
  }

  private List<Delivery> deliveries(Webhooks.WithSecret made) {
    return webhooks.deliveries(SHOP, made.webhook().id(), null, null, 100).orElseThrow().reversed();
  }

  private List<Delivery> failed(Webhooks.WithSecret made) {
    return webhooks
        .deliveries(SHOP, made.webhook().id(), null, List.of(State.FAILED), 10)
        .orElseThrow();
  }

  private void allIn(Webhooks.WithSecret made, State state) throws Exception {
    until(
        "deliveries are " + state,
        () -> deliveries(made).stream().allMatch(one -> one.state() == state));
  }

  private dev.epoch.webhooks.Webhook current(Webhooks.WithSecret made) {
    return webhooks.get(SHOP, made.webhook().id()).orElseThrow();
  }

  private static void verify(String secret, Receiver.Received received) throws Exception {
    new Webhook(secret).verify(received.body(), HttpHeaders.of(received.headers(), (_, _) -> true));
  }

  private static void fits(String schema, String body) {
    assertThat(
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(
                    RecordCodec.class.getResourceAsStream("schemas/webhooks/" + schema + ".json"))
                .validate(body, InputFormat.JSON))
        .isEmpty();
  }

  @Test
  void whatIsSubscribedToArrivesSignedAndInOrder() throws Exception {
    // given
    commit("b-main", "before", "users");
    Webhooks.WithSecret all = subscribe("/all", List.of(), List.of(), List.of());
    Webhooks.WithSecret some = subscribe("/some", List.of("feature/*"), List.of("us*"));

    // when
    UUID operation = UUID.randomUUID();
    StoredRecord first = commit("b-main", "one", "users");
    StoredRecord recorded =
        happens(new CommitTablesRecordedV1(operation, entries("users"), Map.of()));
    StoredRecord second = happens(commitOf("b-x", "two", operation, "orders"));
    StoredRecord third = commit("b-x", "three", "orders");
    StoredRecord created = happens(new BranchCreatedV1("b-y", "y", "c0", "main", Map.of()));
    allIn(all, State.DELIVERED);
    allIn(some, State.DELIVERED);

    // then
    List<Receiver.Received> toSome =
        receiver.received.stream().filter(one -> one.path().equals("/some")).toList();
    assertThat(toSome).hasSize(1);
    assertThat(toSome.getFirst().id()).isEqualTo(second.envelope().id().toString());
    verify(some.secret(), toSome.getFirst());
    fits("webhook-commit-created.v1", toSome.getFirst().body());
    assertThat(toSome.getFirst().body())
        .contains(
            "\"branch\":\"feature/x\"",
            "{\"table\":\"users\",\"rows\":10,\"inserted\":3,\"updated\":2,\"deleted\":1}",
            "\"table\":\"orders\"",
            "\"diff_url\":\"https://epoch.example/api/v1/commits/diff?base=c0&target=c-two&repository=shop\"");
    assertThatThrownBy(() -> verify(all.secret(), toSome.getFirst()))
        .isInstanceOf(WebhookVerificationException.class);

    List<Receiver.Received> toAll =
        receiver.received.stream().filter(one -> one.path().equals("/all")).toList();
    assertThat(toAll)
        .extracting(Receiver.Received::id)
        .containsExactlyInAnyOrderElementsOf(
            List.of(first, recorded, second, third, created).stream()
                .map(stored -> stored.envelope().id().toString())
                .toList());
    List<String> ids = toAll.stream().map(Receiver.Received::id).toList();
    assertThat(ids.indexOf(second.envelope().id().toString()))
        .isLessThan(ids.indexOf(third.envelope().id().toString()));
    for (Receiver.Received received : toAll) {
      verify(all.secret(), received);
      fits(
          received.body().contains("\"type\":\"commit-created\"")
              ? "webhook-commit-created.v1"
              : "webhook-event.v1",
          received.body());
    }
    assertThat(
            clients.number(
                "SELECT count(*) FROM epoch.webhooks WHERE sealed_secrets LIKE '%whsec%'"))
        .isZero();

    // and the same events, projected again, change nothing
    webhooks.projector().apply(decoder.decode(third).orElseThrow());
    assertThat(deliveries(all)).hasSize(5);
  }

  @Test
  void aStuckDeliveryBlocksItsBranchAloneUntilItIsDead() throws Exception {
    // given
    Webhooks.WithSecret made = subscribe("/", List.of(), List.of());
    receiver.answer = one -> one.body().contains("c-bad") ? 500 : 204;

    // when
    commit("b-main", "bad", "users");
    commit("b-main", "behind", "users");
    StoredRecord other = commit("b-x", "other", "users");

    // then
    until("the other branch", () -> receiver.ids().contains(other.envelope().id().toString()));
    Duration total = Duration.ZERO;
    for (int attempt = 1; attempt < 10; attempt++) {
      int number = attempt;
      until("attempt " + attempt, () -> deliveries(made).getFirst().attempt() == number);
      Delivery bad = deliveries(made).getFirst();
      assertThat(bad.state()).isEqualTo(State.FAILED);
      assertThat(bad.responseStatus()).isEqualTo(500);
      assertThat(bad.error()).isEqualTo("Answered 500");
      Duration pause = Duration.between(now.get(), bad.nextAttemptAt());
      total = total.plus(pause);
      assertThat(deliveries(made).get(1).state()).isEqualTo(State.PENDING);
      now.set(bad.nextAttemptAt());
      webhooks.wake();
    }
    assertThat(total).isBetween(Duration.ofHours(68), Duration.ofHours(84));
    until("it is dead", () -> deliveries(made).getFirst().state() == State.DEAD);
    assertThat(deliveries(made).getFirst().attempts()).hasSize(10);
    until("the next one", () -> deliveries(made).get(1).state() == State.DELIVERED);
    assertThat(receiver.ids().stream().distinct()).hasSize(3);
    assertThat(current(made).failingSince()).isNull();

    // and all that are dead can be sent again
    receiver.answer = _ -> 200;
    assertThat(webhooks.redeliverDead(SHOP, made.webhook().id())).contains(1L);
    allIn(made, State.DELIVERED);
  }

  @Test
  void whoIsGoneOrFailsForFiveDaysIsSentNothingMore() throws Exception {
    Webhooks.WithSecret gone = subscribe("/gone", List.of(), List.of());
    receiver.answer = one -> one.path().equals("/gone") ? 410 : 500;
    commit("b-main", "one", "users");
    until("it is disabled", () -> !current(gone).active());
    assertThat(current(gone).disabledReason()).contains("410 Gone");
    commit("b-main", "not-seen", "users");
    assertThat(deliveries(gone)).hasSize(1);

    Webhooks.WithSecret failing = subscribe("/failing", List.of(), List.of());
    Instant start = now.get();
    commit("b-main", "two", "users");
    commit("b-main", "three", "users");
    while (current(failing).active()) {
      until(
          "the next attempt",
          () ->
              !current(failing).active()
                  || deliveries(failing).stream()
                      .anyMatch(one ->
                          one.nextAttemptAt() != null && one.nextAttemptAt().isAfter(now.get())));
      deliveries(failing).stream()
          .map(Delivery::nextAttemptAt)
          .filter(next -> next != null && next.isAfter(now.get()))
          .findFirst()
          .ifPresent(now::set);
      webhooks.wake();
    }
    assertThat(Duration.between(start, now.get()))
        .isBetween(Duration.ofDays(5), Duration.ofDays(7));
    assertThat(current(failing).disabledReason()).contains("Answered 500");

    // made active again, it goes on with what waits, and events before can be sent too
    receiver.answer = _ -> 204;
    assertThat(
            webhooks
                .update(
                    SHOP,
                    gone.webhook().id(),
                    new Webhooks.Wanted(
                        gone.webhook().url(),
                        List.of("commit-created"),
                        List.of(),
                        List.of(),
                        "again",
                        true))
                .orElseThrow()
                .disabledReason())
        .isNull();
    allIn(gone, State.DELIVERED);
    assertThat(webhooks.redeliver(SHOP, STREAM, gone.webhook().id(), 1, Long.MAX_VALUE))
        .contains(4L);
    until("all commits", () -> deliveries(gone).size() == 4);
    allIn(gone, State.DELIVERED);
  }

  @Test
  void redirectsAndInternalAddressesAreFailures() throws Exception {
    Webhooks.WithSecret redirected = subscribe("/moved", List.of(), List.of());
    receiver.answer = one -> one.path().equals("/moved") ? 302 : 204;
    commit("b-main", "one", "users");
    until("an attempt", () -> deliveries(redirected).getFirst().attempt() == 1);
    assertThat(deliveries(redirected).getFirst().error())
        .isEqualTo("Answered 302; redirects are not followed");
    assertThat(receiver.received).extracting(Receiver.Received::path).doesNotContain("/elsewhere");

    try (Webhooks outward = open()) {
      for (String url :
          List.of(
              "http://127.0.0.1:" + receiver.port() + "/",
              "http://[::1]/",
              "http://169.254.169.254/latest/meta-data",
              "http://10.0.0.1/",
              "http://0.0.0.0/",
              "http://[::ffff:127.0.0.1]/",
              "ftp://example.com/",
              "http://user:secret@example.com/",
              "no url")) {
        assertThatThrownBy(() ->
                outward.create(
                    SHOP,
                    new Webhooks.Wanted(url, List.of(), List.of(), List.of(), null, true),
                    null,
                    "jane",
                    null))
            .as(url)
            .isInstanceOf(InvalidWebhookException.class);
      }
      // a name says nothing before it is looked up, each time
      Webhooks.WithSecret named =
          outward
              .create(
                  SHOP,
                  new Webhooks.Wanted(
                      "http://localhost:" + receiver.port() + "/named",
                      List.of(),
                      List.of(),
                      List.of(),
                      null,
                      true),
                  null,
                  "jane",
                  null)
              .orElseThrow();
      Delivery test = outward.test(SHOP, named.webhook().id()).orElseThrow();
      assertThat(test.state()).isEqualTo(State.DEAD);
      assertThat(test.error()).contains("EPOCH_WEBHOOKS_ALLOW");
      assertThat(receiver.received).extracting(Receiver.Received::path).doesNotContain("/named");
    }
  }

  @Test
  void whoHangsOrAnswersWithoutEndCostsOthersNothing() throws Exception {
    List<Webhooks.WithSecret> hanging = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      hanging.add(subscribe("/hang" + i, List.of(), List.of()));
    }
    Webhooks.WithSecret endless = subscribe("/endless", List.of(), List.of());
    Webhooks.WithSecret well = subscribe("/well", List.of(), List.of());
    receiver.answer =
        one ->
            one.path().startsWith("/hang")
                ? Receiver.HANG
                : one.path().equals("/endless") ? Receiver.ENDLESS : 204;

    Instant start = Instant.now();
    for (int i = 0; i < 200; i++) {
      commit(i % 2 == 0 ? "b-main" : "b-x", "c" + i, "users");
    }
    until(
        "all of who is well",
        () -> deliveries(well).stream().allMatch(one -> one.state() == State.DELIVERED));
    assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(10));
    until("a time-out", () -> !failed(hanging.getFirst()).isEmpty());
    assertThat(failed(hanging.getFirst()).getFirst().error()).isEqualTo("No answer within 2 s");
    allIn(endless, State.DELIVERED);
    assertThat(receiver.received.stream().filter(one -> one.path().equals("/well"))).hasSize(200);
  }

  @Test
  void whileASecretIsRotatedBothSign() throws Exception {
    Webhooks.WithSecret made = subscribe("/", List.of(), List.of());
    String id = made.webhook().id();
    Webhooks.WithSecret rotated =
        webhooks.rotate(SHOP, id, null, Duration.ofHours(24), "key").orElseThrow();
    assertThat(webhooks.rotate(SHOP, id, null, Duration.ofHours(24), "key").orElseThrow().secret())
        .isEqualTo(rotated.secret())
        .isNotEqualTo(made.secret());

    webhooks.test(SHOP, id);
    now.set(now.get().plus(Duration.ofHours(24)));
    webhooks.test(SHOP, id);

    verify(made.secret(), receiver.received.getFirst());
    verify(rotated.secret(), receiver.received.getFirst());
    fits("webhook-test.v1", receiver.received.getFirst().body());
    assertThat(receiver.received.get(1).header("webhook-signature")).doesNotContain(" ");
    assertThat(deliveries(made)).extracting(Delivery::state).containsOnly(State.DELIVERED);
  }

  @Test
  void oneServerSendsAndAnotherTakesOver() throws Exception {
    Webhooks.WithSecret made = subscribe("/", List.of(), List.of());
    AtomicBoolean down = new AtomicBoolean(true);
    receiver.answer = _ -> down.get() ? 500 : 204;
    try (Webhooks other = open("127.0.0.1")) {
      other.start();
      commit("b-main", "one", "users");
      until("an attempt", () -> deliveries(made).getFirst().attempt() == 1);
      webhooks.close();
      down.set(false);
      now.set(now.get().plus(Duration.ofSeconds(10)));
      until("the other one sends", () -> deliveries(made).getFirst().state() == State.DELIVERED);
    }
    assertThat(receiver.ids()).hasSize(2);
    assertThat(receiver.ids().getFirst()).isEqualTo(receiver.ids().getLast());
  }

  @Test
  void subscriptionsEndWithTheirRepositoryAndAreLimited() {
    Webhooks.WithSecret made = subscribe("/", List.of(), List.of(), List.of());
    happens(new RepositoryDeletedV1(SHOP));
    assertThat(current(made).disabledReason()).isEqualTo("the repository was deleted");
    assertThat(webhooks.delete(SHOP, made.webhook().id())).isTrue();
    assertThat(webhooks.get(SHOP, made.webhook().id())).isEmpty();

    Webhooks.Wanted wanted =
        new Webhooks.Wanted(receiver.url("/"), List.of(), List.of(), List.of(), null, true);
    String secret = webhooks.create(SHOP, wanted, null, "jane", "k").orElseThrow().secret();
    assertThat(webhooks.create(SHOP, wanted, null, "jane", "k").orElseThrow().secret())
        .isEqualTo(secret);
    assertThat(webhooks.list(SHOP)).hasSize(1);
    for (int i = 1; i < Webhooks.MOST_OF_REPOSITORY; i++) {
      assertThat(webhooks.create(SHOP, wanted, null, "jane", null)).isPresent();
    }
    assertThat(webhooks.create(SHOP, wanted, null, "jane", null)).isEmpty();
  }
}
