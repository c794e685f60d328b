package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventsCommandTest extends CommandTest {

  private static final String FIRST =
      """
      {"position": 7, "id": "e7", "type": "branch-committed", "version": 1, "repository": "shop",
       "branch": "main", "actor": {"name": "Dana", "email": "dana@example.com"},
       "time": "2025-12-12T10:30:00Z", "data": {"n": 1}}\
      """;
  private static final String SECOND =
      """
      {"position": 8, "id": "e8", "type": "branch-created", "repository": "shop",
       "branch": null, "actor": "epoch:recovery", "time": "2025-12-12T10:31:00Z", "data": {}}\
      """;

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
  }

  @Test
  void listsEventsPageByPage() {
    server
        .on("GET /events", "{\"events\": [" + FIRST + "], \"next\": \"8\"}")
        .on("GET /events", "{\"events\": [" + SECOND + "], \"next\": null}");

    prints(
        """
        7  2025-12-12T10:30:00Z  branch-committed  main  Dana
        8  2025-12-12T10:31:00Z  branch-created  -  epoch:recovery
        """,
        "events",
        "--from",
        "7",
        "--type",
        "branch",
        "--branch",
        "main");

    assertThat(server.requests("GET /events"))
        .extracting(request -> request.query().get("from"))
        .containsExactly("7", "8");
    assertThat(server.requests("GET /events").getFirst().query())
        .containsEntry("type", "branch")
        .containsEntry("branch", "main")
        .containsEntry("repository", "shop");
  }

  @Test
  void followsWhatIsToCome() {
    server.on("GET /events", "{\"events\": [], \"next\": 8}");
    server.on(
        "GET /events/stream",
        200,
        "id: 8\ndata: " + SECOND.replace("\n", "") + "\n\n",
        Map.of("Content-Type", "text/event-stream"));

    prints(
        "8  2025-12-12T10:31:00Z  branch-created  -  epoch:recovery\n",
        "events",
        "--follow",
        "--from",
        "now",
        "-n",
        "1");

    assertThat(server.request("GET /events").query()).containsEntry("from", "now");
    assertThat(server.request("GET /events/stream").query()).containsEntry("from", "8");
    fails(2, "error: --from now goes with --follow\n", "events", "--from", "now");
  }

  @Test
  void followsEventsAcrossConnections() {
    String stream = "text/event-stream";
    server
        .on(
            "GET /events/stream",
            200,
            "id: 7\ndata: " + FIRST.replace("\n", "") + "\n\n",
            Map.of("Content-Type", stream))
        .on(
            "GET /events/stream",
            200,
            ": heart-beat\n\nid: 8\ndata: " + SECOND.replace("\n", "") + "\n\n",
            Map.of("Content-Type", stream));

    prints(
        """
        7  2025-12-12T10:30:00Z  branch-committed  main  Dana
        8  2025-12-12T10:31:00Z  branch-created  -  epoch:recovery
        """,
        "events",
        "--follow",
        "--limit",
        "2");

    assertThat(server.requests("GET /events/stream").getLast().headers())
        .containsEntry("Last-Event-ID", "7");
  }

  @Test
  void followsAsOneJsonALine() {
    server.on(
        "GET /events/stream",
        200,
        "data: {\"position\": 1, \"type\": \"a\"}\n\n",
        Map.of("Content-Type", "text/event-stream"));

    prints("{\"position\":1,\"type\":\"a\"}\n", "events", "-f", "-n", "1", "--format", "json");
  }

  @Test
  void runsACommandForEachEvent() {
    String stream = "text/event-stream";
    server.on(
        "GET /events/stream",
        200,
        "id: 7\ndata: "
            + FIRST.replace("\n", "")
            + "\n\nid: 8\ndata: "
            + SECOND.replace("\n", "")
            + "\n\n",
        Map.of("Content-Type", stream));

    prints(
        "",
        "events",
        "--follow",
        "--limit",
        "2",
        "--from",
        "7",
        "--table",
        "users",
        "--exec",
        "cat >> seen; echo $EPOCH_EVENT_POSITION:$EPOCH_EVENT_TYPE:$EPOCH_EVENT_BRANCH >> seen");

    assertThat(shell.read("seen"))
        .contains("\"position\":7", "7:branch-committed:main\n", "8:branch-created:\n");
    assertThat(server.requests("GET /events/stream").getLast().query())
        .containsEntry("table", "users");
    fails(
        1,
        "hint: this begins with the first event; --from now with those to come\n"
            + "error: the command for event 7 ended with 3\nhint: go on with it: --from 7\n",
        "events",
        "--follow",
        "--exec",
        "exit 3");
    assertThat(shell.run("events", "--exec", "true").exitCode()).isEqualTo(2);
  }
}
