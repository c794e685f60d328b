package dev.epoch.qa.resources;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.Rest;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk of the server and its PostgreSQL is full. Writes are refused with 503 and a reason,
 * reads go on; when there is room again so do writes, without a restart, and nothing acknowledged
 * is lost.
 */
class DiskFullIT {
  private static final int DISK = 512;

  /** PostgreSQL lets its own log grow to 1 GiB before it makes room of itself. */
  private static final int DISK_FOR_LONG = 1536;

  private static final int ENOUGH_REFUSALS = 20;
  private static final Duration LIMIT = Duration.ofSeconds(120);

  @TempDir Path folder;

  private final Map<String, Rest.Answer> rows = new TreeMap<>();
  private final Map<String, Rest.Answer> commits = new TreeMap<>();
  private int number;

  @Test
  @Tag("nightly")
  @Timeout(300)
  void aFullDiskRefusesWritesAndLosesNothing() throws Exception {
    fill(1, DISK);
  }

  @Test
  @Tag("long")
  @Timeout(1800)
  void aDiskThatFillsAgainAndAgainLosesNothing() throws Exception {
    fill(10, DISK_FOR_LONG);
  }

  private void fill(int times, int mebibytes) throws Exception {
    try (SmallDisk disk = SmallDisk.mounted(folder.resolve("disk"), mebibytes);
        ServerProcess server = ServerProcess.started(disk.path().resolve("data"))) {
      Shop shop = Shop.open(server, "filled");
      shop.branch("side", "main");
      try {
        for (int round = 0; round < times; round++) {
          writeFor(shop, Duration.ofSeconds(2));
          disk.fill();
          int refused = writeUntilRefused(shop);
          readsGoOn(shop);
          disk.free();
          int before = number;
          Poll.until("writes go on, on both branches", LIMIT, () -> written(shop) && written(shop));
          System.out.printf(
              "disk full: round %d, %d writes refused while full, %d more until they went on%n",
              round + 1, refused, number - before - 2);
          nothingIsLost(shop);
        }
      } catch (Throwable failure) {
        Path log = Files.createTempFile("epoch-disk-full", ".log");
        Path postgres = disk.path().resolve("data/postgres.log");
        Files.writeString(log, server.log() + "\n\n" + Files.readString(postgres));
        throw new AssertionError("logs in " + log + ": " + failure.getMessage(), failure);
      }
    }
  }

  private void writeFor(Shop shop, Duration length) {
    Instant end = Instant.now().plus(length);
    while (Instant.now().isBefore(end)) {
      boolean written = written(shop);
      assertThat(written).as("%s, %s", last(rows), last(commits)).isTrue();
    }
  }

  /** Writes until enough of both kinds were refused; how many were. */
  private int writeUntilRefused(Shop shop) {
    Instant end = Instant.now().plus(LIMIT);
    int rowsRefused = 0;
    int commitsRefused = 0;
    while (rowsRefused < ENOUGH_REFUSALS || commitsRefused < ENOUGH_REFUSALS) {
      assertThat(Instant.now()).as("the disk is full, and writes go on").isBefore(end);
      written(shop);
      rowsRefused += last(rows).status() == 503 ? 1 : 0;
      commitsRefused += last(commits).status() == 503 ? 1 : 0;
    }
    return rowsRefused + commitsRefused;
  }

  private Rest.Answer last(Map<String, Rest.Answer> answers) {
    return answers.get("n%06d".formatted(number));
  }

  /** Writes a row and commits it, with a message that takes room; whether both were accepted. */
  private boolean written(Shop shop) {
    number++;
    String branch = number % 2 == 0 ? "main" : "side";
    String name = "n%06d".formatted(number);
    Rest.Answer row =
        shop.post(
            "/tables/customers/records?branch=" + branch,
            "{\"upsert\": [{\"id\": %d, \"name\": \"%s%s\"}]}"
                .formatted(1_000 + number, name, "-".repeat(4_000)));
    Rest.Answer commit =
        shop.post(
            "/commits",
            "{\"branch\": \"%s\", \"message\": \"%s\", \"all\": true}".formatted(branch, name));
    rows.put(name, row);
    commits.put(name, commit);
    isAnsweredClearly(row);
    isAnsweredClearly(commit);
    return row.status() == 200 && commit.status() == 201;
  }

  private static void isAnsweredClearly(Rest.Answer answer) {
    boolean nothingToCommit =
        answer.status() == 422 && answer.text().contains("NothingToCommitError");
    boolean refused =
        answer.status() == 503
            && answer.headers().firstValue("Retry-After").isPresent()
            && !answer.json().path("message").asText().isEmpty();
    boolean busy = answer.status() == 409 && answer.text().contains("BranchBusyError");
    assertThat(answer.status() / 100 == 2 || nothingToCommit || refused || busy)
        .as("%s", answer)
        .isTrue();
  }

  private static void readsGoOn(Shop shop) {
    assertThat(
            Stream.of(
                    shop.get("/branches"),
                    shop.get("/commits?ref=main"),
                    shop.get("/tables/customers/records?ref=side"),
                    shop.get("/diff/customers?base=main&target=side"),
                    shop.get("/events?limit=10"))
                .map(answer -> answer.status() == 200 ? "read" : answer.text()))
        .containsOnly("read");
  }

  /** Each accepted write is there once, no refused one is. */
  private void nothingIsLost(Shop shop) throws Exception {
    List<String> stored = new ArrayList<>();
    List<String> messages = new ArrayList<>();
    for (String branch : List.of("main", "side")) {
      stored.addAll(names(shop, branch));
      messages.addAll(messages(shop, branch));
    }
    assertThat(stored).as("rows").doesNotHaveDuplicates().containsAll(accepted(rows));
    assertThat(stored).as("rows").doesNotContainAnyElementsOf(refused(rows));
    assertThat(messages).as("commits").doesNotHaveDuplicates().containsAll(accepted(commits));
    assertThat(messages).as("commits").doesNotContainAnyElementsOf(refused(commits));
    System.out.printf(
        "disk full: %d rows, %d commits accepted and there; %d rows, %d commits refused and not there%n",
        accepted(rows).size(),
        accepted(commits).size(),
        refused(rows).size(),
        refused(commits).size());
  }

  private static List<String> accepted(Map<String, Rest.Answer> answers) {
    return answers.keySet().stream().filter(name -> answers.get(name).status() / 100 == 2).toList();
  }

  /** Those of which the server has said that nothing was done: not the ones in doubt. */
  private static List<String> refused(Map<String, Rest.Answer> answers) {
    return answers.entrySet().stream()
        .filter(answer -> answer.getValue().status() == 503)
        .filter(answer -> !answer.getValue().text().contains("OperationInDoubtError"))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static List<String> names(Shop shop, String branch) throws Exception {
    try (var session = shop.database().connect()) {
      if (!branch.equals("main")) {
        Database.execute(session, "SELECT epoch.use_branch('" + branch + "', 'filled')");
      }
      return Database.rows(session, "SELECT left(name, 7) FROM customers WHERE id > 1000");
    }
  }

  private static List<String> messages(Shop shop, String branch) {
    List<String> messages = new ArrayList<>();
    JsonNode page;
    do {
      page =
          shop.get("/commits?limit=1000&ref=%s&offset=%d".formatted(branch, messages.size())).ok();
      for (JsonNode commit : page.path("commits")) {
        messages.add(commit.path("message").asText());
      }
    } while (page.path("has_more").asBoolean());
    return messages.stream()
        .filter(message -> message.matches("n\\d{6}"))
        .collect(Collectors.toList());
  }
}
