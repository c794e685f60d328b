package dev.epoch.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.Envelope;
import dev.epoch.events.RecordKind;
import dev.epoch.kafka.PublishingStatus.State;
import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.postgres.EventLogMigrations;
import dev.epoch.log.postgres.PostgresEventLog;
import dev.epoch.log.postgres.PostgresLogConfiguration;
import dev.epoch.log.testing.PostgresClients;
import dev.epoch.log.testing.TestRecords;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** A log in PostgreSQL, published to a real broker. */
class KafkaPublisherIT {
  private static final Duration WAIT = Duration.ofSeconds(60);

  /** Of a client's file: it has its effect, and a test need not wait for the defaults. */
  private static final Map<String, String> IMPATIENT =
      Map.of(
          "linger.ms", "1",
          "max.block.ms", "3000",
          "request.timeout.ms", "1500",
          "delivery.timeout.ms", "3000",
          "default.api.timeout.ms", "3000",
          "reconnect.backoff.max.ms", "200");

  @TempDir static Path folder;
  private static KafkaBroker broker;

  private final List<KafkaPublisher> publishers = new ArrayList<>();
  private final Map<String, Long> versions = new HashMap<>();
  private PostgresClients clients;
  private PostgresEventLog log;
  private String topic;

  /** Somebody who always believes to be the one. */
  private static final class Mine implements Turn {
    @Override
    public boolean take() {
      return true;
    }

    @Override
    public boolean held() {
      return true;
    }

    @Override
    public void release() {}
  }

  @BeforeAll
  static void startKafka() throws Exception {
    broker = new KafkaBroker(folder.resolve("kafka")).start();
  }

  @AfterAll
  static void stopKafka() throws Exception {
    broker.close();
  }

  @BeforeEach
  void start(TestInfo test) {
    clients = PostgresClients.open(List.of(EventLogMigrations.ALL));
    log = open(clients);
    topic = test.getTestMethod().orElseThrow().getName();
  }

  @AfterEach
  void stop() {
    publishers.forEach(KafkaPublisher::close);
    log.close().await().atMost(WAIT);
    clients.close();
  }

  private static PostgresEventLog open(PostgresClients clients) {
    return new PostgresEventLog(
        PostgresLogConfiguration.of(
            clients.vertx(), clients.pool(), clients.database().connectOptions()));
  }

  @Test
  void everyEventIsThereOnceInOrderAndDescribesItself() throws Exception {
    // given events of three repositories, commands, and a stream that is none
    append("repository/shop", TestRecords.events(700));
    append("repository/läden 2", TestRecords.events(3));
    append("repository/shop", List.of(command()));
    append("something/else", TestRecords.events(2));
    append(
        "repository/bank",
        List.of(TestRecords.withData("{\"name\": \"s\", \"sealed_secrets\": \"abc\"}")));

    // when
    KafkaPublisher publisher = publisher(log);
    append("repository/shop", TestRecords.events(20));
    publisher.wake(stored(log).getLast().position());
    await(publisher, log);

    // then
    List<ConsumerRecord<String, String>> published = assertComplete();
    assertThat(published).hasSize(724);
    ConsumerRecord<String, String> one =
        published.stream().filter(r -> r.key().equals("läden 2")).findFirst().orElseThrow();
    StoredRecord stored =
        stored(log).stream().filter(r -> r.stream().equals("repository/läden 2")).toList().get(0);
    assertThat(one.value()).isEqualTo(stored.envelope().data());
    assertThat(KafkaBroker.header(one, "ce_specversion")).isEqualTo("1.0");
    assertThat(KafkaBroker.header(one, "ce_type")).isEqualTo("dev.epoch.something-happened.v1");
    assertThat(KafkaBroker.header(one, "ce_source"))
        .isEqualTo("/api/v1/repositories/l%C3%A4den%202");
    assertThat(KafkaBroker.header(one, "ce_time")).isEqualTo(stored.envelope().time().toString());
    assertThat(KafkaBroker.header(one, "ce_dataschema"))
        .isEqualTo("epoch:/schemas/events/something-happened.v1.json");
    assertThat(KafkaBroker.header(one, "ce_streamversion")).isEqualTo("1");
    assertThat(KafkaBroker.header(one, "content-type")).isEqualTo("application/json");
    assertThat(published.stream().filter(r -> r.key().equals("bank")).toList().get(0).value())
        .isEqualTo("{\"name\":\"s\",\"sealed_secrets\":null}");
    assertThat(publisher.status().lag()).isZero();

    // when it begins again, it goes on
    publisher.close();
    append("repository/shop", TestRecords.events(5));
    await(publisher(log), log);

    // then
    assertThat(assertComplete()).hasSize(729);
  }

  @Test
  void whileTheBrokerIsAwayItSaysSoAndCatchesUpLater() throws Exception {
    // given
    append("repository/shop", TestRecords.events(50));
    KafkaPublisher publisher = publisher(log, IMPATIENT);
    await(publisher, log);

    // when
    broker.kill();
    append("repository/shop", TestRecords.events(600));
    append("repository/bank", TestRecords.events(600));
    publisher.wake(stored(log).getLast().position());
    until("it fails", () -> publisher.status().state() == State.FAILING);

    // then
    assertThat(publisher.status().error()).isNotBlank();
    assertThat(publisher.status().lag()).isEqualTo(1200);

    // when
    broker.start();
    append("repository/shop", TestRecords.events(10));
    await(publisher, log);

    // then
    assertThat(assertComplete()).hasSize(1260);
    assertThat(publisher.status().error()).isNull();
  }

  /** Two who both believe that it is their turn: Kafka lets one of them write at a time. */
  @Test
  void whoseTurnIsOverIsFenced() throws Exception {
    append("repository/shop", TestRecords.events(2000));
    KafkaPublisher one = publisher(log);
    KafkaPublisher other = publisher(log);
    for (int i = 0; i < 20; i++) {
      append("repository/bank", TestRecords.events(200));
      one.wake(stored(log).getLast().position());
      other.wake(stored(log).getLast().position());
    }
    until(
        "one was fenced",
        () -> one.status().state() == State.FAILING || other.status().state() == State.FAILING);
    one.close();
    await(other, log);

    assertThat(assertComplete()).hasSize(6000);
  }

  @Test
  void aLogThatWasPutBackIsRefused() throws Exception {
    // given
    append("repository/shop", TestRecords.events(5));
    KafkaPublisher before = publisher(log);
    await(before, log);
    before.close();
    Envelope first = stored(log).getFirst().envelope();

    // when a log with the same beginning went on differently
    try (PostgresClients elsewhere = PostgresClients.open(List.of(EventLogMigrations.ALL))) {
      PostgresEventLog putBack = open(elsewhere);
      putBack.append("repository/shop", 0, List.of(first)).await().atMost(WAIT);
      putBack.append("repository/shop", 1, TestRecords.events(7)).await().atMost(WAIT);
      KafkaPublisher after = publisher(putBack);
      until("it fails", () -> after.status().state() == State.FAILING);

      // then
      assertThat(after.status().error()).contains("up to position 5").contains("another topic");
      assertThat(assertComplete()).hasSize(5);
      after.close();
      putBack.close().await().atMost(WAIT);
    }
  }

  @Test
  void checkpointsThatWouldNotLastAreRefused() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.servers()))) {
      admin.createTopics(List.of(new NewTopic(topic + ".checkpoints", 1, (short) 1))).all().get();
    }
    append("repository/shop", TestRecords.events(5));
    KafkaPublisher publisher = publisher(log);
    until("it fails", () -> publisher.status().state() == State.FAILING);
    assertThat(publisher.status().error()).contains("cleanup.policy=delete");
  }

  @Test
  void settingsThatWouldBreakThePromiseAreRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("client.properties"), "acks=1\n");
    assertThatThrownBy(() -> new KafkaSettings("localhost:1", "t", "", KafkaSettings.read(file)))
        .hasMessageContaining("'acks'");
    assertThatThrownBy(() -> new KafkaSettings("localhost:1", "a b", "", Map.of()))
        .hasMessageContaining("'a b'");
    assertThatThrownBy(() -> KafkaSettings.read(folder.resolve("nothing")))
        .hasMessageContaining("cannot be read");
  }

  private KafkaPublisher publisher(EventLog of) {
    return publisher(of, Map.of("linger.ms", "1"));
  }

  private KafkaPublisher publisher(EventLog of, Map<String, String> client) {
    KafkaPublisher made =
        new KafkaPublisher(
            of,
            new KafkaSettings(broker.servers(), topic, "/api/v1", client),
            new Mine(),
            Clock.systemUTC());
    publishers.add(made);
    made.start();
    return made;
  }

  private void append(String stream, List<Envelope> records) {
    long version = versions.getOrDefault(stream, 0L);
    log.append(stream, version, records).await().atMost(WAIT);
    versions.put(stream, version + records.size());
  }

  private static Envelope command() {
    Envelope event = TestRecords.event(0);
    return new Envelope(
        UUID.randomUUID(),
        RecordKind.COMMAND,
        "do-something",
        1,
        event.time(),
        event.actor(),
        event.causation(),
        null,
        event.data());
  }

  private static List<StoredRecord> stored(EventLog of) {
    return of.read(EventLog.ALL, 0).collect().asList().await().atMost(WAIT);
  }

  private static void await(KafkaPublisher publisher, EventLog of) throws Exception {
    long last = stored(of).getLast().position();
    until(
        "all is published",
        () ->
            publisher.status().state() == State.PUBLISHING
                && publisher.status().position() >= last);
  }

  /** The topic has the events of the log, each once, and of a repository in the log's order. */
  private List<ConsumerRecord<String, String>> assertComplete() {
    List<ConsumerRecord<String, String>> published = broker.committed(topic);
    assertThat(published.stream().map(one -> position(one) + " " + one.key()).sorted())
        .isEqualTo(
            stored(log).stream()
                .filter(stored -> stored.envelope().kind() == RecordKind.EVENT)
                .filter(stored -> stored.stream().startsWith("repository/"))
                .map(stored ->
                    stored.position() + " " + stored.stream().substring("repository/".length()))
                .sorted()
                .toList());
    Map<Integer, Long> last = new HashMap<>();
    for (ConsumerRecord<String, String> one : published) {
      Long before = last.put(one.partition(), position(one));
      assertThat(position(one)).isGreaterThan(before == null ? 0 : before);
    }
    return published;
  }

  private static long position(ConsumerRecord<String, String> one) {
    return Long.parseLong(KafkaBroker.header(one, "ce_position"));
  }

  private static void until(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + WAIT.toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }
}
