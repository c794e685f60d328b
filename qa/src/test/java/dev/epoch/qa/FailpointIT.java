package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Rest;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process ends between two steps of a commit, a merge, the registration or the removal of a
 * table. The next start finishes or undoes the whole of it, and says so in the audit trail.
 */
@Timeout(900)
class FailpointIT {

  @TempDir Path home;
  private ServerProcess server;
  private Shop shop;
  private int step;

  @BeforeEach
  void start() throws Exception {
    server = ServerProcess.started(home.resolve("data"));
    shop = Shop.open(server, "failpoints");
    shop.branch("feature/x", "main");
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  @Tag("nightly")
  void aCommitAndAMergeAreFinishedOrUndone() throws Exception {
    endsAt("commit-to-branch.applied.1", this::commit, "rolled_forward");
    endsAt("merge-branch.prepared", this::merge, "rolled_back");
  }

  @Test
  void whatWasUndoneIsRefusedUnderItsKeyAndDoneUnderAnother() throws Exception {
    // given
    server.stop();
    server.start(Map.of("EPOCH_FAILPOINTS", "commit-to-branch.prepared=halt"));
    step++;
    write();
    assertThatThrownBy(() -> commitWithKey("key 1")).isInstanceOf(UncheckedIOException.class);
    server.awaitEnd();
    server.start();

    // when
    Rest.Answer again = commitWithKey("key 1");

    // then
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.json().path("error").textValue()).isEqualTo("OperationFailedError");
    assertThat(again.json().at("/details/remedy").textValue()).contains("another Idempotency-Key");
    assertThat(again.headers().firstValue("Retry-After")).isEmpty();
    assertThat(messages("feature/x")).containsExactly("The shop opens");
    commitWithKey("key 2").ok();
    checkThatItIsThereOnce("feature/x");
    assertThat(commitWithKey("key 1").text()).isEqualTo(again.text());
  }

  private Rest.Answer commitWithKey(String key) {
    return server
        .rest()
        .send(
            "POST",
            "/commits?repository=failpoints",
            "{\"branch\": \"feature/x\", \"message\": \"step %d\", \"all\": true}".formatted(step),
            Map.of("Content-Type", "application/json", "Idempotency-Key", key));
  }

  @Test
  @Tag("nightly")
  void everyStepOfACommit() throws Exception {
    endsAt("commit-to-branch.completing", this::commit, "rolled_forward");
    endsAt("commit-to-branch.completed", this::commit, null);
    endsAt("commit-to-branch.prepared", this::commit, "rolled_back");
  }

  @Test
  @Tag("nightly")
  void everyStepOfAMerge() throws Exception {
    endsAt("merge-branch.applied.1", this::merge, "rolled_forward");
    endsAt("merge-branch.completing", this::merge, "rolled_forward");
    endsAt("merge-branch.completed", this::merge, null);
  }

  @Test
  @Tag("nightly")
  void recoveryItselfIsEnded() throws Exception {
    // given a commit in doubt, and a start that ends in the midst of its recovery
    server.stop();
    server.start(Map.of("EPOCH_FAILPOINTS", "commit-to-branch.applied.1=halt"));
    step = 1;
    write();
    assertThatThrownBy(this::commit).isInstanceOf(UncheckedIOException.class);
    server.awaitEnd();
    for (String failpoint : List.of("recovery.started", "recovery.completed")) {
      server.launch(Map.of("EPOCH_FAILPOINTS", failpoint + "=halt"));
      server.awaitEnd();
    }

    // when
    server.start();

    // then
    assertThat(messages("feature/x")).containsExactly("step 1", "The shop opens");
    assertThat(recoveries()).hasSize(1);
    assertThat(shop.get("/admin/recovery").ok().path("open")).isEmpty();
  }

  @Test
  @Tag("nightly")
  void aRegistrationIsUndoneAndARemovalIsFinished() throws Exception {
    registrationEndsAt("applied.1");
    removalEndsAt("prepared");
  }

  @Test
  @Tag("nightly")
  void everyStepOfARegistrationAndARemoval() throws Exception {
    for (String failpoint : List.of("prepared", "applied.1", "completing")) {
      registrationEndsAt(failpoint);
      removalEndsAt(failpoint.equals("completing") ? "completed" : failpoint);
    }
  }

  @Test
  @Tag("nightly")
  void aRegistrationIsThereAfterItsLastStep() throws Exception {
    registrationEndsAt("completed");
    removalEndsAt("completed");
    registrationEndsAt("completed");
  }

  private void registrationEndsAt(String failpoint) throws Exception {
    // given
    server.stop();
    server.start(Map.of("EPOCH_FAILPOINTS", "register-table." + failpoint + "=halt"));
    shop.database()
        .execute(
            "DROP TABLE IF EXISTS notes",
            "CREATE TABLE notes (id int PRIMARY KEY, note text)",
            "INSERT INTO notes VALUES (1, 'there before')");

    // when
    assertThatThrownBy(this::register).as(failpoint).isInstanceOf(UncheckedIOException.class);
    assertThat(server.awaitEnd()).isEqualTo(137);
    server.start();

    // then
    if (failpoint.equals("completed")) {
      assertThat(tables()).contains("notes");
    } else {
      checkThatNothingIsLeftOfNotes(failpoint);
      register();
    }
    shop.database().execute("INSERT INTO notes VALUES (2, 'captured')");
    shop.commit("main", "notes");
    assertThat(shop.query("SELECT note FROM notes ORDER BY id", "main"))
        .isEqualTo("[[\"there before\"],[\"captured\"]]");
  }

  private void removalEndsAt(String failpoint) throws Exception {
    // given
    server.stop();
    server.start(Map.of("EPOCH_FAILPOINTS", "remove-table." + failpoint + "=halt"));

    // when
    assertThatThrownBy(() -> shop.delete("/tables/notes"))
        .as(failpoint)
        .isInstanceOf(UncheckedIOException.class);
    assertThat(server.awaitEnd()).isEqualTo(137);
    server.start();

    // then
    checkThatNothingIsLeftOfNotes(failpoint);
    shop.commit("main", "without notes");
    assertThat(shop.query("SELECT note FROM notes ORDER BY id", "main~1"))
        .isEqualTo("[[\"there before\"],[\"captured\"]]");
  }

  private void register() {
    shop.post(
            "/tables",
            "{\"name\": \"notes\", \"location\": \"%s/public.notes\"}"
                .formatted(shop.database().url()))
        .ok();
  }

  private void checkThatNothingIsLeftOfNotes(String failpoint) throws Exception {
    assertThat(shop.get("/admin/recovery").ok().path("open")).isEmpty();
    assertThat(tables()).as(failpoint).contains("orders").doesNotContain("notes");
    assertThat(
            shop.database()
                .rows(
                    """
                    SELECT c.relname FROM pg_class AS c
                    -- but for what commits read
                    WHERE c.relkind = 'r' AND c.relname LIKE 'notes\\_\\_%' AND c.relname NOT LIKE 'notes\\_\\_a%'
                    UNION ALL
                    SELECT p.proname FROM pg_proc AS p WHERE p.proname LIKE 'notes\\_\\_%'
                    UNION ALL
                    SELECT t.tgname FROM pg_trigger AS t WHERE t.tgrelid = 'notes'::regclass
                    """))
        .as(failpoint)
        .isEmpty();
    assertThat(shop.database().rows("SELECT note FROM notes WHERE id = 1"))
        .containsExactly("there before");
  }

  private List<String> tables() {
    List<String> names = new ArrayList<>();
    shop.get("/tables?ref=main")
        .ok()
        .path("tables")
        .forEach(table -> names.add(table.path("name").textValue()));
    return names;
  }

  /**
   * @param outcome of the recovery, null where nothing was left to recover
   */
  private void endsAt(String failpoint, Runnable operation, String outcome) throws Exception {
    // given
    server.stop();
    server.start(Map.of("EPOCH_FAILPOINTS", failpoint + "=halt"));
    step++;
    write();
    if (failpoint.startsWith("merge")) {
      commit();
    }
    List<String> heads = heads();
    int recoveriesBefore = recoveries().size();

    // when
    assertThatThrownBy(operation::run).as(failpoint).isInstanceOf(UncheckedIOException.class);
    assertThat(server.awaitEnd()).isEqualTo(137);
    server.start();

    // then
    List<JsonNode> recoveries = recoveries();
    assertThat(shop.get("/admin/recovery").ok().path("open")).isEmpty();
    if (outcome == null) {
      assertThat(recoveries).hasSize(recoveriesBefore);
    } else {
      assertThat(recoveries).hasSize(recoveriesBefore + 1);
      JsonNode recovery = recoveries.getLast();
      assertThat(recovery.path("outcome").textValue()).as(failpoint).isEqualTo(outcome);
      assertThat(recovery.path("actor").toString()).contains("epoch:recovery");
      assertThat(recovery.path("original_actor").toString()).doesNotContain("epoch:recovery");
    }
    if ("rolled_back".equals(outcome)) {
      assertThat(heads()).as(failpoint).isEqualTo(heads);
      operation.run();
    }
    checkThatItIsThereOnce(failpoint.startsWith("merge") ? "main" : "feature/x");
  }

  private void checkThatItIsThereOnce(String branch) throws Exception {
    assertThat(messages(branch).stream().filter(("step " + step)::equals)).hasSize(1);
    String query = "SELECT name FROM customers WHERE id = " + (100 + step);
    assertThat(shop.query(query, branch)).isEqualTo("[[\"step " + step + "\"]]");
    assertThat(shop.get("/status?branch=" + branch).ok().path("clean").booleanValue()).isTrue();
    if (branch.equals("main")) {
      assertThat(shop.database().rows(query)).containsExactly("step " + step);
    } else {
      assertThat(shop.database().rows(query)).isEmpty();
    }
  }

  private void write() throws Exception {
    try (Connection session = shop.database().connect()) {
      Database.execute(
          session,
          "SELECT epoch.use_branch('feature/x')",
          "INSERT INTO customers (id, name) VALUES (%d, 'step %d')".formatted(100 + step, step),
          "UPDATE orders SET state = 'step " + step + "' WHERE id = 1");
    }
  }

  private void commit() {
    shop.commit("feature/x", "step " + step);
  }

  private void merge() {
    shop.merge("feature/x", "main").ok();
  }

  private List<String> heads() {
    List<String> heads = new ArrayList<>();
    shop.get("/branches").ok().path("branches").forEach(branch -> heads.add(branch.toString()));
    return heads;
  }

  private List<String> messages(String branch) {
    List<String> messages = new ArrayList<>();
    shop.get("/commits?ref=" + branch)
        .ok()
        .path("commits")
        .forEach(commit -> messages.add(commit.path("message").textValue()));
    return messages;
  }

  private List<JsonNode> recoveries() {
    List<JsonNode> recoveries = new ArrayList<>();
    shop.get("/admin/recovery").ok().path("recoveries").forEach(recoveries::add);
    return recoveries;
  }
}
