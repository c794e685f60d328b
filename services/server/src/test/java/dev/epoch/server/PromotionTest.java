package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.startsWith;

import dev.epoch.promoter.Decision;
import dev.epoch.promoter.Decision.Outcome;
import dev.epoch.promoter.PromotionFile;
import dev.epoch.promoter.Promotions;
import dev.epoch.promoter.Reconciler;
import dev.epoch.promoter.RestApi;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example of docs/promotion: development, staging, production over three branches. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
@Timeout(120)
class PromotionTest {
  @TempDir Path folder;
  private final MovedClock clock = new MovedClock();
  private Api api;
  private PromotionFile file;
  private String users;

  /** Time passes when a test says so. */
  private static final class MovedClock extends Clock {
    private volatile Instant now = Instant.now();

    void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @BeforeEach
  void threeBranches() throws IOException {
    api = Api.inNewRepository("promotion");
    users =
        api.register("users", "CREATE TABLE %s (id int PRIMARY KEY)", "INSERT INTO %s VALUES (1)");
    api.register(
        "orders",
        "CREATE TABLE %s (id int PRIMARY KEY, user_id int, total numeric)",
        "INSERT INTO %s VALUES (1, 1, 10)");
    api.commit("main", "import");
    api.post("/branches", "{\"name\": \"staging\", \"checkout\": false}").statusCode(201);
    api.post("/branches", "{\"name\": \"development\", \"checkout\": false}").statusCode(201);
    file = example("");
  }

  /** The example as it is printed, without its freezes, which are about days of the test. */
  private PromotionFile example(String more) throws IOException {
    String text = Files.readString(Path.of("../../docs/promotion/promotion.yaml"));
    Path copy =
        Files.writeString(
            folder.resolve("promotion.yaml"),
            text.substring(0, text.indexOf("    freeze:"))
                    .replace("repository: shop", "repository: " + api.repository())
                + more);
    return PromotionFile.read(copy).getFirst();
  }

  private RestApi.Settings settings(String actor) {
    return new RestApi.Settings(
        "http://localhost:" + RestAssured.port + "/api/v1",
        null,
        actor,
        null,
        Duration.ofSeconds(30));
  }

  private Promotions as(String actor) {
    return new Promotions(new RestApi(settings(actor), api.repository()), clock);
  }

  private Map<String, Decision> apply() {
    return as("bot").apply(file, List.of(), false).stream()
        .collect(Collectors.toMap(decision -> decision.environment().name(), one -> one));
  }

  private String order(int id, Integer user, String total) {
    api.post(
            "/tables/orders/records?branch=development",
            "{\"upsert\": [{\"id\": %d, \"user_id\": %s, \"total\": %s}]}"
                .formatted(id, user, total))
        .statusCode(200);
    return api.commit("development", "order " + id);
  }

  private String head(String branch) {
    return api.get("/branches/" + branch).extract().path("head_commit_id");
  }

  private String decided(String commit, String environment) {
    return api.get("/commits/" + commit + "/statuses?context=epoch/promotion/" + environment)
        .extract()
        .path("statuses[0].description");
  }

  private List<Integer> orders(String branch) {
    return api.get("/tables/orders/records?ref=" + branch).extract().path("records.id");
  }

  @Test
  void fromDevelopmentToProductionAndBack() {
    // given: nothing to do
    assertThat(apply().values()).extracting(Decision::outcome).containsOnly(Outcome.UP_TO_DATE);

    // when a check fails, then staging is held, and says so once
    String wrong = order(2, 99, "5");
    Decision held = apply().get("staging");
    assertThat(held.outcome()).isEqualTo(Outcome.HELD);
    assertThat(held.reasons()).containsExactly("check 'no orphan orders' finds id=2");
    apply();
    api.get("/commits/" + wrong + "/statuses?context=epoch/promotion/staging&all=true")
        .body("statuses", hasSize(1))
        .body("statuses[0].state", equalTo("pending"))
        .body("statuses[0].description", startsWith("held: check 'no orphan orders'"));
    assertThat(orders("staging")).containsExactly(1);

    // when it is right, then it goes to staging, and soaks before production
    String right = order(2, 1, "5");
    List<Decision> plan = as("bot").plan(file);
    assertThat(plan.get(1).outcome()).isEqualTo(Outcome.READY);
    assertThat(orders("staging")).containsExactly(1);
    Map<String, Decision> applied = apply();
    assertThat(applied.get("staging").outcome()).isEqualTo(Outcome.PROMOTED);
    assertThat(applied.get("production").reasons())
        .hasSize(2)
        .anyMatch(reason -> reason.startsWith("soaks until "))
        .contains("waits for approval: 0 of 1");
    assertThat(decided(right, "staging")).startsWith("promoted to staging as ");
    assertThat(orders("staging")).containsExactly(1, 2);

    // when it has soaked and was approved, then it goes to production, once
    clock.pass(Duration.ofMinutes(31));
    assertThat(apply().get("production").reasons()).containsExactly("waits for approval: 0 of 1");
    assertThat(as("Ann").approve(file, "production", null, false, "looks right"))
        .isEqualTo(head("staging"));
    assertThat(apply().get("production").outcome()).isEqualTo(Outcome.PROMOTED);
    String production = head("main");
    assertThat(apply().values()).extracting(Decision::outcome).containsOnly(Outcome.UP_TO_DATE);
    assertThat(head("main")).isEqualTo(production);
    assertThat(orders("main")).containsExactly(1, 2);

    // when there is another commit, then the approval is not for it
    order(3, 1, "7");
    apply();
    clock.pass(Duration.ofMinutes(31));
    assertThat(apply().get("production").reasons()).containsExactly("waits for approval: 0 of 1");
    assertThat(orders("main")).containsExactly(1, 2);

    // when production is rolled back, then it is as it was, and stays so
    Promotions.RolledBack back = as("Ann").rollback(file, "production", "order 2 was a mistake");
    assertThat(back.head()).isEqualTo(head("main")).isNotEqualTo(production);
    assertThat(orders("main")).containsExactly(1);
    assertThat(decided(back.promoted(), "production"))
        .isEqualTo("rolled back: order 2 was a mistake");
    apply();
    assertThat(orders("main")).containsExactly(1);
  }

  @Test
  void aPromotionThatTheServerRefusesIsNotRepeatedAtOnce() {
    // given
    api.post(
            "/checks",
            "{\"name\": \"small\", \"sql\": \"SELECT id FROM orders WHERE total > 100\", \"on\": [\"promotion\"]}")
        .statusCode(201);
    String commit = order(2, 1, "500");

    // when
    Decision refused = apply().get("staging");

    // then
    assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(decided(commit, "staging")).startsWith("refused: Check 'small' fails");
    assertThat(apply().get("staging").outcome()).isEqualTo(Outcome.HELD);
    api.get("/commits/" + commit + "/statuses?context=epoch/promotion/staging&all=true")
        .body("statuses", hasSize(2));

    // when
    api.delete("/checks/small").statusCode(204);

    // then
    assertThat(as("Ann").apply(file, List.of("staging"), true).getFirst().outcome())
        .isEqualTo(Outcome.PROMOTED);
    assertThat(orders("staging")).containsExactly(1, 2);
  }

  /** A column and the rows that need it are one commit, and arrive together or not at all. */
  @Test
  void referenceDataGoesWithItsSchemaChange() throws IOException {
    // given
    PromotionFile careful = hazards("none");
    DatabasesForTests.shop(
        "ALTER TABLE %s ADD COLUMN country text".formatted(users),
        "UPDATE %s SET country = 'NO'".formatted(users));
    String commit = api.commit("main", "countries");

    // when what has no hazard is promoted
    assertThat(decision(careful).reasons()).isEmpty();
    assertThat(apply(careful).outcome()).isEqualTo(Outcome.PROMOTED);

    // then both are there
    assertThat(head("staging")).isEqualTo(commit);
    api.get("/tables/users/records?ref=staging").body("records[0].country", equalTo("NO"));

    // when the next one takes something away
    api.post(
            "/schema/exec",
            "{\"sql\": \"ALTER TABLE %s DROP COLUMN country\", \"force\": true}".formatted(users))
        .statusCode(200)
        .body("state", equalTo("done"));
    api.commit("main", "no countries");
    Decision held = apply(careful);

    // then it is held, with the hazard, until the file allows it
    assertThat(held.outcome()).isEqualTo(Outcome.HELD);
    assertThat(held.reasons())
        .singleElement()
        .asString()
        .startsWith("schema hazard, none allowed: ")
        .contains("country");
    assertThat(held.facts().hazards().all()).anyMatch(one -> one.kind().equals("data_loss"));
    api.get("/tables/users/records?ref=staging").body("records[0].country", equalTo("NO"));
    assertThat(apply(hazards("critical")).outcome()).isEqualTo(Outcome.PROMOTED);
  }

  private PromotionFile hazards(String allowed) throws IOException {
    Path copy =
        Files.writeString(
            folder.resolve("hazards-" + allowed + ".yaml"),
            """
            repository: %s
            environments:
              - {name: live, branch: main}
              - {name: staging, from: live, schema_hazards: %s}
            """
                .formatted(api.repository(), allowed));
    return PromotionFile.read(copy).getFirst();
  }

  private Decision decision(PromotionFile of) {
    return as("bot").plan(of).get(1);
  }

  private Decision apply(PromotionFile of) {
    return as("bot").apply(of, List.of(), false).get(1);
  }

  @Test
  void aReviewOfTheSourceIsAnApproval() {
    // given
    String commit = order(2, 1, "5");
    apply();
    clock.pass(Duration.ofMinutes(31));
    assertThat(apply().get("production").reasons()).containsExactly("waits for approval: 0 of 1");

    // when somebody rejects it, and then approves
    Api ann = api.as("ann");
    ann.post(
            "/branches/staging/reviews",
            "{\"commit\": \"%s\", \"verdict\": \"reject\"}".formatted(head("staging")))
        .statusCode(201);
    assertThat(apply().get("production").reasons())
        .containsExactly("rejected by Jane Developer", "waits for approval: 0 of 1");
    ann.post("/branches/staging/reviews", "{\"verdict\": \"approve\"}").statusCode(201);

    // then it goes to production, and what comes later is not approved
    assertThat(apply().get("production").outcome()).isEqualTo(Outcome.PROMOTED);
    assertThat(head("main")).isEqualTo(commit);
    order(3, 1, "5");
    apply();
    clock.pass(Duration.ofMinutes(31));
    assertThat(apply().get("production").reasons()).containsExactly("waits for approval: 0 of 1");
  }

  @Test
  void theBotFollowsEvents() throws Exception {
    List<String> told = new CopyOnWriteArrayList<>();
    try (Reconciler bot =
        new Reconciler(folder, settings("bot"), clock, Duration.ofHours(1), () -> {}, told::add)) {
      // given
      bot.reconcile();
      Thread work =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  bot.run();
                } catch (InterruptedException ended) {
                  Thread.currentThread().interrupt();
                }
              });

      // when
      String commit = order(2, 1, "5");

      // then
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (!head("staging").equals(commit) && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      assertThat(orders("staging")).containsExactly(1, 2);
      bot.close();
      assertThat(work.join(Duration.ofSeconds(20))).isTrue();
      assertThat(told).anyMatch(line -> line.contains(" staging: promoted "));
    }
  }
}
