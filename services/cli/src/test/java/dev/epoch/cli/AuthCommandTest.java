package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AuthCommandTest extends CommandTest {

  private static final String KEY = "epoch_0123456789";
  private static final String KEYS =
      """
      {"keys": [
         {"name": "ci", "created_at": "2026-01-02T03:04:05Z", "created_by": "Jane", "source": "created"},
         {"name": "operator", "created_at": null, "created_by": null, "source": "settings"}]}
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
  }

  @Test
  void listsAndRevokes() {
    server.on("GET /auth/keys", KEYS).on("DELETE /auth/keys/ci", 204, "");

    String table =
        """
        NAME      CREATED               BY
        ci        2026-01-02T03:04:05Z  Jane
        operator                        settings of the server
        """;
    prints(table, "auth", "key", "list");
    prints(table, "auth", "key");
    prints("Revoked API key 'ci'\n", "auth", "key", "revoke", "ci");
    server.request("DELETE /auth/keys/ci");
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
