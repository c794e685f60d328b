package dev.epoch.server;

import static org.hamcrest.Matchers.aMapWithSize;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules that settle conflicts, of repositories and of single merges. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class ConflictRulesTest {
  private static final String RULES =
      """
      {"conflict": {
        "table_rules": {
          "users": {"strategy": "last_write_wins", "timestamp_field": "seen"},
          "log": {"strategy": "append_only"}},
        "field_rules": {
          "users.email": {"strategy": "source_wins"},
          "users.nick": {"strategy": "target_wins"},
          "users.logins": {"strategy": "sum"},
          "users.best": {"strategy": "max"},
          "users.worst": {"strategy": "min"},
          "users.notes": {"strategy": "append_only"},
          "users.whole": {"strategy": "target_wins", "json": "whole"},
          "users.status": {"strategy": "manual"}}}}
      """;

  private Api api;

  /** Both sides change every field of one row, and a row of the log. */
  @BeforeEach
  void divergedBranches() {
    api = Api.inNewRepository("rules");
    api.register(
        "users",
        """
        CREATE TABLE %s (id int PRIMARY KEY, seen timestamp, city text, email text, nick text,
          logins int, best int, worst int, notes text, keyed jsonb, whole jsonb, status text)
        """,
        """
        INSERT INTO %s VALUES (1, '2024-01-01', 'Ulm', 'a@x', 'al', 10, 5, 5, 'n', '{"a": 1, "b": 1}',
          '{"a": 1, "b": 1}', 'new')
        """);
    api.register(
        "log",
        "CREATE TABLE %s (id int PRIMARY KEY, entry text)",
        "INSERT INTO %s VALUES (1, 'one')");
    api.commit("main", "base");
    api.post("/branches", "{\"name\": \"dev\", \"checkout\": false}").statusCode(201);
    write(
        "dev",
        """
        {"id": 1, "seen": "2024-05-01T00:00:00", "city": "Bonn", "email": "dev@x", "nick": "dev", "logins": 13,
         "best": 9, "worst": 3, "notes": "n dev", "keyed": {"a": 2, "b": 1}, "whole": {"a": 2, "b": 1}}
        """);
    record("log", "dev", "{\"id\": 1, \"entry\": \"dev\"}");
    api.commit("dev", "dev");
    write(
        "main",
        """
        {"id": 1, "seen": "2024-02-01T00:00:00", "city": "Jena", "email": "main@x", "nick": "main", "logins": 12,
         "best": 7, "worst": 4, "notes": "n main", "keyed": {"a": 1, "b": 2}, "whole": {"a": 1, "b": 2}}
        """);
    record("log", "main", "{\"id\": 1, \"entry\": \"main\"}");
    api.commit("main", "main");
  }

  @Test
  void everyRuleOfTheRepositoryIsObeyed() {
    // given
    settings(RULES)
        .statusCode(200)
        .body("conflict.default_strategy", equalTo("manual"))
        .body("conflict.table_rules.users.timestamp_field", equalTo("seen"))
        .body("conflict.field_rules.'users.logins'.strategy", equalTo("sum"))
        .body("conflict.field_rules", aMapWithSize(8));

    // when nothing is to happen yet
    merge("{\"source\": \"dev\", \"target\": \"main\", \"dry_run\": true}")
        .statusCode(200)
        .body("has_conflicts", equalTo(false))
        .body("ruled_count", equalTo(10))
        .body("ruled.findAll { it.table == 'log' }.field", contains("entry"))
        .body("ruled.find { it.field == 'logins' }.rule", equalTo("sum"))
        .body("ruled.find { it.field == 'logins' }.base", equalTo(10))
        .body("ruled.find { it.field == 'logins' }.ours", equalTo(12))
        .body("ruled.find { it.field == 'logins' }.theirs", equalTo(13))
        .body("ruled.find { it.field == 'logins' }.value", equalTo(15))
        .body("ruled.find { it.field == 'city' }.rule", equalTo("last_write_wins"))
        .body("ruled.find { it.field == 'city' }.taken", equalTo("theirs"))
        .body("ruled.find { it.field == 'city' }.key.id", equalTo(1));
    row("main").body("city", equalTo("Jena"));

    // when
    merge("{\"source\": \"dev\", \"target\": \"main\"}")
        .statusCode(200)
        .body("conflict_count", equalTo(0))
        .body("ruled_count", equalTo(10));

    // then
    row("main")
        .body("seen", containsString("2024-05-01"))
        .body("city", equalTo("Bonn"))
        .body("email", equalTo("dev@x"))
        .body("nick", equalTo("main"))
        .body("logins", equalTo(15))
        .body("best", equalTo(9))
        .body("worst", equalTo(3))
        .body("notes", equalTo("n main dev"))
        .body("keyed.a", equalTo(2))
        .body("keyed.b", equalTo(2))
        .body("whole.a", equalTo(1))
        .body("whole.b", equalTo(2))
        .body("status", equalTo("new"));
    api.get("/tables/log/records/1?ref=main").body("entry", equalTo("one"));
  }

  /** Shown where the table is, and changed as other rules are. */
  @Test
  void whatTheDatabaseRaisesWithEachUpdateHasTheRuleMax() {
    api.register(
        "orders",
        "CREATE TABLE %s (id int PRIMARY KEY, state text, credit int, updated_at timestamptz DEFAULT now())",
        "INSERT INTO %s VALUES (1, 'new', 10)");
    for (String path : new String[] {"/tables/orders", "/tables/orders?ref=main"}) {
      api.get(path).body("conflict_rules.updated_at.strategy", equalTo("max"));
    }
    api.get("/tables/users").body("containsKey('conflict_rules')", equalTo(false));

    // when a merge has conflicts, they name the rules that would settle them
    merge("{\"source\": \"dev\", \"target\": \"main\"}").statusCode(409);
    api.get("/conflicts?branch=main&table=users")
        .body("conflicts[0].fields.find { it.name == 'logins' }.rule.strategy", equalTo("sum"))
        .body("conflicts[0].fields.find { it.name == 'seen' }.rule.strategy", equalTo("max"))
        .body(
            "conflicts[0].fields.find { it.name == 'notes' }.rule.strategy", equalTo("append_only"))
        .body(
            "conflicts[0].fields.find { it.name == 'city' }.rule.strategy",
            equalTo("last_write_wins"))
        .body(
            "conflicts[0].fields.find { it.name == 'city' }.rule.timestamp_field", equalTo("seen"));

    // when somebody says otherwise
    settings("{\"conflict\": {}}").statusCode(200);
    api.get("/tables/orders").body("containsKey('conflict_rules')", equalTo(false));
  }

  @Test
  void whatNoRuleSettlesWaitsForSomebody() {
    settings(RULES.replace("\"source_wins\"", "\"manual\"")).statusCode(200);
    merge("{\"source\": \"dev\", \"target\": \"main\"}")
        .statusCode(409)
        .body("details.conflict_count", equalTo(1));
    api.get("/conflicts?branch=main").body("conflicts[0].fields.name", contains("email"));

    // when the rules change, the open merge stays with those that it was opened with
    settings("{\"conflict\": {}}").body("conflict.field_rules", aMapWithSize(0));
    api.post("/conflicts/resolve", "{\"branch\": \"main\", \"resolution\": \"ours\"}")
        .statusCode(200);
    api.post("/branches/merge/continue", "{\"branch\": \"main\"}").statusCode(200);

    row("main").body("email", equalTo("main@x")).body("logins", equalTo(15));
  }

  @Test
  void rulesOfOneMergeBeatThoseOfTheRepository() {
    settings(RULES).statusCode(200);
    merge(
            """
            {"source": "dev", "target": "main", "rules": {
              "table_rules": {"users": {"strategy": "target_wins"}},
              "field_rules": {"users.best": {"strategy": "sum"}}}}
            """)
        .statusCode(200);
    row("main")
        .body("city", equalTo("Jena"))
        .body("email", equalTo("main@x"))
        .body("logins", equalTo(12))
        .body("best", equalTo(11))
        .body("keyed.a", equalTo(2))
        .body("whole.a", equalTo(1));
  }

  @Test
  void cherryPicksRevertsAndRebasesObeyThem() {
    settings(RULES).statusCode(200);
    api.post("/branches", "{\"name\": \"pick\", \"start_point\": \"main\", \"checkout\": false}");
    api.post("/branches/pick/cherry-pick", "{\"commit\": \"dev\"}").statusCode(200);
    row("pick").body("logins", equalTo(15)).body("nick", equalTo("main"));

    // when what was added is taken back, the sum is what it was; text that was not only added to
    // needs another rule
    api.post(
            "/branches/pick/revert",
            """
            {"commit": "main", "rules": {"field_rules": {"users.notes": {"strategy": "target_wins"}}}}
            """)
        .statusCode(200);
    row("pick").body("logins", equalTo(13));

    api.post("/branches/dev/rebase", "{\"onto\": \"main\"}").statusCode(200);
    row("dev").body("logins", equalTo(15)).body("email", equalTo("dev@x"));
    settings("{\"conflict\": {}}");
    api.post("/branches", "{\"name\": \"own\", \"start_point\": \"main~1\", \"checkout\": false}");
    write("own", "{\"id\": 1, \"logins\": 11}");
    api.commit("own", "own");
    api.post(
            "/branches/own/rebase",
            "{\"onto\": \"main\", \"rules\": {\"default_strategy\": \"sum\"}}")
        .statusCode(200);
    row("own").body("logins", equalTo(13));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"table_rules\": {\"users\": {\"strategy\": \"newest\"}}} | Should be manual",
        "{\"table_rules\": {\"users\": {\"strategy\": \"last_write_wins\"}}} | timestamp_field",
        "{\"table_rules\": {\"users\": {\"strategy\": \"last_write_wins\", \"timestamp_field\": \"x\"}}} | 'x'",
        "{\"table_rules\": {\"users\": {\"strategy\": \"sum\", \"timestamp_field\": \"seen\"}}} | without last_write_wins",
        "{\"field_rules\": {\"users.nothing\": {\"strategy\": \"sum\"}}} | no column 'nothing'",
        "{\"field_rules\": {\"users.email\": {\"strategy\": \"sum\"}}} | no number",
        "{\"field_rules\": {\"users.email\": {\"json\": \"whole\"}}} | no JSON",
        "{\"field_rules\": {\"users\": {\"strategy\": \"sum\"}}} | no field",
        "{\"field_rules\": {\"users.best\": null}} | Field required",
        "{\"auto_resolve_schema\": true} | decided by people",
        "{\"default_strategy\": \"sum\", \"strategy\": \"max\"} | default_strategy or strategy"
      })
  void rulesThatCouldNeverHoldAreRefused(String rules, String message) {
    settings("{\"conflict\": " + rules + "}")
        .statusCode(422)
        .body("message", containsString(message));
    merge(
            "{\"source\": \"dev\", \"target\": \"main\", \"dry_run\": true, \"rules\": "
                + rules
                + "}")
        .statusCode(422);
  }

  @Test
  void rulesOfAMergeAreAboutTablesThatThereAre() {
    String rules = "{\"table_rules\": {\"later\": {\"strategy\": \"sum\"}}}";
    settings("{\"conflict\": " + rules + "}").statusCode(200);
    merge("{\"source\": \"dev\", \"target\": \"main\", \"rules\": " + rules + "}")
        .statusCode(404)
        .body("error", equalTo("TableNotFoundError"));
  }

  private Answer settings(String body) {
    return api.patch("/repositories/" + api.repository(), body);
  }

  private Answer merge(String body) {
    return api.post("/branches/merge", body);
  }

  private Answer row(String ref) {
    return api.get("/tables/users/records/1?ref=" + ref).statusCode(200);
  }

  private void write(String branch, String record) {
    record("users", branch, record);
  }

  private void record(String table, String branch, String record) {
    api.post("/tables/" + table + "/records?branch=" + branch, "{\"upsert\": [" + record + "]}")
        .statusCode(200);
  }
}
