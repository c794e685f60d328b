package dev.epoch.qa.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import dev.epoch.qa.process.ShopWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every event arrives at least once, under its id, in the order of its branch, whenever the
 * server's process or the subscriber's ends. Order is that of first arrivals.
 */
class WebhookTrialIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final List<String> BRANCHES = List.of("main", "a", "b");
  private static final Map<String, String> SETTINGS =
      Map.of(
          "EPOCH_WEBHOOKS_ALLOW",
          "127.0.0.1",
          "EPOCH_WEBHOOKS_RETRIES",
          String.join(",", Collections.nCopies(1000, "200ms")));

  @TempDir Path folder;

  @Test
  @Timeout(300)
  void everyEventArrivesOverAFewKills() throws Exception {
    run(3);
  }

  @Test
  @Tag("nightly")
  @Timeout(3600)
  void everyEventArrivesOverManyKills() throws Exception {
    run(Integer.getInteger("epoch.test.kills", 50));
  }

  private void run(int rounds) throws Exception {
    long seed = Long.getLong("epoch.test.seed", System.nanoTime());
    System.out.println("webhook trial: -Depoch.test.seed=" + seed);
    Random random = new Random(seed);
    try (ServerProcess server = new ServerProcess(folder.resolve("data"));
        Subscriber subscriber = new Subscriber()) {
      server.start(SETTINGS);
      Shop shop = Shop.open(server, "shop");
      shop.branch("a", "main");
      shop.branch("b", "main");
      JsonNode made = shop.post("/webhooks", "{\"url\": \"" + subscriber.url() + "\"}").ok();
      long since = position(shop);
      for (int round = 0; round < rounds; round++) {
        ShopWriter writer = new ShopWriter(shop, BRANCHES, new Random(random.nextLong()));
        Thread writing = Thread.ofVirtual().start(writer);
        int before = 1 + random.nextInt(8);
        Poll.until("commits", LIMIT, () -> writer.commits() >= before);
        pause(random.nextInt(50));
        switch (random.nextInt(3)) {
          case 0 -> subscriber.answers(503);
          case 1 -> subscriber.keepsSilent(true);
          default -> {}
        }
        if (random.nextBoolean()) {
          pause(random.nextInt(300));
          server.kill();
          subscriber.kill();
        } else {
          subscriber.kill();
          pause(random.nextInt(300));
          server.kill();
        }
        subscriber.restart();
        writer.stop();
        writing.join();
        server.start(SETTINGS);
        subscriber.answers(204);
        subscriber.keepsSilent(false);
      }
      shop.post(
              "/tables/customers/records?branch=a",
              "{\"upsert\": [{\"id\": 9, \"name\": \"end\"}]}")
          .ok();
      shop.commit("a", "the end");
      check(server, shop, subscriber, made.path("secret").textValue(), since);
    }
  }

  private static void pause(int millis) {
    LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
  }

  private static void check(
      ServerProcess server, Shop shop, Subscriber subscriber, String secret, long since)
      throws Exception {
    List<JsonNode> expected = events(shop, since);
    Set<String> ids = new LinkedHashSet<>();
    expected.forEach(event -> ids.add(event.path("id").textValue()));
    try {
      Poll.until("all events arrived", LIMIT, () -> arrived(subscriber).containsAll(ids));
    } catch (AssertionError late) {
      Set<String> missing = new LinkedHashSet<>(ids);
      missing.removeAll(arrived(subscriber));
      throw new AssertionError(missing + " are missing\n" + server.log(), late);
    }
    assertThat(ids).hasSizeGreaterThan(10);
    assertThat(subscriber.accepted()).allMatch(one -> one.signedWith(secret));
    Map<String, String> bodies = new HashMap<>();
    subscriber
        .accepted()
        .forEach(one ->
            assertThat(one.body())
                .as(one.id())
                .isEqualTo(bodies.computeIfAbsent(one.id(), _ -> one.body())));
    assertThat(bodies.keySet()).as("nothing but events").isEqualTo(ids);
    Map<String, List<String>> inOrder = new HashMap<>();
    expected.forEach(event ->
        inOrder
            .computeIfAbsent(event.path("branch").asText(""), _ -> new ArrayList<>())
            .add(event.path("id").textValue()));
    List<String> first =
        subscriber.accepted().stream().map(Subscriber.Received::id).distinct().toList();
    inOrder.forEach((branch, order) ->
        assertThat(first.stream().filter(new HashSet<>(order)::contains).toList())
            .as("of branch " + branch)
            .isEqualTo(order));
    System.out.printf(
        "webhook trial: %d events, %d of them more than once, %d deliveries%n",
        ids.size(), repeated(subscriber), subscriber.accepted().size());
  }

  private static long repeated(Subscriber subscriber) {
    Map<String, Integer> times = new HashMap<>();
    subscriber.accepted().forEach(one -> times.merge(one.id(), 1, Integer::sum));
    return times.values().stream().filter(number -> number > 1).count();
  }

  private static Set<String> arrived(Subscriber subscriber) {
    Set<String> ids = new HashSet<>();
    subscriber.accepted().forEach(one -> ids.add(one.id()));
    return ids;
  }

  private static long position(Shop shop) {
    return events(shop, 0).getLast().path("position").longValue();
  }

  private static List<JsonNode> events(Shop shop, long after) {
    List<JsonNode> events = new ArrayList<>();
    long from = after + 1;
    while (from > 0) {
      JsonNode page = shop.get("/events?limit=1000&from=" + from).ok();
      page.path("events").forEach(events::add);
      from = page.path("next").asLong(0);
    }
    return events;
  }
}
