package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RoleCommandTest extends CommandTest {
  private static final String WRITER =
      """
      {"name": "writer", "verbs": ["read", "commit"], "built_in": true, "grants": [
        {"role": "writer", "subject": "user:ann", "branches": ["feature/*"], "tables": []},
        {"role": "writer", "subject": "group:data", "branches": [], "tables": ["orders"]}]}
      """;

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "feature");
  }

  @Test
  void listsRolesAndWhoHasThem() {
    server.on("GET /roles", "{\"in_force\": true, \"roles\": [" + WRITER + "]}");
    server.on("GET /roles/writer", WRITER);

    prints(
        """
        ROLE    MAY          WHO
        writer  read,commit  user:ann on feature/*; group:data for orders
        """,
        "role",
        "list");
    prints(
        """
        writer
          May: read, commit
          Has it: user:ann on feature/*
          Has it: group:data for orders
        """,
        "role",
        "show",
        "writer");
  }

  @Test
  void grantsAndRevokes() {
    server.on("POST /roles/writer/grants", 201, WRITER).on("DELETE /roles/writer/grants", 204, "");
    server.on("POST /roles", 201, WRITER).on("DELETE /roles/writer", 204, "");

    prints(
        "Granted writer to user:ann on feature/*\n",
        "role",
        "grant",
        "writer",
        "ann",
        "--on-branch",
        "feature/*");
    assertThat(server.requests("POST /roles/writer/grants").getLast().body().toString())
        .isEqualTo("{\"subject\":\"user:ann\",\"branches\":[\"feature/*\"]}");
    prints("Revoked writer from group:data\n", "role", "revoke", "writer", "group:data");
    assertThat(server.requests("DELETE /roles/writer/grants").getLast().query())
        .containsEntry("subject", "group:data");
    prints(
        "Created role 'writer': read, commit\n",
        "role",
        "create",
        "writer",
        "--verb",
        "read,commit");
    prints("Deleted role 'writer'\n", "role", "delete", "writer");
  }

  @Test
  void tellsTheRuleThatDecides() {
    server.on(
        "GET /auth/can-i",
        "{\"allowed\": false, \"rule\": \"no grant\", \"user\": \"bob\", \"verb\": \"merge\"}");

    var result = shell.run("auth", "can-i", "merge", "main", "--as", "bob");

    assertThat(result.out()).isEqualTo("no: no grant\n");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(server.requests("GET /auth/can-i").getLast().query())
        .containsEntry("verb", "merge")
        .containsEntry("branch", "main")
        .containsEntry("as", "bob");
  }
}
