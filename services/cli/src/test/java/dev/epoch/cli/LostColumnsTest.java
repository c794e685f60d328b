package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A remark says what old commits do not have any more. */
class LostColumnsTest extends CommandTest {
  private static final String REMARK =
      "values of a,b, price of table 'items' are not known any more where they are null";

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
  }

  @Test
  void ofAnExport() {
    server.on(
        "GET /export/items", 200, "id,price\r\n1,\r\n", Map.of("X-Epoch-Lost", "a%2Cb,price"));

    var result = shell.run("export", "items", "--at", "v1");

    assertThat(result.out()).isEqualTo("id,price\r\n1,\r\n");
    assertThat(result.err()).contains(REMARK);
    server.on("GET /export/orders", "id\r\n");
    assertThat(shell.run("export", "orders", "--quiet").err()).isEmpty();
  }

  @Test
  void ofADiff() {
    server.on(
        "GET /commits/diff",
        """
        {"tables": [{"table": "items", "inserted": 0, "updated": 1, "deleted": 0, "schema_changed": false}]}
        """);
    server.on(
        "GET /diff/items",
        """
        {"changes": [{"type": "update", "key": {"id": 1}, "before": {"id": 1, "name": "a"},
                      "after": {"id": 1, "name": "b"}, "fields": ["name"]}],
         "next": null, "lost": ["a,b", "price"]}
        """);

    assertThat(shell.run("diff", "v1", "main", "--records").err()).contains(REMARK);
    assertThat(shell.run("diff", "v1", "main", "--table", "items", "--format", "json").out())
        .contains("\"lost\"", "\"a,b\"");
  }

  @Test
  void ofADiffAsStatements() {
    server.on(
        "GET /commits/diff",
        """
        {"tables": [{"table": "items", "inserted": 0, "updated": 1, "deleted": 0, "schema_changed": false}]}
        """);
    server.on("GET /diff/items", 200, "UPDATE items;\n", Map.of("X-Epoch-Lost", "a%2Cb,price"));

    var result = shell.run("diff", "v1", "main", "--format", "sql");

    assertThat(result.out()).contains("UPDATE items;");
    assertThat(result.err()).contains(REMARK);
  }
}
