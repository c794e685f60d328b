package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.Shell;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SchemaCommandTest extends CommandTest {

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "staging");
  }

  @Test
  void showsATableAsPeopleWriteIt() {
    server.on(
        "GET /tables/users/schema",
        """
        {"table": "users", "backend": "postgresql", "source": "live",
         "columns": [
          {"name": "id", "type": "integer", "nullable": false, "default": "nextval('public.users_id_seq'::regclass)"},
          {"name": "email", "type": "character varying(255)", "nullable": false},
          {"name": "status", "type": "public.user_status", "nullable": true, "default": "'active'::public.user_status"},
          {"name": "created_at", "type": "timestamp without time zone", "nullable": true, "default": "CURRENT_TIMESTAMP"}],
         "primary_key": ["id"],
         "constraints": [
          {"name": "pk_users", "type": "primary_key", "columns": ["id"], "definition": "PRIMARY KEY (id)"},
          {"name": "uq_users_email", "type": "unique", "columns": ["email"], "definition": "UNIQUE (email)"},
          {"name": "chk_users_email", "type": "check", "columns": ["email"],
           "definition": "CHECK (((email)::text ~ '^[^@]+@[^@]+$'::text))"},
          {"name": "fk_users_org", "type": "foreign_key", "columns": ["org_id"],
           "definition": "FOREIGN KEY (org_id) REFERENCES public.orgs(id)"}],
         "indexes": [
          {"name": "idx_users_email", "definition": "CREATE INDEX idx_users_email ON public.users USING btree (email)", "unique": false},
          {"name": "idx_users_status", "definition": "CREATE INDEX idx_users_status ON public.users USING btree (status) WHERE (status = 'active'::public.user_status)", "unique": false}],
         "enums": [{"name": "public.user_status", "labels": ["active", "inactive", "suspended"]}]}
        """);

    prints(
        """
        Table: users (PostgreSQL)
        Source: Live database introspection

        Columns:
          id          SERIAL        PRIMARY KEY
          email       VARCHAR(255)  NOT NULL
          status      user_status   DEFAULT 'active'
          created_at  TIMESTAMP     DEFAULT CURRENT_TIMESTAMP

        Constraints:
          uq_users_email   UNIQUE (email)
          chk_users_email  CHECK (email ~ '^[^@]+@[^@]+$')
          fk_users_org     FOREIGN KEY (org_id) REFERENCES orgs (id)

        Indexes:
          idx_users_email   btree (email)
          idx_users_status  btree (status) WHERE status = 'active'

        Enum Types:
          user_status  (active, inactive, suspended)
        """,
        "schema",
        "show",
        "users",
        "--live");

    assertThat(server.request("GET /tables/users/schema").query())
        .containsEntry("ref", "staging")
        .containsEntry("live", "true");
  }

  @Test
  void statusPrintsBarsAndBackfillSaysWhatItFilled() {
    server.on(
        "GET /schema/status",
        """
        {"tables": [
         {"table": "users", "latest_schema": true, "historical": "partial", "live": "synced", "status": "OK"},
         {"table": "events", "latest_schema": false, "historical": "no", "live": "unknown", "status": "s3 table"}]}
        """);
    prints(
        """
        Table  | Latest Schema | Historical | Live DB | Status
        -------|---------------|------------|---------|---------
        users  | Yes           | Partial    | Synced  | OK
        events | No            | No         | N/A     | s3 table
        """,
        "schema",
        "status");
    server.on(
        "POST /schema/backfill",
        """
        {"dry_run": false, "commits": [{"commit_id": "abc123f456", "commits": 3, "storages": ["shop"], "unavailable": []}]}
        """);
    prints(
        "Filled abc123f: schema of shop, shown by 3 commits\n",
        "migrate-schemas",
        "users",
        "--backfill",
        "--since",
        "2024-01-01T00:00:00Z");
    assertThat(server.request("POST /schema/backfill").body().toString())
        .isEqualTo(
            "{\"tables\":[\"users\"],\"since\":\"2024-01-01T00:00:00Z\",\"skip_inaccessible\":false,\"dry_run\":false}");
  }

  @Test
  void constraintsAreAdded() {
    server.on(
        "POST /tables/users/constraints",
        201,
        "{\"statements\": [\"ALTER TABLE users ADD CONSTRAINT uq_email UNIQUE (email)\"]}");
    prints(
        "ALTER TABLE users ADD CONSTRAINT uq_email UNIQUE (email);\n",
        "constraints",
        "add",
        "users",
        "uq_email",
        "--unique",
        "email");
    assertThat(server.request("POST /tables/users/constraints").body().toString())
        .isEqualTo(
            "{\"name\":\"uq_email\",\"type\":\"unique\",\"columns\":[\"email\"],\"online\":false}");
    assertThat(shell.run("constraints", "add", "users", "x").exitCode()).isNotZero();
  }

  @Test
  void showsAllObjects() {
    server.on(
        "GET /schema/objects",
        """
        {"databases": [{"storage": "shop", "source": "abc123f456", "schema_hash": "0123456789",
          "objects": [
           {"kind": "table", "schema": "public", "name": "users", "hash": "aaaaaaaaaa"},
           {"kind": "extension", "schema": "", "name": "citext", "hash": "bbbbbbbbbb"}]}]}
        """);

    assertThat(shell.run("schema", "show", "--all", "--at", "v1").out())
        .contains("Storage: shop (Commit abc123f), hash 0123456")
        .contains("public.users")
        .contains("citext");
    assertThat(server.request("GET /schema/objects").query()).containsEntry("ref", "v1");
  }

  @Test
  void aCommitSaysWhatItRecordsOfSchemas() {
    server.on(
        "POST /commits",
        201,
        """
        {"id": "abc123f456", "message": "m", "tables": [], "stats": {},
         "schemas": [{"storage": "shop", "available": true, "objects": 12, "schema_hash": "0123456789", "backfilled": false}]}
        """);

    prints(
        """
        Created commit abc123f
          0 tables, 0 records
          schema of shop: 12 objects, hash 0123456
        """,
        "commit",
        "-m",
        "Baseline",
        "--schema-only");

    assertThat(server.request("POST /commits").body().path("schema_only").asBoolean()).isTrue();
    assertThat(shell.run("commit", "-m", "x", "--schema-only", "-a").exitCode()).isNotZero();
  }

  @Test
  void comparesMigrationsWithWhatTheirToolHasRun() {
    // given
    shell.inRepository("shop", "main");
    shell.write("sql/V1__users.sql", "CREATE TABLE users (id int PRIMARY KEY);\n");
    shell.write("sql/V1_1__mails.sql", "ALTER TABLE users ADD email text;\n-- end\n");
    shell.write("sql/V2__next.sql", "ALTER TABLE users ADD next text;\n");
    shell.write("sql/V10__later.sql", "ALTER TABLE users ADD later text;\n");
    server.on(
        "GET /schema/migrations",
        """
        {"migrations": [
          {"id": "1", "description": "users", "script": "V1__users.sql", "checksum": "-2134990597",
           "success": true, "commit_id": "abcdef1234567890"},
          {"id": "1.1", "description": "mails", "script": "V1_1__mails.sql", "checksum": "1",
           "success": true, "commit_id": null},
          {"id": "1.2", "description": "gone", "script": "V1_2__gone.sql", "checksum": "2",
           "success": true, "commit_id": null}]}
        """);
    server.on(
        "POST /schema/migrations",
        """
        {"dry_run": false, "commits": [
          {"commit_id": "abcdef1234567890", "script": "V1__users.sql", "objects": 1}]}
        """);

    // when
    Shell.Result result = shell.run("migrate-schemas", "--import-from", "flyway", "sql");

    // then
    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(result.out().replaceAll(" +\\| +", "|").replaceAll(" +\n", "\n"))
        .contains(
            "1|users|applied|abcdef1\n",
            "1.1|mails|drift|-\n",
            "2|next|pending|-\n10|later|pending|-\n1.2|gone|missing|-\n",
            "Filled abcdef1: schema behind V1__users.sql, 1 object\n");
    assertThat(server.request("POST /schema/migrations").body().path("files").size()).isEqualTo(4);
  }

  @Test
  void readsChangeSetsOfLiquibase() {
    shell.inRepository("shop", "main");
    shell.write(
        "changelog.sql",
        """
        --liquibase formatted sql
        --changeset ann:1
        CREATE TABLE users (id int);
        --rollback DROP TABLE users;
        --changeset ann:2 runInTransaction:false
        CREATE INDEX CONCURRENTLY i ON users (id);
        """);
    server.on("GET /schema/migrations", "{\"migrations\": []}");
    server.on("POST /schema/migrations", "{\"dry_run\": true, \"commits\": []}");

    Shell.Result result =
        shell.run("migrate-schemas", "--import-from", "liquibase", "changelog.sql", "--dry-run");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains("ann:1", "ann:2", "pending", "No commit is without a schema");
    assertThat(
            server
                .request("POST /schema/migrations")
                .body()
                .path("files")
                .get(0)
                .path("sql")
                .asText())
        .isEqualTo("CREATE TABLE users (id int);\n");
    shell.write("changelog.xml", "<databaseChangeLog/>");
    assertThat(shell.run("migrate-schemas", "--import-from", "liquibase", "changelog.xml").err())
        .contains("no change set in formatted SQL");
  }
}
