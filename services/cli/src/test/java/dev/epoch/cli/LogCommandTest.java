package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.ScriptedServer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogCommandTest extends CommandTest {

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
  }

  private static String commit(String id, String... parents) {
    return "{\"id\": \""
        + id
        + "\", \"message\": \"message "
        + id
        + "\", \"author_name\": \"A\", \"author_email\": \"a@b\","
        + " \"created_at\": \"2025-01-02T03:04:05Z\", \"parents\": ["
        + Stream.of(parents).map(parent -> "\"" + parent + "\"").collect(Collectors.joining(", "))
        + "]}";
  }

  private static String page(boolean more, String... commits) {
    return "{\"commits\": ["
        + String.join(", ", commits)
        + "], \"total\": 3, \"has_more\": "
        + more
        + "}";
  }

  @Test
  void readsPageByPage() {
    server
        .on("GET /commits", page(true, commit("c"), commit("b")))
        .on("GET /commits", page(false, commit("a")));

    prints("c message c\nb message b\na message a\n", "log", "--oneline");

    assertThat(server.requests("GET /commits"))
        .extracting(request -> request.query().get("offset"))
        .containsExactly("0", "2");
  }

  @Test
  void limitsWhatIsRead() {
    server.on("GET /commits", page(true, commit("c"), commit("b")));

    prints("c message c\nb message b\n", "log", "--oneline", "-2");
    prints("c message c\nb message b\n", "log", "--oneline", "-n", "2");
    prints("c message c\nb message b\n", "log", "--max-count=2", "--oneline");

    assertThat(server.requests("GET /commits"))
        .hasSize(3)
        .allSatisfy(request -> assertThat(request.query()).containsEntry("limit", "2"));
  }

  @Test
  void passesFiltersOn() {
    server.on("GET /commits", page(false));

    prints(
        "",
        "log",
        "feature/x~~",
        "--since",
        "2024-01-01",
        "--until",
        "2024-01-31",
        "--author",
        "dana",
        "--table",
        "users",
        "--all");

    assertThat(server.request("GET /commits").query())
        .containsEntry("ref", "feature/x~2")
        .containsEntry("since", "2024-01-01T00:00:00Z")
        .containsEntry("until", "2024-01-31T23:59:59.999Z")
        .containsEntry("author", "dana")
        .containsEntry("table", "users")
        .containsEntry("all", "true");
    fails(2, "error: 'soon' is not a date\n", "log", "--since", "soon");
  }

  @Test
  void separatesCommitsByAnEmptyLine() {
    server.on("GET /commits", page(false, commit("b", "a"), commit("a")));

    prints(
        """
        commit b
        Author: A <a@b>
        Date:   Thu Jan 2 03:04:05 2025

            message b

        commit a
        Author: A <a@b>
        Date:   Thu Jan 2 03:04:05 2025

            message a
        """,
        "log");
  }

  @Test
  void asksForRanges() {
    server.on("GET /commits", page(false, commit("e", "d")));

    prints("e message e\n", "log", "--oneline", "main..feature");
    prints("e message e\n", "log", "--oneline", "feature..");
    prints("e message e\n", "log", "--oneline", "v1^...HEAD~1");

    assertThat(server.requests("GET /commits"))
        .extracting(request -> request.query().get("ref"))
        .containsExactly("main..feature", "feature..main", "v1~1...main~1");
  }

  @Test
  void drawsTheGraphOfAllBranches() {
    server.on(
        "GET /commits",
        page(
            false,
            commit("m", "o", "t"),
            commit("t", "b"),
            commit("o", "b"),
            commit("b", "a"),
            commit("a")));
    server.on(
        "GET /branches",
        """
        {"branches": [{"name": "main", "head_commit_id": "m"},
                      {"name": "topic", "head_commit_id": "t"}]}
        """);
    server.on(
        "GET /tags",
        """
        {"tags": [{"name": "v1", "commit_id": "b"}, {"name": "v2", "commit_id": "t"}]}
        """);

    prints(
        """
        *   m (HEAD -> main) message m
        |\\
        | * t (topic, tag: v2) message t
        * | o message o
        |/
        * b (tag: v1) message b
        * a message a
        """,
        "log",
        "--graph",
        "--all",
        "--oneline");
  }

  @Test
  void drawsTheGraphBesideTheFullText() {
    server.on("GET /commits", page(false, commit("b", "a"), commit("a")));

    prints(
        """
        * commit b
        | Author: A <a@b>
        | Date:   Thu Jan 2 03:04:05 2025
        |
        |     message b
        |
        * commit a
          Author: A <a@b>
          Date:   Thu Jan 2 03:04:05 2025

              message a

        """,
        "log",
        "--graph");
  }

  @Test
  void jsonPutsPagesTogether() {
    server
        .on("GET /commits", page(true, "{\"id\": \"b\"}"))
        .on("GET /commits", page(false, "{\"id\": \"a\", \"x\": 1}"));

    prints(
        """
        {
          "commits": [
            {
              "id": "b"
            },
            {
              "id": "a",
              "x": 1
            }
          ],
          "total": 3,
          "has_more": false
        }
        """,
        "--format",
        "json",
        "log");
  }

  @Test
  void namesTheBranchOfEveryRequest() {
    server.on("GET /commits", page(false));

    shell.run("log");
    shell.run("log", "HEAD~3");
    shell.run("log", "@^^");
    shell.run("log", "HEAD^2");
    shell.run("--branch", "staging", "log", "HEAD~1");

    assertThat(server.requests("GET /commits"))
        .extracting(ScriptedServer.Request::query)
        .extracting(query -> query.get("ref"))
        .containsExactly("main", "main~3", "main~2", "main^2", "staging~1");
  }
}
