package dev.epoch.qa.resources;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.EventStream;
import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many clients ask for all events and then stop reading. The server keeps little for each of them,
 * serves the others, and each of the slow ones gets everything in the end.
 */
class SlowConsumersIT {
  private static final String STREAM = "/events/stream?repository=slow";
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int MESSAGE = 60_000;
  private static final int FAST = 3;

  @TempDir Path folder;

  @Test
  @Tag("nightly")
  @Timeout(300)
  void aFewSlowReadersHoldNobodyUp() throws Exception {
    slow(40, 120, 192);
  }

  @Test
  @Tag("nightly")
  @Timeout(600)
  void tensOfSlowReadersHoldNobodyUp() throws Exception {
    slow(60, 200, 192);
  }

  @Test
  @Tag("long")
  @Timeout(1800)
  void manySlowReadersHoldNobodyUp() throws Exception {
    slow(300, 1_000, 512);
  }

  /**
   * @param readers that do not read
   * @param commits whose events they ask for, {@value #MESSAGE} bytes and more each
   * @param heap of the server in MiB
   */
  private void slow(int readers, int commits, int heap) throws Exception {
    List<SlowReader> stalled = new ArrayList<>();
    List<EventStream> fast = new ArrayList<>();
    try (ServerProcess server = new ServerProcess(folder.resolve("data")).heap(heap).start()) {
      try {
        Shop shop = Shop.open(server, "slow");
        // half of the events are there when the readers come, the others come while they stall
        commit(shop, commits / 2);
        for (int i = 0; i < readers; i++) {
          stalled.add(new SlowReader(server, STREAM, 0));
        }
        for (int i = 0; i < FAST; i++) {
          fast.add(EventStream.open(server, STREAM, null));
        }
        commit(shop, commits - commits / 2);

        List<Long> all = positions(shop);
        for (EventStream stream : fast) {
          Poll.until("all events", LIMIT, () -> stream.ids().size() >= all.size());
          assertThat(stream.ids()).isEqualTo(all);
        }
        assertThat(server.log()).doesNotContain("A stream of events ends");
        int peak = server.peakMebibytes();
        System.out.printf(
            "slow consumers: %d readers stalled, %d read on, %d events (messages of %d MiB) for each, heap %d MiB, peak of the process %d MiB%n",
            readers, FAST, all.size(), (long) commits * MESSAGE >> 20, heap, peak);
        assertThat(peak).isLessThan(heap + ServerProcess.BESIDE_HEAP);

        // whoever was slow goes on where it was, on the same connection or on another
        int served = 0;
        for (int i = 0; i < readers; i += Math.max(1, readers / 10)) {
          goesOn(server, stalled.get(i), all, served++ % 2 == 0);
        }
        assertThat(server.running()).isTrue();
        assertThat(server.peakMebibytes()).isLessThan(heap + ServerProcess.BESIDE_HEAP);
      } finally {
        fast.forEach(EventStream::close);
        for (SlowReader reader : stalled) {
          reader.close();
        }
      }
      shopIsOpen(server);
    }
  }

  private static void goesOn(
      ServerProcess server, SlowReader reader, List<Long> all, boolean sameConnection)
      throws Exception {
    if (sameConnection) {
      reader.readTo(all.getLast());
      assertThat(reader.ids()).isEqualTo(all);
      return;
    }
    reader.readTo(all.get(all.size() / 3));
    List<Long> seen = new ArrayList<>(reader.ids());
    reader.close();
    try (SlowReader again = new SlowReader(server, STREAM, seen.getLast())) {
      again.readTo(all.getLast());
      seen.addAll(again.ids());
    }
    assertThat(seen).isEqualTo(all);
  }

  private static void commit(Shop shop, int commits) throws Exception {
    String message = "m".repeat(MESSAGE);
    try (Connection session = shop.database().connect()) {
      for (int i = 0; i < commits; i++) {
        try (var update =
            session.prepareStatement("UPDATE customers SET credit = credit + 1 WHERE id = 1")) {
          update.execute();
        }
        shop.commit("main", message);
      }
    }
  }

  private static List<Long> positions(Shop shop) {
    List<Long> positions = new ArrayList<>();
    String from = "0";
    while (from != null) {
      JsonNode page = shop.get("/events?limit=50&from=" + from).ok();
      StreamSupport.stream(page.path("events").spliterator(), false)
          .forEach(event -> positions.add(event.path("position").longValue()));
      from = page.path("next").isNumber() ? page.path("next").asText() : null;
    }
    return positions;
  }

  private static void shopIsOpen(ServerProcess server) {
    assertThat(server.rest().get("/repositories").status()).isEqualTo(200);
  }
}
