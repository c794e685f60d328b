package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Reading and changing the configuration. */
class ConfigCommandTest extends CommandTest {
  private static final String CLEAN =
      "{\"branch\": \"main\", \"commit_id\": \"a\", \"staged\": [], \"unstaged\": []}";

  private Path userFile() {
    return shell.home().resolve(".config/epoch/config.toml");
  }

  @Test
  void whatIsSetHasItsEffectAndTheRestOfTheFileStays() {
    // given
    shell.inRepository("shop", "main").set("EPOCH_AUTHOR_NAME", null);
    shell.set("EPOCH_AUTHOR_EMAIL", null);
    shell.write(
        ".epoch/config",
        "# mine\nrepository_name = \"shop\"  # the shop\n\n[author]\n# me\nname = \"Old\"\n\n[server]\n# none\n");

    // when
    prints(
        "Set author.name in " + shell.folder() + "/.epoch/config\n",
        "config",
        "set",
        "author.name",
        "Ann \"A\" O'Hara");
    prints(
        "Set author.email in " + shell.folder() + "/.epoch/config\n",
        "config",
        "set",
        "author.email",
        "ann@example.com");

    // then
    assertThat(shell.read(".epoch/config"))
        .isEqualTo(
            """
            # mine
            repository_name = "shop"  # the shop

            [author]
            # me
            name = "Ann \\"A\\" O'Hara"
            email = "ann@example.com"

            [server]
            # none
            """);
    server.on("GET /status", CLEAN);
    shell.run("status");
    assertThat(server.request("GET /status").headers().get("X-User-Email"))
        .isEqualTo("ann@example.com");
    prints("Ann \"A\" O'Hara\n", "config", "get", "author.name");
    prints(
        "Unset author.name in " + shell.folder() + "/.epoch/config\n",
        "config",
        "unset",
        "author.name");
    assertThat(shell.read(".epoch/config")).contains("# me\nemail = \"ann@example.com\"");
    assertThat(shell.run("config", "unset", "author.name").exitCode()).isEqualTo(1);
  }

  @Test
  void theFirstThatSaysItCounts() {
    shell.inRepository("shop", "main").set("EPOCH_AUTHOR_NAME", null);
    assertThat(shell.run("config", "get", "author.name")).isEqualTo(new Shell.Result(1, "", ""));

    shell.write("epoch.toml", "[defaults]\nauthor_name = \"File\"\n");
    prints(shell.folder() + "/epoch.toml\tFile\n", "config", "get", "author.name", "--show-origin");
    shell.run("config", "set", "author.name", "Local");
    prints("Local\n", "config", "get", "author.name");
    shell.set("EPOCH_AUTHOR_NAME", "Variable");
    prints("EPOCH_AUTHOR_NAME\tVariable\n", "config", "get", "author.name", "--show-origin");
  }

  @Test
  void theUsersOwnFileIsMadeForItsOwnerAndNotReadWhereAnotherCounts() throws IOException {
    // when
    Shell.Result set = shell.run("config", "set", "--global", "author.name", "Ann");

    // then
    assertThat(set.out()).isEqualTo("Set author.name in " + userFile() + "\n");
    assertThat(set.err()).isEmpty();
    assertThat(Files.readString(userFile())).isEqualTo("[defaults]\nauthor_name = \"Ann\"\n");
    assertThat(Files.getPosixFilePermissions(userFile())).hasSize(2);
    prints("Ann\n", "config", "get", "--global", "defaults.author_name");

    // given another one
    shell.write("epoch.toml", "");
    assertThat(shell.run("config", "set", "--global", "server.url", "http://x").err())
        .isEqualTo(
            "hint: in this folder "
                + shell.folder()
                + "/epoch.toml is read instead of "
                + userFile()
                + "\n");
    assertThat(Files.readString(userFile()))
        .isEqualTo("[defaults]\nauthor_name = \"Ann\"\n\n[server]\nurl = \"http://x\"\n");
  }

  @Test
  void policiesAreWrittenAsTheServerIsSentThem() {
    // given
    shell.inRepository("shop", "main");
    server.on("PATCH /repositories/shop", "{\"name\": \"shop\"}");
    server.on("GET /repositories/shop", "{\"name\": \"shop\"}");

    // when
    for (String[] set :
        new String[][] {
          {"branching.strategy", "gitflow"},
          {"branching.promotion.require_approval", "true"},
          {"branching.promotion.paths", "[{ source = \"dev\", target = \"main\" }]"},
          {"conflict.field_rules.users.email.strategy", "source_wins"},
          {"conflict.table_rules.audit.strategy", "append_only"}
        }) {
      Shell.Result result = shell.run("config", "set", set[0], set[1]);
      assertThat(result.err())
          .isEqualTo("hint: 'epoch config push' sends it to the server, where it counts\n");
      assertThat(result.exitCode()).isZero();
    }
    shell.run("config", "push");

    // then
    assertThat(server.request("PATCH /repositories/shop").body().toString())
        .isEqualTo(
            "{\"conflict\":{\"field_rules\":{\"users.email\":{\"strategy\":\"source_wins\"}},\"table_rules\":{\"audit\":{\"strategy\":\"append_only\"}}},\"branching\":{\"strategy\":\"gitflow\",\"promotion\":{\"require_approval\":true,\"paths\":[{\"source\":\"dev\",\"target\":\"main\"}]}}}");
    String from = shell.folder() + "/.epoch/config";
    assertThat(shell.run("config", "show", "conflict").out().lines().map(String::strip))
        .containsExactly(
            "KEY                                        VALUE        FROM",
            "conflict.table_rules.audit.strategy        append_only  " + from,
            "conflict.field_rules.users.email.strategy  source_wins  " + from);
    prints("gitflow\n", "config", "get", "branching.strategy");
    prints(
        "[{ source = \"dev\", target = \"main\" }]\n",
        "config",
        "get",
        "branching.promotion.paths");
  }

  @Test
  void tablesThatAreExcludedAreLeftOut() {
    shell.inRepository("shop", "main");
    server.on(
        "POST /tables/discover",
        """
        {"tables": [{"path": "public.users", "name": "users", "registered": false},
                    {"path": "public.temp_x", "name": "temp_x", "registered": false}]}
        """);
    server.on("POST /tables", 201, "{\"name\": \"users\", \"record_count\": 1}");

    shell.run("config", "set", "exclude_patterns", "audit_logs_*,*_archive,temp_*");
    shell.run("table", "add", "--all", "--storage", "pg");

    assertThat(server.requests("POST /tables")).hasSize(1);
    assertThat(server.request("POST /tables").body().path("name").asText()).isEqualTo("users");
  }

  @Test
  void theDefaultStorageIsTheRepositorys() {
    shell.inRepository("shop", "main");
    server.on("PATCH /storage/users_db", "{\"name\": \"users_db\"}");
    server.on(
        "GET /storage",
        "{\"storage\": [{\"name\": \"users_db\", \"backend\": \"postgresql\", \"enabled\": true, \"default\": true}]}");

    prints(
        "Set default_storage of the repository\n", "config", "set", "default_storage", "users_db");
    assertThat(server.request("PATCH /storage/users_db").body().toString())
        .isEqualTo("{\"default\":true}");
    prints("users_db\n", "config", "get", "default_storage");
    shell.write("epoch.toml", "[storage.postgres.prod]\nurl = \"postgresql://h/d\"\n");
    prints(
        "NAME      TYPE        FROM\nprod      postgres    "
            + shell.folder()
            + "/epoch.toml\nusers_db  postgresql  repository, default\n",
        "config",
        "show",
        "storage");
  }

  @Test
  void showsWhatIsSaidAndByWhomWithoutSecrets() {
    shell.inRepository("shop", "main");
    shell.write("epoch.toml", "[server]\nurl = \"http://h\"\napi_key = \"secret\"\n");

    String shown = shell.run("config", "show").out();

    assertThat(shown)
        .contains("author.name", "Your Name", "EPOCH_AUTHOR_NAME", "repository_name", "********")
        .doesNotContain("secret", "metadata.url");
    assertThat(shell.run("config", "show", "--all").out())
        .contains("metadata.url", "ddl.retry.max_retries");
    assertThat(shell.run("config", "get", "server.api_key").out()).isEqualTo("secret\n");
  }

  @Test
  void whatCannotBeSetIsRefused() {
    shell.inRepository("shop", "main");
    shell.write("odd.toml", "[[list]]\na = 1\n\n[author]\nname = \"\"\"\nAnn\n\"\"\"\n");
    shell.write("broken.toml", "author = [\n");
    shell.write("dotted.toml", "defaults = { format = \"json\" }\n");

    fails(3, "error: there is no key 'colour'\n", "config", "set", "colour", "red");
    fails(3, "error: there is no key 'storage.x'\n", "config", "get", "storage.x");
    fails(
        2,
        "error: 'branching.strategy' is one of environment, gitflow, trunk\n",
        "config",
        "set",
        "branching.strategy",
        "waterfall");
    fails(
        2,
        "error: 'branching.promotion.auto_merge' is true or false\n",
        "config",
        "set",
        "branching.promotion.auto_merge",
        "maybe");
    fails(
        2,
        "error: 'repository_name' does not stand in configuration files\n",
        "config",
        "set",
        "--global",
        "repository_name",
        "x");
    assertThat(
            shell
                .run("--config", "broken.toml", "config", "set", "defaults.format", "json")
                .exitCode())
        .isNotZero();
    assertThat(shell.run("--config", "dotted.toml", "config", "set", "defaults.branch", "x").err())
        .contains("cannot change");
    assertThat(shell.read("dotted.toml")).isEqualTo("defaults = { format = \"json\" }\n");
    assertThat(
            shell.run("--config", "odd.toml", "config", "set", "defaults.author_name", "Bob").err())
        .isEmpty();
    assertThat(shell.read("odd.toml"))
        .isEqualTo(
            "[[list]]\na = 1\n\n[author]\nname = \"\"\"\nAnn\n\"\"\"\n\n[defaults]\nauthor_name = \"Bob\"\n");
    assertThat(shell.runIn(shell.home(), "config", "set", "author.name", "x").err())
        .startsWith("error: this folder belongs to no repository");
  }

  @Test
  void limitsOfSchemaChangesAreConfigured() {
    shell.inRepository("shop", "main");
    shell.write(
        "epoch.toml",
        """
        [ddl]
        lock_timeout_secs = 5
        statement_timeout_secs = 60
        use_concurrent = true

        [ddl.retry]
        max_retries = 1
        initial_delay_ms = 100
        """);
    server.on("POST /schema/exec", "{\"state\": \"done\", \"statements\": []}");
    server.on("POST /schema/apply", "{\"state\": \"done\", \"statements\": []}");
    server.on("POST /tables/users/indexes", "{\"statements\": []}");
    server.on("DELETE /tables/users/indexes/i", "{\"statements\": []}");

    shell.run("schema", "exec", "ALTER TABLE users ADD a int", "--lock-timeout", "7s");
    shell.run("schema", "apply", "--from", "v1");
    shell.run("indexes", "add", "users", "i", "--columns", "a");
    shell.run("indexes", "remove", "users", "i");

    assertThat(server.request("POST /schema/exec").body().toString())
        .contains("\"lock_timeout\":\"7s\",\"statement_timeout\":\"60s\",\"retries\":1}");
    assertThat(server.request("POST /schema/apply").body().toString())
        .contains("\"lock_timeout\":\"5s\"", "\"initial_delay\":\"100ms\"")
        .doesNotContain("max_delay");
    assertThat(server.request("POST /tables/users/indexes").body().toString())
        .contains("\"lock_timeout\":\"5s\"", "\"online\":true");
    assertThat(server.request("DELETE /tables/users/indexes/i").query())
        .containsEntry("online", "true")
        .containsEntry("lock_timeout", "5s");
    fails(
        2,
        "error: 'ddl.retry.max_retries' is a whole number from 0 on\n",
        "config",
        "set",
        "ddl.retry.max_retries",
        "many");
  }
}
