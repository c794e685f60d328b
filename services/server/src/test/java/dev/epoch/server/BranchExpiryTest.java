package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.branch.BranchExpiryKeeper;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Branches that expire are deleted by the server, and nothing that is nowhere else with them. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class BranchExpiryTest {
  private static final Duration GRACE = Duration.ofHours(1);

  @Inject VersioningServer server;
  private Api api;

  @BeforeEach
  void aRepository() {
    api = Api.inNewRepository("expiry");
    api.register(
        "users",
        "CREATE TABLE %s (id int PRIMARY KEY, name text)",
        "INSERT INTO %s VALUES (1, 'Ann')");
    api.commit("main", "import");
  }

  private void branch(String name, String more) {
    api.post("/branches", "{\"name\": \"" + name + "\", \"checkout\": false" + more + "}")
        .statusCode(201);
  }

  private void write(String branch) {
    api.post(
            "/tables/users/records?branch=" + branch,
            "{\"upsert\": [{\"id\": 1, \"name\": \"" + branch + "\"}]}")
        .statusCode(200);
  }

  /** What the server does so much later. */
  private void lookAfter(Duration time) {
    Clock later = Clock.fixed(Instant.now().plus(time), ZoneOffset.UTC);
    try (BranchExpiryKeeper keeper = new BranchExpiryKeeper(server, later, GRACE)) {
      keeper.look();
    }
  }

  private List<String> branches() {
    return api.get("/branches").extract().path("branches.name");
  }

  @Test
  void whatHasExpiredGoesAfterItsGrace() {
    // given
    branch("preview", ", \"ttl\": \"2h\"");
    branch("stays", "");
    api.get("/branches/preview")
        .body("expiry.at", notNullValue())
        .body("expiry.work", equalTo(false))
        .body("expiry.held", nullValue());
    api.get("/branches/stays").body("expiry", nullValue());

    // when, then
    lookAfter(Duration.ofMinutes(179));
    assertThat(branches()).contains("preview");
    lookAfter(Duration.ofMinutes(181));
    assertThat(branches()).containsExactlyInAnyOrder("main", "stays");
    api.get("/events?type=branch-deleted")
        .body("events[-1].actor.id", equalTo("epoch:expiry"))
        .body("events[-1].branch", equalTo("preview"));
  }

  @Test
  void moreTimeCanBeGivenAndTakenBack() {
    branch("preview", ", \"ttl\": \"PT2H\"");

    api.patch("/branches/preview", "{\"ttl\": \"7d\"}").body("expiry.at", notNullValue());
    lookAfter(Duration.ofDays(3));
    assertThat(branches()).contains("preview");
    api.patch("/branches/preview", "{\"ttl\": \"\"}").body("expiry", nullValue());
    lookAfter(Duration.ofDays(30));
    assertThat(branches()).contains("preview");
  }

  @Test
  void workThatIsNowhereElseStaysUnlessItWasSaid() {
    // given
    for (String[] made :
        new String[][] {
          {"committed", ""}, {"written", ""}, {"thrown", ", \"expire_work\": true"}
        }) {
      branch(made[0], ", \"ttl\": \"1h\"" + made[1]);
      write(made[0]);
    }
    api.commit("committed", "work");
    api.commit("thrown", "work");

    // when
    lookAfter(Duration.ofDays(1));

    // then
    assertThat(branches()).containsExactlyInAnyOrder("main", "committed", "written");

    // when its work is somewhere else
    api.post("/branches/merge", "{\"source\": \"committed\", \"target\": \"main\"}")
        .statusCode(200);
    lookAfter(Duration.ofDays(1));
    assertThat(branches()).containsExactlyInAnyOrder("main", "written");
  }

  @Test
  void protectedBranchesStay() {
    branch("release", ", \"ttl\": \"1h\", \"expire_work\": true");
    api.patch("/branches/rel*", "{\"protection\": {\"no_force_push\": true}}").statusCode(200);

    lookAfter(Duration.ofDays(1));

    assertThat(branches()).contains("release");
    api.patch("/branches/release", "{\"ttl\": \"1h\"}")
        .statusCode(403)
        .body("message", containsString("it is protected"));
    api.post("/branches", "{\"name\": \"relay\", \"ttl\": \"1h\"}").statusCode(403);
    api.patch("/branches/main", "{\"ttl\": \"1h\"}")
        .statusCode(422)
        .body("message", containsString("default branch"));
    assertThat(branches()).doesNotContain("relay");
  }

  @Test
  void timesThatAreNoneAreRefused() {
    for (String wrong : List.of("0d", "-1h", "tomorrow", "P-1D", "99999999999d")) {
      api.post("/branches", "{\"name\": \"x\", \"ttl\": \"" + wrong + "\"}").statusCode(422);
    }
    api.post("/branches", "{\"name\": \"x\", \"expire_work\": true}").statusCode(422);
    api.patch("/branches/main", "{\"ttl\": \"1h\", \"name\": \"x\"}").statusCode(422);
    assertThat(branches()).containsExactly("main");
  }
}
