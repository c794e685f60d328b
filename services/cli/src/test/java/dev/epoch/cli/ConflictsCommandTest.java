package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.ScriptedServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConflictsCommandTest extends CommandTest {

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
    server.on("POST /conflicts/resolve", "{\"resolved\": 3, \"remaining\": 1}");
    server.on(
        "GET /tables/users",
        """
        {"name": "users", "primary_key": ["id"], "schema": {"columns": [
           {"name": "email", "type": "text"}, {"name": "age", "type": "integer"},
           {"name": "settings", "type": "jsonb"}]}}
        """);
  }

  @Test
  void decidesAsAFileSays() {
    shell.write(
        "decided.json",
        """
        {"conflicts": [
          {"table": "users", "key": {"id": 1}, "type": "modify_modify", "fields": [
            {"name": "email", "base": "a", "ours": "b", "theirs": "c", "resolution": "base"},
            {"name": "credit", "resolution": "value", "value": null},
            {"name": "open"}]},
          {"table": "orders", "key": {"id": 7}, "type": "modify_delete", "resolution": "delete"},
          {"table": "orders", "key": {"id": 8}}], "total": 3}
        """);
    assertThat(shell.run("conflicts", "resolve", "--from-file", "decided.json").err()).isEmpty();
    assertThat(server.requests("POST /conflicts/resolve"))
        .extracting(ScriptedServer.Request::rawBody)
        .containsExactly(
            "{\"branch\":\"main\",\"table\":\"users\",\"key\":{\"id\":1},\"field\":\"email\",\"resolution\":\"base\"}",
            "{\"branch\":\"main\",\"table\":\"users\",\"key\":{\"id\":1},\"field\":\"credit\",\"resolution\":\"value\",\"value\":null}",
            "{\"branch\":\"main\",\"table\":\"orders\",\"key\":{\"id\":7},\"resolution\":\"delete\"}");

    shell.write("list.json", "[{\"table\": \"users\", \"resolution\": \"best\"}]");
    assertThat(shell.run("conflicts", "resolve", "--from-file", "list.json").exitCode())
        .isEqualTo(5);
    shell.write("list.json", "[{\"table\": \"users\"}]");
    assertThat(shell.run("conflicts", "resolve", "--from-file", "list.json").err())
        .contains("decides nothing");
    assertThat(shell.run("conflicts", "resolve", "--from-file", "none.json").exitCode())
        .isEqualTo(3);
    assertThat(shell.run("conflicts", "resolve", "users", "--from-file", "list.json").exitCode())
        .isEqualTo(2);
    assertThat(server.requests("POST /conflicts/resolve")).hasSize(3);
  }

  @Test
  void aDocumentIsJson() {
    String[] resolve = {
      "conflicts", "resolve", "users", "--record", "1", "--field", "settings", "--value", ""
    };
    resolve[8] = "{\"b\": [1.50, null]}";
    assertThat(sentBy(resolve)).contains("\"value\":{\"b\":[1.50,null]}");
    resolve[8] = "{b}";
    fails(2, "error: '{b}' is not JSON, which settings holds\n", resolve);
    resolve[6] = "settings/theme/dark";
    resolve[8] = "true";
    assertThat(sentBy(resolve)).contains("\"value\":true");
    resolve[6] = "email";
    assertThat(sentBy(resolve)).contains("\"value\":\"true\"");
  }

  private String sentBy(String... command) {
    assertThat(shell.run(command).err()).isEmpty();
    return server.requests("POST /conflicts/resolve").getLast().body().toString();
  }

  @Test
  void resolvesEverythingATableARecordAFieldOrAConstraint() {
    assertThat(sentBy("conflicts", "resolve", "--ours"))
        .isEqualTo("{\"branch\":\"main\",\"resolution\":\"ours\"}");
    assertThat(sentBy("conflicts", "resolve", "--theirs"))
        .isEqualTo("{\"branch\":\"main\",\"resolution\":\"theirs\"}");
    assertThat(sentBy("conflicts", "resolve", "users", "--base"))
        .isEqualTo("{\"branch\":\"main\",\"table\":\"users\",\"resolution\":\"base\"}");
    assertThat(sentBy("conflicts", "resolve", "--table", "orders", "--ours"))
        .isEqualTo("{\"branch\":\"main\",\"table\":\"orders\",\"resolution\":\"ours\"}");
    assertThat(sentBy("conflicts", "resolve", "users", "--record", "42", "--theirs"))
        .isEqualTo(
            "{\"branch\":\"main\",\"table\":\"users\",\"key\":\"42\",\"resolution\":\"theirs\"}");
    assertThat(
            sentBy(
                "conflicts",
                "resolve",
                "users",
                "--record",
                "42",
                "--field",
                "email",
                "--value",
                "alice.smith@company.com"))
        .isEqualTo(
            "{\"branch\":\"main\",\"table\":\"users\",\"key\":\"42\",\"field\":\"email\","
                + "\"resolution\":\"value\",\"value\":\"alice.smith@company.com\"}");
    server.on("GET /tables/prices", "{\"name\": \"prices\", \"primary_key\": [\"a\", \"b\"]}");
    server.on("GET /tables/notes", "{\"name\": \"notes\", \"primary_key\": [\"title\"]}");
    assertThat(sentBy("conflicts", "resolve", "prices", "--record", "1,x", "--ours"))
        .isEqualTo(
            "{\"branch\":\"main\",\"table\":\"prices\",\"key\":[\"1\",\"x\"],"
                + "\"resolution\":\"ours\"}");
    assertThat(sentBy("conflicts", "resolve", "notes", "--record", "a, b", "--ours"))
        .contains("\"key\":\"a, b\"");
    assertThat(
            sentBy(
                "conflicts", "resolve", "--constraint", "chk_age", "--custom", "CHECK (age >= 16)"))
        .isEqualTo(
            "{\"branch\":\"main\",\"constraint\":\"chk_age\",\"resolution\":\"value\","
                + "\"value\":\"CHECK (age >= 16)\"}");
    assertThat(sentBy("resolve", "customers.chk_customers_email", "--ours"))
        .isEqualTo(
            "{\"branch\":\"main\",\"table\":\"customers\",\"constraint\":\"chk_customers_email\","
                + "\"resolution\":\"ours\"}");
    assertThat(sentBy("resolve", "chk_age", "--custom", "CHECK (age >= 16)"))
        .isEqualTo(
            "{\"branch\":\"main\",\"constraint\":\"chk_age\",\"resolution\":\"value\","
                + "\"value\":\"CHECK (age >= 16)\"}");
  }

  @Test
  void saysWhatIsLeft() {
    server
        .on("POST /conflicts/resolve", "{\"resolved\": 1, \"remaining\": 0}")
        .on("GET /status", "{\"merge\": {\"source\": \"1234567\", \"verb\": \"rebase\"}}");

    prints("Resolved 3 conflicts, 1 remaining\n", "conflicts", "resolve", "users", "--ours");
    prints(
        """
        Resolved 1 conflict, 0 remaining
        All conflicts resolved; run "epoch rebase --continue" to conclude.
        """,
        "conflicts",
        "resolve",
        "--ours");
  }

  @Test
  void refusesWhatCannotBeMeant() {
    fails(
        2,
        "error: give one of --ours, --theirs, --base, --value, --union, --null, --delete, --learnt, --interactive, --from-file\n",
        "conflicts",
        "resolve",
        "users");
    fails(
        2,
        "error: give one of --ours, --theirs, --base, --value, --union, --null, --delete, --learnt, --interactive, --from-file\n",
        "conflicts",
        "resolve",
        "--ours",
        "--theirs");
    fails(2, "error: --record needs a table\n", "conflicts", "resolve", "--record", "42", "--ours");
    fails(
        2,
        "error: --value needs --field or --constraint\n",
        "conflicts",
        "resolve",
        "users",
        "--value",
        "x");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aFieldOfAConflictWithOthersIsASuccess() {
    server.on("POST /conflicts/resolve", "{\"resolved\": 0, \"decided\": 1, \"remaining\": 2}");
    shell.run("conflicts", "resolve", "--ours");

    prints(
        "Decided 1 field; no conflict is resolved by that, 2 remaining\n",
        "conflicts",
        "resolve",
        "users",
        "--field",
        "email",
        "--ours");
  }

  @Test
  void deletesRecordsAndSetsFieldsToNull() {
    assertThat(sentBy("conflicts", "resolve", "users", "--record", "42", "--delete"))
        .isEqualTo(
            "{\"branch\":\"main\",\"table\":\"users\",\"key\":\"42\",\"resolution\":\"delete\"}");
    assertThat(sentBy("conflicts", "resolve", "users", "--field", "email", "--null"))
        .isEqualTo(
            "{\"branch\":\"main\",\"table\":\"users\",\"field\":\"email\","
                + "\"resolution\":\"value\",\"value\":null}");
    assertThat(sentBy("resolve", "users.users_email_key", "--delete"))
        .isEqualTo(
            "{\"branch\":\"main\",\"table\":\"users\",\"constraint\":\"users_email_key\","
                + "\"resolution\":\"delete\"}");
    assertThat(sentBy("resolve", "users.users_email_key", "--custom", "{\"email\": null}"))
        .endsWith("\"resolution\":\"value\",\"value\":{\"email\":null}}");
    fails(
        2, "error: --null needs a table and --field\n", "conflicts", "resolve", "users", "--null");
    fails(
        2,
        "error: --delete deletes whole records; --field has --null\n",
        "conflicts",
        "resolve",
        "users",
        "--field",
        "email",
        "--delete");
  }

  private void scriptConflicts() {
    server.on(
        "GET /conflicts",
        """
        {"conflicts": [
           {"id": "1", "table": "users", "key": {"id": 42}, "type": "modify_modify",
            "fields": [{"name": "email", "base": "alice@example.com", "ours": "alice@company.com",
                        "theirs": "alice.smith@example.com"},
                       {"name": "age", "base": 1, "ours": 2, "theirs": null}]},
           {"id": "2", "table": "users", "key": {"id": 87}, "type": "delete_modify",
            "fields": [{"name": "age", "base": 7, "ours": 8, "theirs": null}]},
           {"id": "4", "table": "users", "key": {"id": 99}, "type": "constraint_violation",
            "constraint": "uq_email", "fields": []},
           {"id": "3", "table": "users", "constraint": "chk_age", "fields": [
            {"name": "definition", "base": "a", "ours": "b", "theirs": "c"}]}],
         "total": 4, "unresolved": 4}
        """);
  }

  @Test
  void quittingKeepsWhatIsDecided() {
    scriptConflicts();
    shell.type("o\nq\n");

    assertThat(shell.run("conflicts", "resolve", "--interactive").out())
        .doesNotContain("Conflict 3 of 5")
        .endsWith("> Resolved 1 conflict, 1 remaining\n");
    assertThat(server.requests("POST /conflicts/resolve")).hasSize(1);
  }

  @Test
  void asksAboutEachConflict() {
    scriptConflicts();
    shell.type("x\no\nc\n33\ns\nc\nb\nt\n");

    var result = shell.run("conflicts", "resolve", "--interactive");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .startsWith(
            """
            Conflict 1 of 5: users.email (record 42)
              BASE:   alice@example.com
              OURS:   alice@company.com
              THEIRS: alice.smith@example.com

            Choose resolution:
              [o] Keep ours (alice@company.com)
              [t] Keep theirs (alice.smith@example.com)
              [b] Keep base (alice@example.com)
              [c] Enter custom value
              [s] Skip (resolve later)
              [q] Quit (keep what is decided)
            > Please answer o, t, b, c, s or q.
            >\s
            Conflict 2 of 5: users.age (record 42)
              BASE:   1
              OURS:   2
              THEIRS: NULL
            """)
        .contains("> Value: \nConflict 3 of 5: users (record 87, delete_modify)\n  BASE:   age=7\n")
        .contains("  [t] Keep theirs (deleted)\n  [b] Keep base (age=7)\n  [s] Skip")
        .contains("Conflict 4 of 5: users (record 99, violates uq_email)\n\nChoose")
        .contains("> Please answer o, t, b, d, s or q.\n")
        .contains("Conflict 5 of 5: users.chk_age (constraint)\n  BASE:   a\n")
        .endsWith("Resolved 4 conflicts, 1 remaining\n");
    assertThat(server.requests("POST /conflicts/resolve"))
        .extracting(request -> request.body().toString())
        .containsExactly(
            "{\"branch\":\"main\",\"table\":\"users\",\"key\":{\"id\":42},\"field\":\"email\","
                + "\"resolution\":\"ours\"}",
            "{\"branch\":\"main\",\"table\":\"users\",\"key\":{\"id\":42},\"field\":\"age\","
                + "\"resolution\":\"value\",\"value\":\"33\"}",
            "{\"branch\":\"main\",\"table\":\"users\",\"key\":{\"id\":99},"
                + "\"constraint\":\"uq_email\",\"resolution\":\"base\"}",
            "{\"branch\":\"main\",\"table\":\"users\",\"constraint\":\"chk_age\","
                + "\"resolution\":\"theirs\"}");
  }

  @Test
  void theEndOfTheInputEndsTheQuestions() {
    scriptConflicts();
    shell.type("b\n");

    var result = shell.run("conflicts", "resolve", "-i");

    assertThat(result.out()).endsWith("> Resolved 1 conflict, 1 remaining\n");
    assertThat(server.requests("POST /conflicts/resolve")).hasSize(1);
  }

  @Test
  void showsOtherKindsOfConflicts() {
    scriptConflicts();

    prints(
        """
        Table: users
        ------------------------------------------------------------
        Record ID: 42
          Field: email
            BASE:   alice@example.com
            OURS:   alice@company.com
            THEIRS: alice.smith@example.com

          Field: age
            BASE:   1
            OURS:   2
            THEIRS: NULL

        Record ID: 87
          Field: age
            BASE:   7
            OURS:   8
            THEIRS: (deleted)

        Record ID: 99
          Violates: uq_email
        ------------------------------------------------------------

        CONFLICT (constraint): chk_age modified in both branches
          (use "epoch resolve users.chk_age" to decide)
          BASE:   a
          OURS:   b
          THEIRS: c
        """,
        "conflicts");
  }

  @Test
  void definitionsArePrintedAsSchemaShowPrintsThem() {
    server.on(
        "GET /conflicts",
        """
        {"conflicts": [{"id": "1", "table": "users", "constraint": "chk_age", "fields": [
           {"name": "constraint", "base": null, "ours": "CHECK ((age >= 18))",
            "theirs": "CHECK (((state)::text = 'new'::text))"}]}],
         "total": 1, "unresolved": 1}
        """);

    assertThat(shell.run("conflicts").out())
        .contains("  OURS:   CHECK (age >= 18)\n  THEIRS: CHECK (state = 'new')\n");
  }

  @Test
  void exportsConflicts() {
    scriptConflicts();

    assertThat(shell.run("conflicts", "show", "--format", "json").out())
        .startsWith("{\n  \"conflicts\": [\n    {\n      \"id\": \"1\",")
        .endsWith("  \"total\": 4,\n  \"unresolved\": 4\n}\n");
  }

  @Test
  void saysThatThereAreNone() {
    server.on("GET /conflicts", "{\"conflicts\": [], \"total\": 0, \"unresolved\": 0}");

    prints("No conflicts.\n", "conflicts", "show", "--table", "users");
    ScriptedServer.Request request = server.request("GET /conflicts");
    assertThat(request.query()).containsEntry("table", "users").containsEntry("branch", "main");
  }

  @Test
  void showsTheRuleThatWouldSettleIt() {
    server.on(
        "GET /conflicts",
        """
        {"conflicts": [
          {"id": "1", "table": "users", "key": {"id": 1}, "type": "modify_modify", "resolved": false, "fields": [
            {"name": "logins", "base": 1, "ours": 2, "theirs": 3, "resolved": false,
             "rule": {"strategy": "sum"}},
            {"name": "city", "base": "a", "ours": "b", "theirs": "c", "resolved": false,
             "rule": {"strategy": "last_write_wins", "timestamp_field": "seen"}}]}],
         "total": 1, "unresolved": 1, "next": null}
        """);

    assertThat(shell.run("conflicts").out())
        .contains("    THEIRS: 3\n    RULE:   sum for users.logins would settle it\n")
        .contains(
            "    THEIRS: c\n    RULE:   last_write_wins by seen for users.city would settle it\n");
  }

  @Test
  void showsResolvesAndForgetsWhatWasLearnt() {
    server.on(
        "GET /conflicts",
        """
        {"conflicts": [
          {"id": "1", "table": "users", "key": {"id": 1}, "type": "modify_modify", "resolved": false, "fields": [
            {"name": "email", "base": "a", "ours": "b", "theirs": "c", "resolved": false,
             "learnt": {"resolution": "theirs", "value": "c"}}]},
          {"id": "2", "table": "users", "key": {"id": 2}, "type": "modify_delete", "resolved": false,
           "learnt": {"resolution": "delete"}, "fields": []}],
         "total": 2, "unresolved": 2, "next": null}
        """);
    server.on("POST /conflicts/forget", "{\"forgotten\": 2}");

    assertThat(shell.run("conflicts").out())
        .contains("    THEIRS: c\n    LEARNT: theirs, c\n")
        .contains("  LEARNT: delete\n");
    assertThat(sentBy("conflicts", "resolve", "--learnt")).contains("\"resolution\":\"learnt\"");
    assertThat(sentBy("resolve", "users.c", "--learnt"))
        .contains("\"constraint\":\"c\",\"resolution\":\"learnt\"");
    prints(
        "Forgot 2 resolutions\n",
        "conflicts",
        "forget",
        "users",
        "--record",
        "1",
        "--field",
        "email");
    prints("Forgot 2 resolutions\n", "conflicts", "forget", "--all");
    assertThat(server.requests("POST /conflicts/forget"))
        .extracting(ScriptedServer.Request::rawBody)
        .containsExactly("{\"table\":\"users\",\"key\":\"1\",\"field\":\"email\"}", "{}");
    assertThat(shell.run("conflicts", "forget").exitCode()).isEqualTo(2);
    assertThat(shell.run("conflicts", "forget", "users", "--all").exitCode()).isEqualTo(2);
  }

  @Test
  void columnsWithTwoTypesAreShownWithBoth() {
    server.on(
        "GET /conflicts",
        """
        {"conflicts": [
          {"table": "users", "constraint": "status", "type": "type_mismatch",
            "fields": [{"name": "column type", "base": "text", "ours": "character varying(20)",
              "theirs": "integer"}]},
          {"table": "users", "constraint": "mood", "type": "type_mismatch",
            "fields": [{"name": "column type", "base": null, "ours": "mood",
              "theirs": "timestamp without time zone"}]}
          ], "total": 2, "unresolved": 2}
        """);

    assertThat(shell.run("conflicts").out())
        .startsWith(
            """
            Schema conflict in users:
              Column 'status':
                OURS:   VARCHAR(20)
                THEIRS: INTEGER
              (use "epoch resolve users.status" to decide)

            Schema conflict in users:
              Column 'mood':
                OURS:   mood
                THEIRS: TIMESTAMP WITHOUT TIME ZONE
              (use "epoch resolve users.mood" to decide)
            """);
  }
}
