package dev.epoch.qa.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A repository with very many branches, every tenth of them with a change of its own. */
class ManyBranchesIT {
  private static final int CHANGED = 10;
  private static final int HEAP = 256;

  @TempDir Path folder;

  @Test
  @Tag("nightly")
  @Timeout(300)
  void tensOfBranches() throws Exception {
    branches(50);
  }

  @Test
  @Tag("nightly")
  @Timeout(600)
  void hundredsOfBranches() throws Exception {
    branches(400);
  }

  @Test
  @Tag("long")
  @Timeout(7200)
  void tenThousandBranches() throws Exception {
    branches(10_000);
  }

  private void branches(int count) throws Exception {
    try (ServerProcess server = new ServerProcess(folder.resolve("data")).heap(HEAP).start()) {
      Shop shop = Shop.open(server, "many");
      Growth creation = new Growth();
      Growth commit = new Growth();
      for (int i = 0; i < count; i++) {
        String name = "b" + i;
        creation.timed(() -> {
          shop.branch(name, "main");
          return name;
        });
        if (i % CHANGED == 0) {
          write(shop, i);
          commit.timed(() -> shop.commit(name, "of " + name));
        }
      }
      int peak = server.peakMebibytes();
      server.stop();
      Growth start = new Growth();
      start.timed(server::start);
      start.timed(() -> shop.get("/branches?limit=1").ok());
      System.out.printf(
          "many branches: %d; creation %s; commit %s; start and first request: %s; peak %d MiB, after the start %d MiB, heap %d MiB%n",
          count, creation, commit, start, peak, server.peakMebibytes(), HEAP);

      assertThat(peak).isLessThan(HEAP + ServerProcess.BESIDE_HEAP);
      assertThat(server.peakMebibytes()).isLessThan(HEAP + ServerProcess.BESIDE_HEAP);
      int step = Math.max(1, count / 50);
      for (int i = 0; i < count; i += step) {
        assertThat(shop.query("SELECT name FROM customers WHERE id >= 1000", "b" + i))
            .isEqualTo(i % CHANGED == 0 ? "[[\"of b" + i + "\"]]" : "[]");
      }
      shop.merge("b0", "main").ok();
      assertThat(shop.query("SELECT name FROM customers WHERE id >= 1000", "main"))
          .isEqualTo("[[\"of b0\"]]");
      shop.branch("one-more", "main");
    }
  }

  private static void write(Shop shop, int i) {
    shop.post(
            "/tables/customers/records?branch=b" + i,
            "{\"upsert\": [{\"id\": %d, \"name\": \"of b%d\"}]}".formatted(1_000 + i, i))
        .ok();
  }
}
