package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AdminKeysCommandTest extends CommandTest {

  @Test
  void listsKeysAndWhatTheySealed() {
    server.on(
        "GET /admin/keys",
        """
        {"keys": [{"id": "7", "primary": false, "secrets": 0}, {"id": "4000000000", "primary": true, "secrets": 3}],
         "unreadable": []}
        """);

    prints(
        """
        KEY         USE    SECRETS
        7           opens  0
        4000000000  seals  3
        """,
        "admin",
        "keys",
        "list");
  }

  @Test
  void rotatesAndTellsWhatStaysUnreadable() {
    server.on(
        "POST /admin/keys/rotate",
        """
        {"key": "9", "resealed": {"storages": 2, "webhooks": 0, "hooks": 1},
         "unreadable": ["storage old of shop"]}
        """);

    var result = shell.run("admin", "keys", "rotate");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .isEqualTo("Key 9 seals from now on; sealed anew: 2 of storages, 1 of hooks\n");
    assertThat(result.err()).contains("storage old of shop");
  }

  @Test
  void nothingElseIsThere() {
    assertThat(shell.run("admin").exitCode()).isEqualTo(2);
  }
}
