package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Protected branches, reviews and promotion paths. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class ProtectionTest {
  private static final String REVIEW = "{\"require_review\": true, \"no_force_push\": true}";

  private Api api;
  private String table;

  /** {@code prod} is two commits, the last of them a merge of topic; dev has one more. */
  @BeforeEach
  void branches() {
    api = Api.inNewRepository("protected");
    table =
        api.register(
            "users",
            "CREATE TABLE %s (id int PRIMARY KEY, name text)",
            "INSERT INTO %s VALUES (1, 'a'), (2, 'b')");
    api.commit("main", "base");
    branch("prod", "main");
    branch("topic", "main");
    write("topic", 1, "topic");
    api.commit("topic", "topic");
    write("prod", 2, "prod");
    api.commit("prod", "own");
    merge("topic", "prod").statusCode(200);
    branch("dev", "prod");
    write("dev", 1, "dev");
    api.commit("dev", "dev");
  }

  /**
   * Every operation that moves a head, takes it away or prepares that, on a protected branch: none
   * gets round the protection, and nothing of it happens.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        REVIEW,
        "{\"committers\": [], \"mergers\": [\"nobody\"], \"no_force_push\": true}"
      })
  void noOperationGoesRoundAProtection(String protection) {
    // given: a stash, and a merge that waits on another branch of such a name
    write("prod", 2, "stashed");
    api.post("/stashes", "{\"branch\": \"prod\"}").statusCode(201);
    branch("prod-2", "prod");
    api.post(
            "/branches/merge", "{\"source\": \"dev\", \"target\": \"prod-2\", \"no_commit\": true}")
        .statusCode(200);
    String diff =
        api.request()
            .accept("application/x-ndjson")
            .get("/diff/users?base=prod&target=dev")
            .asString();
    protect("prod*", protection).statusCode(200);
    Map<String, Object> before = stateOf("prod");

    Map<String, Supplier<Answer>> operations = new LinkedHashMap<>();
    operations.put("write records", () -> record("prod", 2, "x"));
    operations.put(
        "write lines",
        () ->
            api.post(
                "/tables/users/records?branch=prod",
                "application/x-ndjson",
                "{\"op\": \"upsert\", \"record\": {\"id\": 3, \"name\": \"x\"}}"));
    operations.put(
        "import", () -> api.post("/import/users?branch=prod", "text/csv", "id,name\n3,x\n"));
    operations.put(
        "apply", () -> api.post("/apply?branch=prod&table=users", "application/x-ndjson", diff));
    operations.put("stash apply", () -> on("prod", "/stashes/0/apply"));
    operations.put("stash pop", () -> on("prod", "/stashes/0/pop"));
    operations.put("merge", () -> merge("dev", "prod"));
    for (String more :
        List.of(
            "\"no_commit\": true",
            "\"strategy\": \"FAST_FORWARD\"",
            "\"strategy\": \"THEIRS\"",
            "\"fail_on_conflict\": true")) {
      operations.put(
          "merge with " + more,
          () ->
              api.post(
                  "/branches/merge", "{\"source\": \"dev\", \"target\": \"prod\", " + more + "}"));
    }
    operations.put("merge continue", () -> on("prod-2", "/branches/merge/continue"));
    operations.put("revert", () -> api.post("/branches/prod/revert", "{\"commit\": \"prod~1\"}"));
    operations.put(
        "revert several",
        () -> api.post("/branches/prod/revert", "{\"commits\": [\"prod\", \"prod~1\"]}"));
    operations.put(
        "cherry-pick", () -> api.post("/branches/prod/cherry-pick", "{\"commit\": \"dev\"}"));
    operations.put(
        "cherry-pick without commit",
        () -> api.post("/branches/prod/cherry-pick", "{\"commit\": \"dev\", \"no_commit\": true}"));
    operations.put(
        "cherry-pick several",
        () -> api.post("/branches/prod/cherry-pick", "{\"commits\": [\"dev\", \"topic\"]}"));
    operations.put("rebase", () -> api.post("/branches/prod/rebase", "{\"onto\": \"topic\"}"));
    operations.put("reset hard", () -> reset("prod", "hard"));
    operations.put("reset soft", () -> reset("prod", "soft"));
    operations.put("rename", () -> api.patch("/branches/prod", "{\"name\": \"free\"}"));
    operations.put("delete", () -> api.delete("/branches/prod"));
    operations.put("delete by force", () -> api.delete("/branches/prod?force=true"));

    // then
    operations.forEach((name, operation) -> {
      int status = operation.get().extract().statusCode();
      assertThat(status).as(name).isEqualTo(403);
      assertThat(stateOf("prod")).as(name).isEqualTo(before);
    });
    on("prod-2", "/branches/merge/abort").statusCode(200);
    api.get("/branches/prod").body("is_protected", equalTo(true));
    api.get("/branches/dev").body("is_protected", equalTo(false));

    // when it is protected no more
    protect("prod*", "null").statusCode(200);
    merge("dev", "prod").statusCode(200);
  }

  /** What a session of the database has done on a protected branch is not committed, nor lost. */
  @Test
  void whatIsUncommittedStays() {
    write("prod", 2, "uncommitted");
    protect("prod", "{\"committers\": []}").statusCode(200);

    api.post("/commits", "{\"message\": \"no\", \"branch\": \"prod\"}")
        .statusCode(403)
        .body("error", equalTo("BranchProtectedError"))
        .body(
            "message", equalTo("Cannot commit to 'prod': the branch is protected, it takes merges"))
        .body("details.remedy", equalTo("Commit to another branch, and merge that"));
    api.post("/stashes", "{\"branch\": \"prod\"}").statusCode(403);
    reset("prod", "hard").statusCode(403);
    api.get("/status?branch=prod").body("clean", equalTo(false));
  }

  @Test
  void committersAndMergersAreNamed() {
    protect("prod", "{\"committers\": [\"rob\"], \"mergers\": [\"release@example.com\", \"rob\"]}")
        .statusCode(200);
    record("prod", 2, "x").statusCode(403).body("details.allowed", equalTo(List.of("rob")));
    merge("dev", "prod").statusCode(403).body("message", containsString("not everybody may"));

    Api rob = api.as("rob");
    rob.post("/branches/merge", "{\"source\": \"dev\", \"target\": \"prod\"}").statusCode(200);
    rob.post("/branches/prod/revert", "{\"commit\": \"prod\"}").statusCode(200);
  }

  @Test
  void aMergeNeedsApprovalOfItsCommit() {
    protect("prod", "{\"require_review\": true, \"approvals\": 2}").statusCode(200);
    merge("dev", "prod")
        .statusCode(403)
        .body("error", equalTo("BranchProtectedError"))
        .body("message", containsString("0 of 2 approval(s)"))
        .body("details.approvals_needed", equalTo(2));

    // when
    review(api, "dev", "approve").statusCode(422).body("message", startsWith("Whoever wrote"));
    review(api.as("rob"), "dev", "approve").statusCode(201).body("approvals", equalTo(1));
    review(api.as("rob"), "dev", "approve").body("approvals", equalTo(1));
    merge("dev", "prod").statusCode(403).body("message", containsString("1 of 2"));
    review(api.as("eve"), "dev", "approve").statusCode(201).body("approvals", equalTo(2));
    review(api.as("max"), "dev", "reject").statusCode(201);
    merge("dev", "prod").statusCode(403).body("message", containsString("max rejected"));
    review(api.as("max"), "dev", "approve").statusCode(201);

    // when the head moves, they count no more
    write("dev", 1, "later");
    api.commit("dev", "later");
    merge("dev", "prod").statusCode(403).body("details.approvals", equalTo(0));
    api.get("/branches/dev/reviews")
        .body("approvals", equalTo(0))
        .body("reviews", hasSize(3))
        .body("reviews.current", equalTo(List.of(false, false, false)));
    api.post("/branches/dev/reviews", "{\"verdict\": \"approve\", \"commit\": \"dev~1\"}")
        .statusCode(409)
        .body("error", equalTo("HeadMovedError"));
    // but what was approved may be merged, and stale ones count where that is said
    merge("dev~1", "prod").statusCode(200);
    protect("prod", "{\"require_review\": true, \"approvals\": 2, \"dismiss_stale\": false}");
    merge("dev", "prod").statusCode(200);

    // and the head may be taken back at once
    api.post("/branches/prod/revert", "{\"commit\": \"prod\"}").statusCode(200);
    api.get("/tables/users/records/1?ref=prod").body("name", equalTo("dev"));
  }

  @Test
  void liveChangesAreCommittedByEpoch() {
    protect("main", REVIEW).statusCode(200);
    DatabasesForTests.shop("UPDATE " + table + " SET name = 'live' WHERE id = 2");
    api.post("/commits", "{\"message\": \"no\", \"branch\": \"main\"}").statusCode(403);
    record("main", 2, "x").statusCode(403);
    api.patch(
            "/repositories/" + api.repository(),
            "{\"live_commits\": {\"policy\": \"changes\", \"every\": 1}}")
        .statusCode(200);

    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!"Live changes".equals(api.get("/commits?limit=1").extract().path("commits[0].message"))
        && System.nanoTime() < end) {
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    api.get("/tables/users/records/2?ref=main").body("name", equalTo("live"));

    // and before a merge that was approved
    api.patch("/repositories/" + api.repository(), "{\"live_commits\": {\"policy\": \"off\"}}");
    DatabasesForTests.shop("UPDATE " + table + " SET name = 'again' WHERE id = 2");
    review(api.as("rob"), "topic", "approve").statusCode(201);
    merge("topic", "main").statusCode(200);
    api.get("/tables/users/records/2?ref=main").body("name", equalTo("again"));
  }

  @Test
  void mergesGoByThePromotionPaths() {
    branching(
            """
            {"strategy": "environment", "promotion": {
              "paths": [{"source": "dev", "target": "staging"}, {"source": "staging", "target": "prod"}],
              "require_approval": true}}
            """)
        .statusCode(200)
        .body("branching.promotion.conflict_strategy", equalTo("fail"))
        .body("branching.promotion.auto_merge", equalTo(true));
    branch("staging", "prod");
    merge("dev", "prod")
        .statusCode(403)
        .body("error", equalTo("PromotionPathError"))
        .body("details.path", equalTo("dev -> staging -> prod"))
        .body("details.remedy", equalTo("Merge it into staging first"));
    branch("staging-copy", "dev");
    merge("staging-copy", "prod").statusCode(403);

    // when it goes the way
    merge("dev", "staging").statusCode(403).body("message", containsString("0 of 1"));
    review(api.as("rob"), "dev", "approve").statusCode(201);
    branch("release/1", "dev");
    merge("release/1", "staging").statusCode(200);
    review(api.as("rob"), "staging", "approve").statusCode(201);
    merge("staging", "prod").statusCode(200);
    // back it may go freely
    merge("prod", "topic").statusCode(200);
  }

  @Test
  void promotionsFailOnConflictsAndWaitWhereThatIsSaid() {
    write("prod", 1, "other");
    api.commit("prod", "in the way");
    String promotion =
        "{\"promotion\": {\"paths\": [{\"source\": \"dev\", \"target\": \"prod\"}]%s}}";
    branching(promotion.formatted("")).statusCode(200);
    merge("dev", "prod").statusCode(409).body("details.open", equalTo(false));
    api.get("/branches/prod").body("merge_in_progress", equalTo(false));

    branching(promotion.formatted(", \"auto_merge\": false, \"conflict_strategy\": \"theirs\""))
        .statusCode(200);
    merge("dev", "prod").statusCode(200);
    api.get("/branches/prod").body("merge_in_progress", equalTo(true));
    on("prod", "/branches/merge/continue").statusCode(200);
    api.get("/tables/users/records/1?ref=prod").body("name", equalTo("dev"));

    // and a branch may have its own
    write("topic", 1, "topic again");
    api.commit("topic", "topic again");
    protect("topic", "{\"conflict_strategy\": \"ours\"}").statusCode(200);
    merge("prod", "topic").statusCode(200);
    api.get("/tables/users/records/1?ref=topic").body("name", equalTo("topic again"));
  }

  @Test
  void strategiesHavePathsOfTheirOwn() {
    branch("feature/x", "dev");
    branch("develop", "prod");
    branching("{\"strategy\": \"gitflow\"}").statusCode(200);
    merge("feature/x", "main").statusCode(403);
    merge("feature/x", "develop").statusCode(200);
    merge("develop", "main")
        .statusCode(403)
        .body("message", containsString("release/* or hotfix/* -> main"));
    branch("release/1", "develop");
    merge("develop", "main").statusCode(200);

    branching("{\"strategy\": \"trunk\"}").statusCode(200);
    branch("feature/y", "topic");
    write("feature/y", 3, "y");
    api.commit("feature/y", "y");
    merge("feature/y", "topic").statusCode(403);
    merge("feature/y", "main").statusCode(200);
    merge("main", "topic").statusCode(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "{\"require_reviews\": true}",
        "{\"require_review\": \"yes\"}",
        "{\"approvals\": -1}",
        "{\"require_review\": true, \"approvals\": 0}",
        "{\"require_review\": false, \"approvals\": 1}",
        "{\"mergers\": \"rob\"}",
        "{\"committers\": [1]}",
        "{\"conflict_strategy\": \"best\"}"
      })
  void whatIsNoProtectionIsRefused(String protection) {
    protect("prod", protection).statusCode(422).body("error", equalTo("ValidationError"));
    api.get("/protections").body("protections", hasSize(0));
  }

  @Test
  void protectionsAreListedAndEnd() {
    protect("release/*", REVIEW).statusCode(200).body("is_protected", equalTo(true));
    protect("*", "{\"approvals\": 3, \"mergers\": [\"a\", \"b\"]}").statusCode(200);
    api.get("/protections")
        .body("protections.pattern", equalTo(List.of("*", "release/*")))
        .body("protections[0].require_review", equalTo(true))
        .body("protections[0].approvals", equalTo(3))
        .body("protections[1].approvals", equalTo(1));
    protect("*", "{}").statusCode(200);
    protect("*", "null").statusCode(404);
    api.get("/branches").body("branches.findAll { it.is_protected }", hasSize(0));
    branch("release/1", "dev");
    api.get("/branches").body("branches.findAll { it.is_protected }", hasSize(1));
  }

  private Map<String, Object> stateOf(String branch) {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("head", api.get("/branches/" + branch).extract().path("head_commit_id"));
    state.put("clean", api.get("/status?branch=" + branch).extract().path("clean"));
    return state;
  }

  private void branch(String name, String from) {
    api.post(
            "/branches",
            "{\"name\": \"%s\", \"start_point\": \"%s\", \"checkout\": false}"
                .formatted(name, from))
        .statusCode(201);
  }

  private void write(String branch, int id, String name) {
    record(branch, id, name).statusCode(200);
  }

  private Answer record(String branch, int id, String name) {
    return api.post(
        "/tables/users/records?branch=" + Api.encoded(branch),
        "{\"upsert\": [{\"id\": %d, \"name\": \"%s\"}]}".formatted(id, name));
  }

  private Answer merge(String source, String target) {
    return api.post(
        "/branches/merge", "{\"source\": \"%s\", \"target\": \"%s\"}".formatted(source, target));
  }

  private Answer on(String branch, String path) {
    return api.post(path, "{\"branch\": \"" + branch + "\"}");
  }

  private Answer reset(String branch, String mode) {
    return api.post(
        "/branches/" + branch + "/reset", "{\"target\": \"topic\", \"mode\": \"" + mode + "\"}");
  }

  private Answer protect(String pattern, String protection) {
    return api.patch("/branches/" + Api.encoded(pattern), "{\"protection\": " + protection + "}");
  }

  private Answer branching(String branching) {
    return api.patch("/repositories/" + api.repository(), "{\"branching\": " + branching + "}");
  }

  private static Answer review(Api who, String branch, String verdict) {
    return who.post(
        "/branches/" + Api.encoded(branch) + "/reviews", "{\"verdict\": \"" + verdict + "\"}");
  }
}
