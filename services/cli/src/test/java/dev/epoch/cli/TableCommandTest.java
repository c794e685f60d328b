package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TableCommandTest extends CommandTest {

  private static final String USERS =
      """
      {"name": "users", "location": "postgresql://localhost/mydb/public.users",
       "primary_key": ["id"], "record_count": 1,
       "schema": {"columns": [{"name": "id", "type": "bigint", "nullable": false},
                              {"name": "nick", "type": "varchar(20)", "nullable": true}]}}
      """;

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
  }

  private String sentBy(String... command) {
    assertThat(shell.run(command).err()).isEmpty();
    return server.requests("POST /tables").getLast().body().toString();
  }

  @Test
  void registersByLocationOrInStorage() {
    server.on("POST /tables", 201, USERS);

    assertThat(
            sentBy(
                "table",
                "add",
                "c",
                "--location",
                "sqlite:///data/app.db/c",
                "--primary-key",
                "a,b"))
        .isEqualTo(
            "{\"name\":\"c\",\"location\":\"sqlite:///data/app.db/c\",\"primary_key\":[\"a\",\"b\"]}");
    assertThat(sentBy("table", "add", "users", "--storage", "prod-pg", "--primary-key", "id"))
        .isEqualTo(
            "{\"name\":\"users\",\"storage_name\":\"prod-pg\",\"path\":\"users\","
                + "\"primary_key\":[\"id\"]}");
    assertThat(sentBy("table", "add", "users", "--storage", "prod-pg", "--path", "sales.users"))
        .isEqualTo("{\"name\":\"users\",\"storage_name\":\"prod-pg\",\"path\":\"sales.users\"}");
    assertThat(sentBy("table", "add", "customers", "orders"))
        .isEqualTo("{\"name\":\"orders\",\"path\":\"orders\"}");
    assertThat(sentBy("table", "add", "log", "--append-only"))
        .isEqualTo("{\"name\":\"log\",\"path\":\"log\",\"append_only\":true}");
    assertThat(shell.run("table", "add", "log", "--append-only", "--key", "id").exitCode())
        .isEqualTo(2);
    assertThat(server.requests("POST /tables")).hasSize(6);
    assertThat(sentBy("table", "add", "notes", "--branch", "feature/x"))
        .isEqualTo("{\"name\":\"notes\",\"path\":\"notes\",\"branch\":\"feature/x\"}");
  }

  @Test
  void readsTheSchemaOfARegisteredTableAgain() {
    server.on("POST /tables", 409, "{\"error\": \"TableAlreadyExistsError\", \"message\": \"no\"}");
    server.on("POST /tables/users/refresh", USERS);

    assertThat(
            shell.run("table", "add", "users", "--location", "postgresql://h/d/users").exitCode())
        .isEqualTo(4);
    var result =
        shell.run(
            "table", "add", "users", "--location", "postgresql://h/d/users", "--introspect-schema");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).startsWith("Read the schema of table 'users' with 1 record\n");
    assertThat(shell.run("table", "add", "--all", "--introspect-schema").exitCode()).isEqualTo(2);
  }

  @Test
  void registersAllTablesOfADatabaseButThoseThatCannotBe() {
    server.on(
        "POST /tables/discover",
        """
        {"tables": [{"path": "public.genre", "name": "genre", "registered": true},
                    {"path": "public.log", "name": "log", "registered": false},
                    {"path": "public.users", "name": "users", "registered": false},
                    {"path": "sales.users", "name": "sales_users", "registered": false}]}
        """);
    server.on(
        "POST /tables",
        409,
        """
        {"error": "NoPrimaryKeyError", "message": "public.log has no primary key",
         "details": {"remedy": "ALTER TABLE log ADD PRIMARY KEY (id)"}}
        """);
    server.on("POST /tables", 201, USERS);

    var result = shell.run("table", "add", "--all", "--location", "postgresql://h/d");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out())
        .isEqualTo(
            """
            Registered table 'users' with 1 record
            Registered table 'users' with 1 record
            1 table was registered before
            """);
    assertThat(result.err())
        .isEqualTo(
            """
            error: 1 table could not be registered, 2 were
              public.log: public.log has no primary key
                hint: ALTER TABLE log ADD PRIMARY KEY (id)
            """);
    assertThat(server.request("POST /tables/discover").body().toString())
        .isEqualTo("{\"location\":\"postgresql://h/d\"}");
    assertThat(server.requests("POST /tables").getLast().body().toString())
        .isEqualTo(
            "{\"name\":\"sales_users\",\"location\":\"postgresql://h/d\",\"path\":\"sales.users\"}");
  }

  @Test
  void registersTablesThatPatternsName() {
    server.on(
        "POST /tables/discover",
        """
        {"tables": [{"path": "public.audit_log", "name": "audit_log", "registered": false},
                    {"path": "public.audit_old", "name": "audit_old", "registered": false},
                    {"path": "sales.users", "name": "users", "registered": false}]}
        """);
    server.on("POST /tables", 201, USERS);

    String last =
        sentBy("table", "add", "--pattern", "audit_*,x", "--exclude", "*_old", "--storage", "pg");

    assertThat(last)
        .isEqualTo(
            "{\"name\":\"audit_log\",\"storage_name\":\"pg\",\"path\":\"public.audit_log\"}");
    assertThat(server.requests("POST /tables")).hasSize(1);
    assertThat(sentBy("table", "add", "--all", "--pattern", "sales.*")).contains("sales.users");
    assertThat(server.requests("POST /tables")).hasSize(2);
    assertThat(shell.run("table", "add", "--pattern", "none").exitCode()).isEqualTo(3);
  }

  @Test
  void showsHowFarARegistrationHasCome() {
    server.on("POST /tables", 201, USERS).holdUntilAsked("POST /tables", "GET /tables/users");
    server.on(
        "GET /tables/users",
        "{\"registration\": {\"state\": \"copying\", \"rows_done\": 500, \"rows_total\": 1000}}");
    String[] command = {"table", "add", "users", "--location", "postgresql://h/d/public.users"};

    var result = shell.onTerminal().run(command);

    assertThat(result.out()).startsWith("Registered table 'users' with 1 record\n");
    assertThat(result.err())
        .startsWith("\rRegistering users [" + "#".repeat(15) + " ".repeat(15) + "] 50% (500/1000)")
        .endsWith(" \r");
  }

  @Test
  void refusesWhatCannotBeMeant() {
    fails(
        2,
        "error: --location and --path are for one table\n",
        "table",
        "add",
        "a",
        "b",
        "--location",
        "x");
    fails(2, "error: give names of tables, or --all, or --pattern\n", "table", "add", "a", "--all");
    fails(2, "error: give names of tables, or --all, or --pattern\n", "table", "add");
    fails(
        2,
        "error: --location goes without --storage and --path\n",
        "table",
        "add",
        "a",
        "--location",
        "x",
        "--storage",
        "y");
  }

  @Test
  void passesARefusalOn() {
    server.on(
        "POST /tables",
        409,
        """
        {"error": "TableAlreadyRegisteredError",
         "message": "public.users belongs to repository 'other'", "details": {}}
        """);

    fails(
        4,
        "error: public.users belongs to repository 'other'\n",
        "table",
        "add",
        "users",
        "--location",
        "postgresql://localhost/mydb/public.users");
  }

  @Test
  void listsTables() {
    server.on("GET /tables", "{\"tables\": [" + USERS + ", {\"name\": \"events\"}]}");

    prints(
        """
        NAME    RECORDS  PRIMARY KEY  LOCATION
        users   1        id           postgresql://localhost/mydb/public.users
        events  -        -            -
        """,
        "table",
        "list");
    assertThat(server.request("GET /tables").query()).containsEntry("ref", "main");
  }

  @Test
  void showsATable() {
    server.on("GET /tables/users", USERS);
    server.on(
        "GET /tables/users/schema",
        "{\"columns\": [{\"name\": \"id\", \"type\": \"bigint\", \"nullable\": false}],"
            + " \"primary_key\": [\"id\"]}");

    prints(
        """
        Table: users
          Location: postgresql://localhost/mydb/public.users
          Primary key: id
          Records: 1
          Columns:
            COLUMN  TYPE
            id      bigint       NOT NULL
            nick    varchar(20)
        """,
        "table",
        "show",
        "users");
    prints(
        """
        Table: users
        COLUMN  TYPE
        id      bigint  NOT NULL
        """,
        "table",
        "show",
        "users",
        "--schema");
  }

  @Test
  void showsRulesOfItsFields() {
    String ruled =
        "{\"name\": \"users\", \"conflict_rules\": {\"updated_at\": {\"strategy\": \"max\"},"
            + " \"credit\": {\"strategy\": \"sum\"}, \"data\": {\"json\": \"whole\"}}}";
    server.on("GET /tables/users", ruled).on("POST /tables", 201, ruled);

    prints("Table: users\n  Conflicts: updated_at max, credit sum\n", "table", "show", "users");
    prints(
        "Registered table 'users'\n  Conflicts: updated_at max, credit sum\n",
        "table",
        "add",
        "users",
        "--location",
        "postgresql://h/d/users");
  }

  @Test
  void rescans() {
    server.on(
        "POST /tables/users/rescan",
        "{\"table\": \"users\", \"branch\": \"x\", \"inserted\": 2, \"updated\": 0, \"deleted\": 0}");

    prints(
        "Rescanned table 'users' on 'x': 2 records added to commit\n",
        "table",
        "rescan",
        "users",
        "--branch",
        "x");
    assertThat(server.request("POST /tables/users/rescan").query()).containsEntry("branch", "x");
  }

  @Test
  void copies() {
    server.on(
        "POST /tables/users/copy",
        201,
        """
        {"name": "users_lite", "storage": "lite", "record_count": 1200,
         "nearest": [{"column": "seen", "type": "timestamptz", "nearest": "TEXT"}],
         "left_out": ["index users_by_name"]}
        """);

    prints(
        """
        Copied table 'users' to 'users_lite' in storage 'lite': 1,200 records
          Column seen: TEXT for timestamptz
          Left out: index users_by_name
        """,
        "table",
        "copy",
        "users",
        "--to",
        "lite",
        "--as",
        "users_lite",
        "--at",
        "v1");
    assertThat(server.request("POST /tables/users/copy").body().toString())
        .contains("\"to\":\"lite\"", "\"as\":\"users_lite\"", "\"at\":\"v1\"");
  }

  @Test
  void mergesWithACopy() {
    server.on(
        "POST /tables/users_lite/merge",
        "{\"inserted\": 1, \"updated\": 2, \"deleted\": 0, \"unchanged\": 3}");

    prints(
        "Merged 'users' into 'users_lite': 1 record added, 2 records modified, not committed yet\n",
        "table",
        "merge",
        "users@feature/x",
        "--into",
        "users_lite",
        "--theirs");
    assertThat(server.request("POST /tables/users_lite/merge").body().toString())
        .contains(
            "\"source\":\"users\"",
            "\"ref\":\"feature/x\"",
            "\"branch\":\"main\"",
            "\"strategy\":\"theirs\"");
    assertThat(shell.run("table", "merge", "users", "--into", "b", "--ours", "--theirs").err())
        .contains("give one of --ours and --theirs");
  }

  @Test
  void refreshesAndRemoves() {
    server.on("POST /tables/users/refresh", USERS);
    server.on("DELETE /tables/users", 204, "");

    prints("Refreshed table 'users'\n", "table", "refresh", "users");
    prints("Removed table 'users'\n", "table", "remove", "users");
    assertThat(server.request("DELETE /tables/users").query())
        .isEqualTo(Map.of("repository", "shop", "ref", "main"));
    prints("Removed table 'users'\n", "table", "remove", "users", "--force");
    assertThat(server.requests("DELETE /tables/users").getLast().query())
        .containsEntry("force", "true");
    prints("Removed table 'users'\n", "table", "remove", "users", "--purge");
    assertThat(server.requests("DELETE /tables/users").getLast().query())
        .isEqualTo(Map.of("repository", "shop", "ref", "main", "purge", "true"));
  }
}
