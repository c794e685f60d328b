package dev.epoch.qa.resources;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A branch with a very long history. */
class ManyCommitsIT {
  private static final int HEAP = 512;

  private static final int PAGE = 1_000;

  @TempDir Path folder;

  @Test
  @Tag("nightly")
  @Timeout(300)
  void aHundredCommits() throws Exception {
    commits(100);
  }

  @Test
  @Tag("nightly")
  @Timeout(600)
  void thousandsOfCommits() throws Exception {
    commits(2_000);
  }

  @Test
  @Tag("long")
  @Timeout(20_000)
  void aHundredThousandCommits() throws Exception {
    commits(100_000);
  }

  private void commits(int count) throws Exception {
    try (ServerProcess server = new ServerProcess(folder.resolve("data")).heap(HEAP).start()) {
      Shop shop = Shop.open(server, "long");
      Growth commit = new Growth();
      List<String> ids = new ArrayList<>();
      try (var session = shop.database().connect();
          var update = session.prepareStatement("UPDATE customers SET name = ? WHERE id = 1")) {
        for (int i = 0; i < count; i++) {
          update.setString(1, "n" + i);
          update.execute();
          String message = "c" + i;
          ids.add(commit.timed(() -> shop.commit("main", message)));
        }
      }
      int peak = server.peakMebibytes();
      server.stop();
      Growth start = new Growth();
      start.timed(server::start);
      start.timed(() -> shop.get("/commits?limit=1").ok());
      System.out.printf(
          "many commits: %d; %s; start and first request: %s; peak %d MiB, after the start %d MiB, heap %d MiB%n",
          count, commit, start, peak, server.peakMebibytes(), HEAP);

      assertThat(peak).isLessThan(HEAP + ServerProcess.BESIDE_HEAP);
      assertThat(server.peakMebibytes()).isLessThan(HEAP + ServerProcess.BESIDE_HEAP);
      assertThat(history(shop)).isEqualTo(ids.reversed());
      int step = Math.max(1, count / 20);
      for (int i = 0; i < count; i += step) {
        assertThat(shop.query("SELECT name FROM customers WHERE id = 1", ids.get(i)))
            .isEqualTo("[[\"n" + i + "\"]]");
      }
      shop.branch("from-the-first", ids.getFirst());
      assertThat(shop.query("SELECT name FROM customers WHERE id = 1", "from-the-first"))
          .isEqualTo("[[\"n0\"]]");
    }
  }

  /** The ids of all commits since the shop was opened, newest first. */
  private static List<String> history(Shop shop) {
    List<String> ids = new ArrayList<>();
    JsonNode page;
    do {
      page = shop.get("/commits?ref=main&limit=%d&offset=%d".formatted(PAGE, ids.size())).ok();
      page.path("commits").forEach(commit -> ids.add(commit.path("id").textValue()));
    } while (page.path("has_more").asBoolean());
    return ids.subList(0, ids.size() - 1);
  }
}
