package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebhookCommandTest extends CommandTest {

  private static final String WEBHOOK =
      """
      {"id": "wh_1", "url": "https://ci.example.com/epoch", "events": ["commit-created"],
       "branches": [], "tables": [], "description": null, "active": true,
       "disabled_reason": null, "failing_since": null}\
      """;
  private static final String DELIVERY =
      """
      {"id": "7", "event_id": "e7", "event_position": 42, "type": "commit-created",
       "branch": "main", "attempt": 2, "status": "Answered 500", "response_status": 500,
       "latency_ms": 12, "next_attempt_at": "2026-01-02T03:04:05Z", "state": "failed"}\
      """;

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
  }

  @Test
  void aNewWebhookTellsItsSecretOnce() {
    server.on("POST /webhooks", 201, "{\"id\": \"wh_1\", \"secret\": \"whsec_c2VjcmV0\"}");

    prints(
        """
        Created webhook wh_1
        Secret, not shown again: whsec_c2VjcmV0
        Try it: epoch webhook test wh_1
        """,
        "webhook",
        "create",
        "https://ci.example.com/epoch",
        "--event",
        "commit-created,branch-moved",
        "--on-branch",
        "main",
        "--on-branch",
        "release/*");

    var body = server.requests("POST /webhooks").getFirst().body();
    assertThat(body.toString())
        .isEqualTo(
            "{\"url\":\"https://ci.example.com/epoch\",\"events\":[\"commit-created\",\"branch-moved\"],\"branches\":[\"main\",\"release/*\"]}");
    assertThat(server.requests("POST /webhooks").getFirst().query())
        .containsEntry("repository", "shop");
  }

  @Test
  void listsAndShowsWebhooks() {
    String disabled =
        WEBHOOK
            .replace("\"active\": true", "\"active\": false")
            .replace("\"disabled_reason\": null", "\"disabled_reason\": \"410 Gone\"");
    server
        .on("GET /webhooks", "{\"webhooks\": [" + WEBHOOK + ", " + disabled + "]}")
        .on("GET /webhooks/wh_1", disabled);

    prints(
        """
        ID    STATE     EVENTS          BRANCHES  TABLES  URL
        wh_1  active    commit-created  all       all     https://ci.example.com/epoch
        wh_1  disabled  commit-created  all       all     https://ci.example.com/epoch
        """,
        "webhook",
        "list");
    prints(
        """
        Webhook: wh_1
          URL: https://ci.example.com/epoch
          Events: commit-created
          Branches: all
          Tables: all
          State: disabled
          Reason: 410 Gone
        """,
        "webhook",
        "show",
        "wh_1");
  }

  @Test
  void changesRotatesAndDeletes() {
    server
        .on("PATCH /webhooks/wh_1", WEBHOOK)
        .on(
            "POST /webhooks/wh_1/rotate",
            "{\"id\": \"wh_1\", \"secret\": \"whsec_bmV3\", \"old_secret_until\": \"2026-01-02T03:04:05Z\"}")
        .on("DELETE /webhooks/wh_1", 204, "");

    prints(
        "Updated webhook wh_1, active\n",
        "webhook",
        "update",
        "wh_1",
        "--enable",
        "--event",
        "all");
    assertThat(server.requests("PATCH /webhooks/wh_1").getFirst().body().toString())
        .isEqualTo("{\"events\":[],\"active\":true}");
    prints(
        "Secret, not shown again: whsec_bmV3\nThe old one signs too until 2026-01-02T03:04:05Z\n",
        "webhook",
        "rotate",
        "wh_1",
        "--overlap",
        "2");
    prints("Deleted webhook wh_1\n", "webhook", "delete", "wh_1");
    assertThat(shell.run("webhook", "update", "wh_1").exitCode()).isEqualTo(2);
  }

  @Test
  void tellsDeliveriesAndSendsThemAgain() {
    server
        .on(
            "GET /webhooks/wh_1/deliveries",
            "{\"deliveries\": [" + DELIVERY + "], \"next\": \"7\"}")
        .on("POST /webhooks/wh_1/deliveries/7/redeliver", DELIVERY)
        .on("POST /webhooks/wh_1/redeliver", "{\"count\": 3}")
        .on("POST /webhooks/wh_1/test", DELIVERY.replace("\"failed\"", "\"dead\""));

    prints(
        """
        ID  STATE   POSITION  TYPE            BRANCH  ATTEMPT  STATUS        MS  NEXT TRY
        7   failed  42        commit-created  main    2        Answered 500  12  2026-01-02T03:04:05Z
        More: --after 7
        """,
        "webhook",
        "deliveries",
        "wh_1",
        "--state",
        "failed");
    prints("Delivery 7 is sent again\n", "webhook", "redeliver", "wh_1", "7");
    prints("3 events are sent again\n", "webhook", "redeliver", "wh_1", "--from", "40");
    prints("3 events are sent again\n", "webhook", "redeliver", "wh_1", "--dead");
    assertThat(shell.run("webhook", "redeliver", "wh_1").exitCode()).isEqualTo(2);
    fails(
        1,
        "error: the test did not arrive: Answered 500\nhint: is the receiver there? epoch webhook show wh_1 tells its URL\n",
        "webhook",
        "test",
        "wh_1");
  }
}
