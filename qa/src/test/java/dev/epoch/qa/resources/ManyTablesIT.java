package dev.epoch.qa.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A repository with very many tables, a few of which a branch changes. */
class ManyTablesIT {
  private static final int HEAP = 256;

  @TempDir Path folder;

  @Test
  @Tag("nightly")
  @Timeout(300)
  void tensOfTables() throws Exception {
    tables(30);
  }

  @Test
  @Tag("nightly")
  @Timeout(600)
  void aHundredTables() throws Exception {
    tables(100);
  }

  @Test
  @Tag("long")
  @Timeout(7200)
  void aThousandTables() throws Exception {
    tables(1_000);
  }

  private void tables(int count) throws Exception {
    try (ServerProcess server = new ServerProcess(folder.resolve("data")).heap(HEAP).start()) {
      Shop shop = Shop.open(server, "wide");
      Growth registration = new Growth();
      for (int i = 0; i < count; i++) {
        String table = "t" + i;
        shop.database()
            .execute(
                "CREATE TABLE %s (id int PRIMARY KEY, a text)".formatted(table),
                "INSERT INTO %s VALUES (1, 'first')".formatted(table));
        registration.timed(() ->
            shop.post(
                    "/tables",
                    "{\"name\": \"%s\", \"location\": \"%s/public.%s\"}"
                        .formatted(table, shop.database().url(), table))
                .ok());
      }
      Growth whole = new Growth();
      whole.timed(() -> shop.commit("main", "all of them"));
      whole.timed(() -> {
        shop.branch("few", "main");
        return "few";
      });
      Set<Integer> changed = new TreeSet<>(Set.of(0, count / 2, count - 1));
      for (int i : changed) {
        shop.post(
                "/tables/t" + i + "/records?branch=few",
                "{\"upsert\": [{\"id\": 1, \"a\": \"few\"}]}")
            .ok();
      }
      Growth few = new Growth();
      few.timed(() -> shop.commit("few", "a few of them"));
      few.timed(() -> shop.merge("few", "main").ok());
      int peak = server.peakMebibytes();
      server.stop();
      Growth start = new Growth();
      start.timed(server::start);
      start.timed(() -> shop.get("/tables").ok());
      System.out.printf(
          "many tables: %d; registration %s; first commit and branch: %s; commit and merge of 3: %s; start and list: %s; peak %d MiB, after the start %d MiB, heap %d MiB%n",
          count, registration, whole, few, start, peak, server.peakMebibytes(), HEAP);

      assertThat(peak).isLessThan(HEAP + ServerProcess.BESIDE_HEAP);
      assertThat(server.peakMebibytes()).isLessThan(HEAP + ServerProcess.BESIDE_HEAP);
      int step = Math.max(1, count / 20);
      for (int i = 0; i < count; i += step) {
        assertThat(shop.database().rows("SELECT a FROM t" + i))
            .containsExactly(changed.contains(i) ? "few" : "first");
        assertThat(shop.query("SELECT a FROM t" + i, "few"))
            .isEqualTo("[[\"%s\"]]".formatted(changed.contains(i) ? "few" : "first"));
      }
    }
  }
}
