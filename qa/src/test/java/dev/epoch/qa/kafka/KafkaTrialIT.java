package dev.epoch.qa.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.epoch.kafka.KafkaBroker;
import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import dev.epoch.qa.process.ShopWriter;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every event of the log is in the topic once, in order, for who reads committed records, whenever
 * the server's process ends, or the broker's, or the publisher loses its turn amidst its work.
 */
class KafkaTrialIT {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final List<String> BRANCHES = List.of("main", "a");
  private static final String TOPIC = "shop-events";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The connection that has the lock "to-kafka". */
  private static final String END_TURN =
      """
      SELECT count(pg_terminate_backend(pid)) FROM pg_locks
      WHERE locktype = 'advisory' AND granted
        AND (classid::bigint << 32) + objid::bigint = x'746f2d6b61666b61'::bigint
      """;

  @TempDir Path folder;

  private enum Victim {
    SERVER,
    BROKER,
    BOTH,
    TURN
  }

  @Test
  @Tag("nightly")
  @Timeout(400)
  void everyEventIsPublishedOnceOverAFewKills() throws Exception {
    run(List.of(Victim.TURN, Victim.BROKER, Victim.SERVER));
  }

  @Test
  @Tag("nightly")
  @Timeout(5400)
  void everyEventIsPublishedOnceOverManyKills() throws Exception {
    List<Victim> victims = new ArrayList<>();
    for (int i = 0; i < Integer.getInteger("epoch.test.kills", 50); i++) {
      victims.add(Victim.values()[i % Victim.values().length]);
    }
    run(victims);
  }

  private void run(List<Victim> victims) throws Exception {
    long seed = Long.getLong("epoch.test.seed", System.nanoTime());
    System.out.println("kafka trial: -Depoch.test.seed=" + seed);
    Random random = new Random(seed);
    Map<Victim, Integer> ended = new EnumMap<>(Victim.class);
    try (KafkaBroker broker = new KafkaBroker(folder.resolve("kafka")).start();
        ServerProcess server = new ServerProcess(folder.resolve("data"))) {
      Map<String, String> settings =
          Map.of("EPOCH_KAFKA_BOOTSTRAP_SERVERS", broker.servers(), "EPOCH_KAFKA_TOPIC", TOPIC);
      server.start(settings);
      Shop shop = Shop.open(server, "shop");
      shop.branch("a", "main");
      for (Victim victim : victims) {
        ShopWriter writer = new ShopWriter(shop, BRANCHES, new Random(random.nextLong()));
        Thread writing = Thread.ofVirtual().start(writer);
        int before = 1 + random.nextInt(8);
        Poll.until("commits", LIMIT, () -> writer.commits() >= before);
        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(300)).toNanos());
        if (victim == Victim.BROKER || victim == Victim.BOTH) {
          broker.kill();
          // the server goes on while Kafka is away
          int then = writer.commits();
          Poll.until("commits without Kafka", LIMIT, () -> writer.commits() > then);
        }
        if (victim == Victim.SERVER || victim == Victim.BOTH) {
          server.kill();
        }
        if (victim == Victim.TURN) {
          ended.merge(
              victim, Integer.parseInt(server.database().rows(END_TURN).getFirst()), Integer::sum);
        } else {
          ended.merge(victim, 1, Integer::sum);
        }
        writer.stop();
        writing.join();
        if (victim == Victim.BROKER || victim == Victim.BOTH) {
          broker.start();
        }
        if (victim == Victim.SERVER || victim == Victim.BOTH) {
          server.start(settings);
        }
      }
      compare(server, shop, broker);
      System.out.println("kafka trial: ended " + ended);
      assertThat(ended).containsOnlyKeys(victims);
    }
  }

  private static void compare(ServerProcess server, Shop shop, KafkaBroker broker)
      throws Exception {
    List<JsonNode> expected = events(shop);
    long last = expected.getLast().path("position").longValue();
    try {
      Poll.until(
          "all is published", LIMIT, () -> ready(server).at("/kafka/position").asLong() >= last);
    } catch (AssertionError late) {
      throw new AssertionError(ready(server) + "\n" + server.log(), late);
    }
    assertThat(expected).hasSizeGreaterThan(10);
    // one repository, one partition
    List<ConsumerRecord<String, String>> published = broker.committed(TOPIC);
    assertThat(published.stream().map(one -> KafkaBroker.header(one, "ce_position")).toList())
        .isEqualTo(expected.stream().map(one -> one.path("position").asText()).toList());
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < expected.size(); i++) {
      JsonNode event = expected.get(i);
      ConsumerRecord<String, String> one = published.get(i);
      assertThat(KafkaBroker.header(one, "ce_id")).isEqualTo(event.path("id").textValue());
      assertThat(KafkaBroker.header(one, "ce_type"))
          .isEqualTo(
              "dev.epoch.%s.v%d"
                  .formatted(event.path("type").textValue(), event.path("version").intValue()));
      JsonNode data = JSON.readTree(one.value());
      if (!data.has("sealed_secrets")) {
        assertThat(data).isEqualTo(JSON.readTree(event.path("data").toString()));
      }
      assertThat(values.put(KafkaBroker.header(one, "ce_id"), one.value())).isNull();
    }
    System.out.printf("kafka trial: %d events, each once%n", published.size());
  }

  private static JsonNode ready(ServerProcess server) throws Exception {
    try (InputStream answer = URI.create(server.url() + "/ready").toURL().openStream()) {
      return JSON.readTree(answer);
    }
  }

  private static List<JsonNode> events(Shop shop) {
    List<JsonNode> events = new ArrayList<>();
    long from = 1;
    while (from > 0) {
      JsonNode page = shop.get("/events?limit=1000&from=" + from).ok();
      page.path("events").forEach(events::add);
      from = page.path("next").asLong(0);
    }
    return events;
  }
}
