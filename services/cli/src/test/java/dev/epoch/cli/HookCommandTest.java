package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HookCommandTest extends CommandTest {
  private static final String HOOK =
      """
      {"name": "ci", "event": "pre-merge", "url": "https://ci.example.org", "branches": ["main"],
       "timeout": "3s", "on_failure": "closed", "active": true, "secret": "whsec_x"}
      """;

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "feature");
  }

  @Test
  void adds() {
    server.on("POST /hooks", 201, HOOK);

    prints(
        """
        Added hook 'ci' on pre-merge
        Secret, not shown again: whsec_x
        Try it: epoch hook test ci
        """,
        "hook",
        "add",
        "ci",
        "https://ci.example.org",
        "--event",
        "pre-merge",
        "--on-branch",
        "main",
        "--answer-within",
        "1s",
        "--on-failure",
        "open");

    assertThat(server.request("POST /hooks").body().toString())
        .isEqualTo(
            "{\"name\":\"ci\",\"event\":\"pre-merge\",\"url\":\"https://ci.example.org\",\"branches\":[\"main\"],\"timeout\":\"1s\",\"on_failure\":\"open\"}");
  }

  @Test
  void listsAndTests() {
    server.on("GET /hooks", "{\"hooks\": [" + HOOK + "]}");
    server.on(
        "POST /hooks/ci/test",
        "{\"allow\": false, \"message\": \"No\", \"status\": 200, \"latency_ms\": 7}");

    prints(
        """
        NAME  EVENT      BRANCHES  TIMEOUT  ON FAILURE  URL
        ci    pre-merge  main      3s       closed      https://ci.example.org
        """,
        "hook");
    prints("forbids it: No (7 ms)\n", "hook", "test", "ci");
  }
}
