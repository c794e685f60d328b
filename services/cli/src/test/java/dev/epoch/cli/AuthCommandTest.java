package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

class AuthCommandTest extends CommandTest {

  private static final String KEY = "epoch_0123456789";
  private static final String KEYS =
      """
      {"keys": [
         {"name": "ci", "created_at": "2026-01-02T03:04:05Z", "created_by": "Jane", "source": "created",
          "prefix": "epoch_Ab12Cd", "scopes": ["read", "commit"], "expires_at": "2027-01-02T03:04:05Z",
          "last_used_at": "2026-01-03T00:00:00Z"},
         {"name": "operator", "created_at": null, "created_by": null,
          "acts_for_others": true, "administrator": true, "source": "settings"}]}
      """;

  @Test
  void aNewKeyIsShownOnce() {
    server.on(
        "POST /auth/keys",
        201,
        "{\"name\": \"ci\", \"key\": \"" + KEY + "\", \"created_by\": \"j\"}");

    prints(
        KEY
            + "\nCreated API key 'ci'; it is not shown again.\nUse it: export EPOCH_API_KEY="
            + KEY
            + "\n",
        "auth",
        "key",
        "create",
        "ci");
    prints(KEY + "\n", "auth", "key", "create", "ci", "--quiet");
    assertThat(server.requests("POST /auth/keys").getFirst().body().path("name").asText())
        .isEqualTo("ci");
    assertThat(server.requests("POST /auth/keys").getFirst().body().has("acts_for_others"))
        .isFalse();
    prints(KEY + "\n", "auth", "key", "create", "ci", "--acts-for-others", "--quiet");
    assertThat(
            server.requests("POST /auth/keys").getLast().body().path("acts_for_others").asBoolean())
        .isTrue();
    prints(
        KEY + "\n",
        "auth",
        "key",
        "create",
        "ci",
        "--scope",
        "read,commit",
        "--ttl",
        "30d",
        "--administrator",
        "--quiet");
    assertThat(server.requests("POST /auth/keys").getLast().body().toString())
        .isEqualTo(
            "{\"name\":\"ci\",\"administrator\":true,\"scopes\":[\"read\",\"commit\"],\"ttl\":\"30d\"}");
  }

  @Test
  void tellsWhoOneIs() {
    server.on(
        "GET /auth/whoami",
        """
        {"key": "ci", "actor": {"id": "ci"}, "user": "ci", "groups": [], "method": "key",
         "administrator": false, "scopes": ["read", "commit"]}
        """);

    prints("ci\n  Key: ci\n  Scopes: read, commit\n", "auth", "whoami");
  }

  @Test
  void listsAndRevokes() {
    server.on("GET /auth/keys", KEYS).on("DELETE /auth/keys/ci", 204, "");

    String table =
        """
        NAME      PREFIX        CREATED               ACTS FOR  FOR          EXPIRES               LAST USED             BY
        ci        epoch_Ab12Cd  2026-01-02T03:04:05Z  itself    read,commit  2027-01-02T03:04:05Z  2026-01-03T00:00:00Z  Jane
        operator                                      others    everything                                               settings of the server
        """;
    prints(table, "auth", "key", "list");
    prints(table, "auth", "key");
    prints("Revoked API key 'ci'\n", "auth", "key", "revoke", "ci");
    server.on("POST /auth/keys/ci/rotate", "{\"name\": \"ci\", \"key\": \"" + KEY + "\"}");
    prints(KEY + "\n", "auth", "key", "rotate", "ci", "--quiet");
    server.request("DELETE /auth/keys/ci");
  }

  @Test
  void aKeyIsPutAwayOnceTheServerHasAcceptedIt() throws IOException {
    // given
    server.on(
        "GET /auth/whoami", "{\"key\": \"ci\", \"actor\": {\"id\": \"ci\", \"name\": \"ci\"}}");
    server.on("GET /auth/keys", KEYS);

    // when
    shell.type(KEY + "\n");
    prints("Logged in to " + server.url() + " with key 'ci'\n", "auth", "login");

    // then
    Path file = shell.home().resolve(".config/epoch/credentials.toml");
    assertThat(Files.readString(file))
        .isEqualTo("[\"" + server.url() + "\"]\napi_key = \"" + KEY + "\"\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(server.request("GET /auth/whoami").headers())
        .containsEntry("Authorization", "Bearer " + KEY);
    assertThat(sent()).isEqualTo("Bearer " + KEY);
    prints(
        "Logged in to " + server.url() + " with key 'ci'\n  Key: of " + file + "\n",
        "auth",
        "status");
    shell.set("EPOCH_API_KEY", "of-the-variable");
    assertThat(sent()).isEqualTo("Bearer of-the-variable");
    assertThat(shell.run("auth", "logout").err())
        .isEqualTo("hint: the key of EPOCH_API_KEY is still sent\n");
    shell.set("EPOCH_API_KEY", null);
    assertThat(sent()).isNull();
    assertThat(shell.run("auth", "logout").exitCode()).isEqualTo(1);
    shell.type(KEY).run("auth", "login");
    shell.set("EPOCH_SERVER_URL", "http://127.0.0.1:9");
    assertThat(shell.run("auth", "logout").out())
        .isEqualTo("You are not logged in to http://127.0.0.1:9\n");
  }

  @Test
  void whatTheServerRefusesIsNotPutAway() {
    server.on(
        "GET /auth/whoami", 401, "{\"error\": \"UnauthorizedError\", \"message\": \"Wrong key\"}");

    shell.type("wrong");
    fails(4, "error: Wrong key\n", "auth", "login");
    assertThat(shell.home().resolve(".config/epoch/credentials.toml")).doesNotExist();
    assertThat(shell.run("auth", "status").out())
        .isEqualTo("Not logged in to " + server.url() + "\n");
    assertThat(shell.run("auth", "status", "--format", "json").out())
        .contains("\"accepted\": false");
    shell.type("");
    fails(2, "error: no key was given\n", "auth", "login");
    fails(
        4,
        "error: the server knows who asks by keys of its API, not by oauth\n",
        "auth",
        "login",
        "--method",
        "oauth",
        "--provider",
        "github");
  }

  @Test
  void theKeyIsSentWithEveryRequest() {
    shell.inRepository("shop", "main").set("EPOCH_API_KEY", KEY);
    server.on("GET /branches", "{\"branches\": []}").on("GET /events/stream", 404, "{}");

    shell.run("branch", "list");
    shell.run("events", "--follow");

    assertThat(server.requests())
        .hasSizeGreaterThan(1)
        .allSatisfy(request ->
            assertThat(request.headers()).containsEntry("Authorization", "Bearer " + KEY));
  }

  @Test
  void theKeyComesFromTheFirstSourceThatHasIt() {
    server.on("GET /auth/keys", KEYS);
    shell.set("EPOCH_SERVER_URL", null);

    shell.write("epoch.toml", "[server]\nurl = \"" + server.url() + "\"\napi_key = \"${MINE}\"\n");
    shell.set("MINE", "of-the-file");
    assertThat(sent()).isEqualTo("Bearer of-the-file");
    shell.write("key", "of-a-file\n").set("EPOCH_API_KEY_FILE", "key");
    assertThat(sent()).isEqualTo("Bearer of-a-file");
    shell.set("EPOCH_API_KEY", "of-the-variable");
    assertThat(sent()).isEqualTo("Bearer of-the-variable");
  }

  @Test
  void theKeyOfAFileIsForTheServerOfThatFile() {
    server.on("GET /auth/keys", KEYS);
    shell.write("epoch.toml", "[server]\nurl = \"https://epoch.example\"\napi_key = \"secret\"\n");

    assertThat(sent()).isNull();
  }

  private String sent() {
    assertThat(shell.run("auth", "key", "list").err()).isEmpty();
    return server.requests("GET /auth/keys").getLast().headers().get("Authorization");
  }

  @Test
  void whatIsNoKeyIsNotSent() {
    shell.set("EPOCH_API_KEY", "two words");

    fails(
        5,
        "error: an API key is one word of ASCII characters\n"
            + "hint: look at EPOCH_API_KEY, and at server.api_key in the configuration\n",
        "auth",
        "key",
        "list");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aRefusalSaysHowToSendAKey() {
    server.on(
        "GET /auth/keys",
        401,
        "{\"error\": \"UnauthorizedError\", \"message\": \"No key\", \"details\": {\"remedy\": \"Send one\"}}");

    fails(4, "error: No key\nhint: Send one\n", "auth", "key", "list");
  }
}
