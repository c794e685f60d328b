package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.Shell;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ValidateCommandTest extends CommandTest {

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "feature");
  }

  @Test
  void tellsThatACommitIsWhole() {
    server.on(
        "GET /validation",
        """
        {"valid": true, "commit_id": "abcdef1234", "computed_id": "abcdef1234", "tables": [
          {"table": "users", "outcome": "valid", "problem": null,
           "expected": {"row_count": 2, "content_hash": "1234567890"}}]}
        """);

    prints(
        """
        commit abcdef1 (feature)
          ok         users: 2 rows, 1234567
        """,
        "validate");

    assertThat(server.request("GET /validation").query()).containsEntry("ref", "feature");
  }

  @Test
  void endsWithOneWhereSomethingIsDifferent() {
    server.on(
        "GET /validation",
        """
        {"valid": false, "commit_id": "abcdef1234", "computed_id": "ffffff", "tables": [
          {"table": "orders", "outcome": "different", "problem": "Rows were changed",
           "expected": {"row_count": 2, "content_hash": "1234567890"}},
          {"table": "users", "outcome": "pruned", "problem": "It was cleaned up",
           "expected": {"row_count": 2, "content_hash": "1234567890"}}]}
        """);

    Shell.Result result = shell.run("validate", "abcdef1", "--table", "orders,users");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out())
        .isEqualTo(
            """
            commit abcdef1
              DIFFERENT  its id: should be ffffff
              DIFFERENT  orders: Rows were changed
              pruned     users: It was cleaned up
            """);
    assertThat(server.request("GET /validation").query())
        .containsEntry("ref", "abcdef1")
        .containsEntry("tables", "orders,users");
    assertThat(shell.run("validate", "--format", "json").out()).contains("\"commits\"");
  }
}
