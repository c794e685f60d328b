package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server merges by itself what is allowed by then. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class MergeRequestsTest {
  private static final Duration LONGEST = Duration.ofSeconds(40);

  private Api api;

  @BeforeEach
  void aBranchWithACommit() {
    api = Api.inNewRepository("automerge");
    api.register(
        "users",
        "CREATE TABLE %s (id int PRIMARY KEY, name text)",
        "INSERT INTO %s VALUES (1, 'Ann'), (2, 'Bob')");
    api.commit("main", "import");
    api.post("/branches", "{\"name\": \"feature\", \"checkout\": false}").statusCode(201);
    write("feature", 1, "Anna");
    api.commit("feature", "rename");
  }

  private void write(String branch, int id, String name) {
    api.post(
            "/tables/users/records?branch=" + branch,
            "{\"upsert\": [{\"id\": %d, \"name\": \"%s\"}]}".formatted(id, name))
        .statusCode(200);
  }

  private void protect(String how) {
    api.patch("/branches/main", "{\"protection\": " + how + "}").statusCode(200);
  }

  private String request() {
    return api.post(
            "/merge-requests",
            "{\"source\": \"feature\", \"target\": \"main\", \"message\": \"Go live\"}")
        .statusCode(202)
        .body("status", equalTo("requested"))
        .extract()
        .path("commit_id");
  }

  private void await(BooleanSupplier reached) {
    Instant deadline = Instant.now().plus(LONGEST);
    while (!reached.getAsBoolean()) {
      assertThat(Instant.now()).isBefore(deadline);
      LockSupport.parkNanos(50_000_000);
    }
  }

  private boolean waits() {
    return !api.get("/merge-requests").extract().<java.util.List<?>>path("requests").isEmpty();
  }

  private String head(String branch) {
    return api.get("/branches/" + branch).extract().path("head_commit_id");
  }

  @Test
  void whatIsAllowedIsMergedAtOnce() {
    String commit = request();

    await(() -> !waits());

    assertThat(head("main")).isEqualTo(commit);
  }

  @Test
  void anApprovalIsWaitedForAndTheMergeIsTheRequesters() {
    // given
    protect("{\"require_review\": true}");
    String before = head("main");
    request();
    api.get("/merge-requests")
        .body("requests[0].source", equalTo("feature"))
        .body("requests[0].target", equalTo("main"))
        .body("requests[0].actor.id", equalTo("jane"))
        .body("requests[0].waits_for", containsString("0 of 1 approval"));
    assertThat(head("main")).isEqualTo(before);

    // when
    api.as("rob").post("/branches/feature/reviews", "{\"verdict\": \"approve\"}").statusCode(201);

    // then
    await(() -> !waits());
    assertThat(head("main")).isEqualTo(head("feature"));
    api.get("/events?type=merge-request-closed")
        .body("events[-1].data.reason", equalTo("merged"))
        .body("events[-1].actor.id", equalTo("epoch:auto-merge"));
  }

  @Test
  void whatCameOntoTheSourceLaterIsNotMerged() {
    protect("{\"require_review\": true}");
    String before = head("main");
    request();
    write("feature", 2, "Rob");
    api.commit("feature", "more");

    await(() -> !waits());

    assertThat(head("main")).isEqualTo(before);
    api.get("/events?type=merge-request-closed").body("events[-1].data.reason", equalTo("moved"));
  }

  @Test
  void conflictsAreToldAndNothingIsLeftOpen() {
    // given
    write("main", 1, "Annette");
    api.commit("main", "rename otherwise");
    String before = head("main");
    request();

    // when, then
    await(() ->
        api.get("/merge-requests")
            .extract()
            .<String>path("requests[0].waits_for")
            .contains("onflict"));
    api.get("/status?branch=main").body("merge", equalTo(null));
    assertThat(head("main")).isEqualTo(before);

    // when it is tried again because the target moved, on what the source has by then
    api.post(
            "/branches/merge",
            "{\"source\": \"main\", \"target\": \"feature\", \"strategy\": \"OURS\"}")
        .statusCode(200);
    await(() -> !waits());
    request();
    await(() -> !waits());
    assertThat(head("main")).isEqualTo(head("feature"));
  }

  @Test
  void requestsAreWithdrawnAndGoWithTheirBranches() {
    protect("{\"require_review\": true}");
    request();
    api.delete("/merge-requests?target=main&source=feature").statusCode(204);
    api.get("/merge-requests").body("requests", empty());
    api.delete("/merge-requests?target=main&source=feature").statusCode(422);

    request();
    api.delete("/branches/feature?force=true").statusCode(204);
    api.get("/merge-requests").body("requests", empty());
  }

  @Test
  void whatIsNoMergeIsRefused() {
    api.post("/merge-requests", "{\"source\": \"main\", \"target\": \"feature\"}")
        .statusCode(422)
        .body("message", containsString("has all commits"));
    api.post("/merge-requests", "{\"source\": \"gone\", \"target\": \"main\"}").statusCode(404);
    api.post("/merge-requests", "{\"target\": \"main\"}").statusCode(422);
    protect("{\"mergers\": [\"rob\"]}");
    api.post("/merge-requests", "{\"source\": \"feature\", \"target\": \"main\"}").statusCode(403);
  }
}
