package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QueryCommandTest extends CommandTest {

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
    server.on(
        "POST /query",
        """
        {"columns": [{"name": "id", "type": "integer"}, {"name": "name", "type": "text"},
                     {"name": "price", "type": "numeric(10,2)"}, {"name": "tags", "type": "jsonb"}],
         "rows": [[1, "Alice", 12.50, ["a", "b"]],
                  [20, "Bob, \\"the\\" other", 9007199254740993.10, null],
                  [300, "two\\nlines", null, {}]],
         "truncated": false}
        """);
  }

  private String sentBy(String... command) {
    assertThat(shell.run(command).err()).isEmpty();
    return server.requests("POST /query").getLast().body().toString();
  }

  @Test
  void printsATable() {
    prints(
        """
         id  |       name       |        price        |   tags
        -----+------------------+---------------------+-----------
           1 | Alice            |               12.50 | ["a","b"]
          20 | Bob, "the" other | 9007199254740993.10 |
         300 | two\\nlines       |                     | {}
        (3 rows)
        """,
        "query",
        "SELECT * FROM users");
  }

  @Test
  void printsCommaSeparatedValues() {
    prints(
        """
        id,name,price,tags
        1,Alice,12.50,"[""a"",""b""]"
        20,"Bob, ""the"" other",9007199254740993.10,
        300,"two
        lines",,{}
        """,
        "query",
        "SELECT * FROM users",
        "--format",
        "csv");
  }

  @Test
  void escapesFormulasOnDemand() {
    server.on(
        "POST /query",
        "{\"columns\": [{\"name\": \"@a\"}, {\"name\": \"b\"}], \"rows\": [[\"=1+1\", -5], [null, 2]]}");

    assertThat(
            shell.run("query", "SELECT * FROM users", "--format", "csv", "--escape-formulas").out())
        .contains("1,Alice,12.50");
    assertThat(shell.run("query", "SELECT 1", "--format", "csv", "--escape-formulas").out())
        .isEqualTo("'@a,b\n'=1+1,-5\n,2\n");
    assertThat(shell.run("query", "SELECT 1", "--escape-formulas").exitCode()).isEqualTo(2);
  }

  @Test
  void printsJsonWithEveryDigit() {
    assertThat(shell.run("query", "SELECT 1", "--format", "json").out())
        .contains("9007199254740993.10")
        .contains("\"truncated\": false");
  }

  @Test
  void namesTheStateThatIsMeant() {
    assertThat(sentBy("query", "SELECT 1")).isEqualTo("{\"sql\":\"SELECT 1\",\"branch\":\"main\"}");
    assertThat(sentBy("query", "SELECT 1", "--branch", "staging"))
        .isEqualTo("{\"sql\":\"SELECT 1\",\"branch\":\"staging\"}");
    assertThat(sentBy("query", "SELECT 1", "--at", "v1.0.0"))
        .isEqualTo("{\"sql\":\"SELECT 1\",\"ref\":\"v1.0.0\"}");
    assertThat(sentBy("query", "SELECT 1", "--at", "HEAD~2"))
        .isEqualTo("{\"sql\":\"SELECT 1\",\"ref\":\"main~2\"}");
    assertThat(sentBy("query", "SELECT 1", "--at", "2024-01-15 10:00:00"))
        .isEqualTo(
            "{\"sql\":\"SELECT 1\",\"branch\":\"main\",\"at_time\":\"2024-01-15T10:00:00Z\"}");
    assertThat(sentBy("query", "SELECT 1", "--working", "--limit", "5"))
        .isEqualTo("{\"sql\":\"SELECT 1\",\"branch\":\"main\",\"working\":true,\"limit\":5}");
  }

  @Test
  void asksSeveralBranches() {
    server.on(
        "POST /query",
        """
        {"branches": [
          {"branch": "main", "columns": [{"name": "n", "type": "int"}], "rows": [[1]], "truncated": false},
          {"branch": "x", "columns": [{"name": "n", "type": "int"}], "rows": [], "truncated": false}]}
        """);
    assertThat(sentBy("query", "SELECT 1", "--branches", "main,feature/x"))
        .isEqualTo(
            "{\"sql\":\"SELECT 1\",\"mode\":\"union\",\"branches\":[\"main\",\"feature/x\"]}");
    prints(
        """
        Branch: main
         n
        ---
         1
        (1 row)
        Branch: x
         n
        ---
        (0 rows)
        """,
        "query",
        "SELECT n",
        "--branches",
        "main,x",
        "--mode",
        "side-by-side");
    assertThat(shell.run("query", "SELECT 1", "--mode", "union").exitCode()).isEqualTo(2);
    assertThat(shell.run("query", "SELECT 1", "--branches", "a", "--at", "v1").exitCode())
        .isEqualTo(2);
  }

  @Test
  void saysWhenRowsWereLeftOut() {
    server.on(
        "POST /query",
        "{\"columns\": [{\"name\": \"n\", \"type\": \"int\"}], \"rows\": [[1]],"
            + " \"truncated\": true}");
    shell.run("query", "SELECT 1");

    var result = shell.run("query", "SELECT n", "--limit", "1");

    assertThat(result.out()).isEqualTo(" n\n---\n 1\n(1 row)\n");
    assertThat(result.err()).isEqualTo("there are more rows; --limit takes a larger number\n");
  }
}
