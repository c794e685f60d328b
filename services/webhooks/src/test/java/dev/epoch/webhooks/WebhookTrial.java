package dev.epoch.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.standardwebhooks.Webhook;
import dev.epoch.events.Actor;
import dev.epoch.events.Digest;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordKind;
import dev.epoch.events.RecordType;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.storage.SecretBox;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.postgres.EventLogMigrations;
import dev.epoch.log.postgres.PostgresEventLog;
import dev.epoch.log.postgres.PostgresLogConfiguration;
import dev.epoch.log.testing.PostgresClients;
import dev.epoch.projections.AdministrativeModels;
import dev.epoch.projections.EventDecoder;
import dev.epoch.storage.location.AddressRules;
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
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A log, webhooks over it, and who receives them; time passes when a test says so. */
@Timeout(120)
abstract class WebhookTrial {
  static final Duration WAIT = Duration.ofSeconds(30);
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");
  static final Actor JANE = new Actor("jane", "Jane", "jane@example.com");
  static final String SHOP = "shop";
  static final String STREAM = "repository/shop";

  final EventDecoder decoder = new EventDecoder(new RecordCodec());
  final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  PostgresClients clients;
  private AdministrativeModels models;
  private PostgresEventLog log;
  Receiver receiver;
  Webhooks webhooks;
  private long version;

  @BeforeEach
  final void start() throws Exception {
    clients = PostgresClients.open(List.of(EventLogMigrations.ALL, WebhookMigrations.ALL));
    log =
        new PostgresEventLog(
            PostgresLogConfiguration.of(
                clients.vertx(), clients.pool(), clients.database().connectOptions()));
    models = new AdministrativeModels(clients.vertx(), clients.pool(), Webhooks.ENTITIES);
    receiver = new Receiver();
    webhooks = open("127.0.0.1");
    webhooks.start();
    happens(new RepositoryCreatedV1("", "main", "b-main", "c0"));
    happens(new BranchCreatedV1("b-x", "feature/x", "c0", "main", Map.of()));
  }

  @AfterEach
  final void stop() {
    webhooks.close();
    receiver.close();
    log.close().await().atMost(WAIT);
    models.close();
    clients.close();
  }

  Webhooks open(String... allowed) {
    return open(Duration.ofSeconds(2), allowed);
  }

  /**
   * @param timeout of one attempt
   */
  Webhooks open(Duration timeout, String... allowed) {
    return new Webhooks(
        new Webhooks.Parts(
            clients.vertx(),
            models,
            clients.pool(),
            clients.database().connectOptions(),
            log,
            (_, _) -> Optional.empty(),
            new SecretBox(new byte[32]),
            new TestClock()),
        new Webhooks.Settings(
            "https://epoch.example/api/v1",
            AddressRules.of(false, List.of(allowed)),
            timeout,
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

  static void until(String what, Callable<Boolean> condition) throws Exception {
    Instant end = Instant.now().plus(WAIT);
    while (!condition.call()) {
      assertThat(Instant.now()).as(what).isBefore(end);
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  /** Appends the event to the log and has it projected. */
  StoredRecord happens(Event event) {
    StoredRecord stored = appended(event);
    webhooks.projector().apply(decoder.decode(stored).orElseThrow());
    return stored;
  }

  StoredRecord appended(Event event) {
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

  StoredRecord commit(String branchId, String message, String... tables) {
    return happens(commitOf(branchId, message, null, tables));
  }

  static CommitCreatedV1 commitOf(
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

  static List<TableEntry> entries(String... tables) {
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

  Webhooks.WithSecret subscribe(String path, List<String> branches, List<String> tables) {
    return subscribe(path, List.of("commit-created"), branches, tables);
  }

  Webhooks.WithSecret subscribe(
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

  List<Delivery> deliveries(Webhooks.WithSecret made) {
    return webhooks.deliveries(SHOP, made.webhook().id(), null, null, 100).orElseThrow().reversed();
  }

  List<Delivery> failed(Webhooks.WithSecret made) {
    return webhooks
        .deliveries(SHOP, made.webhook().id(), null, List.of(State.FAILED), 10)
        .orElseThrow();
  }

  void allIn(Webhooks.WithSecret made, State state) throws Exception {
    until(
        "deliveries are " + state,
        () -> deliveries(made).stream().allMatch(one -> one.state() == state));
  }

  dev.epoch.webhooks.Webhook current(Webhooks.WithSecret made) {
    return webhooks.get(SHOP, made.webhook().id()).orElseThrow();
  }

  static void verify(String secret, Receiver.Received received) throws Exception {
    new Webhook(secret).verify(received.body(), HttpHeaders.of(received.headers(), (_, _) -> true));
  }

  static void fits(String schema, String body) {
    assertThat(
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(
                    RecordCodec.class.getResourceAsStream("schemas/webhooks/" + schema + ".json"))
                .validate(body, InputFormat.JSON))
        .isEmpty();
  }
}
