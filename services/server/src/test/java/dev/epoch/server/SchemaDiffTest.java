package dev.epoch.server;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesRegex;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Differences of schemas over REST, and the migrations between them. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class SchemaDiffTest {
  private Api api;
  private String table;

  @BeforeEach
  void aTableThatDrifted() {
    api = Api.inNewRepository("schemas");
    table =
        api.register(
            "users",
            "CREATE TABLE %s (id int PRIMARY KEY, email varchar(80) NOT NULL, old text)",
            "INSERT INTO %s VALUES (1, 'a@b', 'x')");
    api.commit("main", "first");
    DatabasesForTests.shop(
        "ALTER TABLE %s ADD phone varchar(20), ALTER email TYPE varchar(200), DROP old"
            .formatted(table));
    DatabasesForTests.shop(
        "ALTER TABLE %s ADD CONSTRAINT chk_phone CHECK (phone <> '')".formatted(table));
    DatabasesForTests.shop(
        "CREATE INDEX ix_%s ON %s (lower(email), phone DESC)".formatted(table, table));
  }

  @Test
  void tellsWhatTheDatabaseHasThatTheCommitHasNot() {
    api.get("/schema/diff?base=main&live=true")
        .statusCode(200)
        .body("changes", hasSize(5))
        .body("changes.find { it.object_name == 'phone' }.change_type", equalTo("added"))
        .body("changes.find { it.object_name == 'phone' }.object_type", equalTo("column"))
        .body("changes.find { it.object_name == 'phone' }.table", equalTo(table))
        .body(
            "changes.find { it.object_name == 'phone' }.details.type",
            equalTo("character varying(20)"))
        .body(
            "changes.find { it.object_name == 'phone' }.sql_to_sync",
            equalTo("ALTER TABLE " + table + " ADD COLUMN phone character varying(20)"))
        .body("changes.find { it.object_name == 'email' }.change_type", equalTo("modified"))
        .body("changes.find { it.object_name == 'old' }.change_type", equalTo("removed"))
        .body("warnings.operation", hasItem("DROP COLUMN"))
        .body("warnings.risk", hasItem("High"))
        .body("warnings.object", hasItem(table + ".old"))
        .body("destructive", equalTo(true))
        .body(
            "up",
            hasItems(
                "ALTER TABLE " + table + " DROP COLUMN IF EXISTS old",
                "CREATE INDEX CONCURRENTLY ix_%s ON %s (lower((email)::text), phone DESC)"
                    .formatted(table, table)))
        .body("down", hasItem("ALTER TABLE " + table + " ADD COLUMN old text"))
        .body("schema_hash", matchesRegex("[0-9a-f]{64}"));
    api.get("/schema/diff?base=main&live=true&online=false")
        .body("up", not(hasItem(containsString("CONCURRENTLY"))));
    api.get("/schema/diff?base=main&live=true&online=true")
        .body("up", hasItem(startsWith("ALTER TABLE " + table + " VALIDATE CONSTRAINT")));
    api.get("/schema/diff?base=main&target=main").body("changes", hasSize(0));
    api.get("/schema/diff?base=main&live=true&table=users").body("changes", hasSize(5));
  }

  @Test
  void writesMigrationsInTheFormsOfTools() {
    api.get("/schema/diff?base=main&live=true&format=ddl")
        .contentType("text/plain")
        .body(startsWith("-- Migration: main -> live\n\n-- UP\n"))
        .body(containsString("\n-- DOWN\n"))
        .body(containsString(" ADD CONSTRAINT chk_phone\n    CHECK "))
        .body(matchesRegex("(?s).*-- DOWN\n.*DROP INDEX .*DROP CONSTRAINT .*"))
        .body(not(matchesRegex("(?s).*-- DOWN\n.*DROP CONSTRAINT .*DROP INDEX .*")));
    api.get("/schema/diff?base=main&live=true&format=script")
        .body(containsString("-- WARNING: DROP COLUMN: " + table + ".old"))
        .body(containsString("-- UP: Apply changes\n"));
    api.get("/schema/diff?base=main&live=true&format=flyway")
        .body(not(containsString("DOWN")))
        .body(not(containsString("CONCURRENTLY")));
    api.get("/schema/diff?base=main&live=true&format=flyway-undo")
        .body(containsString("DROP COLUMN IF EXISTS phone;"));
    api.get("/schema/diff?base=main&live=true&format=liquibase&id=7")
        .body(startsWith("--liquibase formatted sql\n\n--changeset epoch:7 stripComments:false "))
        .body(containsString("--rollback "));
  }

  @Test
  void writesMigrationsInTheDialectOfMySql() {
    api.get("/schema/diff?base=main&live=true&dialect=mysql&format=ddl")
        .statusCode(200)
        .body(containsString("ALTER TABLE `" + table + "` ADD COLUMN `phone` VARCHAR(20);"))
        .body(
            containsString(
                "ALTER TABLE `%s` MODIFY COLUMN `email` VARCHAR(200) NOT NULL;".formatted(table)))
        .body(containsString("ALTER TABLE `" + table + "` DROP COLUMN `old`;"))
        .body(containsString(" ADD CONSTRAINT `chk_phone` CHECK "))
        .body(containsString("CREATE INDEX `ix_%s` ON `%s` ((lower(".formatted(table, table)));
    api.get("/schema/diff?base=main&live=true&dialect=mysql")
        .body("up", hasItem("ALTER TABLE `" + table + "` DROP COLUMN `old`"))
        .body("down", hasItem("ALTER TABLE `" + table + "` ADD COLUMN `old` LONGTEXT"));
    api.get("/schema/diff?base=main&live=true&dialect=mysql&format=flyway-undo")
        .body(containsString("DROP COLUMN `phone`"));
    api.get("/schema/diff?base=main&live=true&dialect=mysql&online=true").statusCode(422);
  }

  @Test
  void writesMigrationsInTheDialectOfSqlite() {
    api.get("/schema/diff?base=main&live=true&dialect=sqlite&format=ddl")
        .statusCode(200)
        .body(containsString("CREATE TABLE \"epoch_new_" + table + "\" ("))
        .body(containsString("\"phone\" VARCHAR(20)"))
        .body(containsString("CREATE INDEX \"ix_%s\" ON \"%s\" (lower(".formatted(table, table)));
    api.get("/schema/diff?base=main&live=true&dialect=sqlite&format=liquibase")
        .body(containsString("runInTransaction:false"));
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    api.get("/schema/diff?base=main&live=true&format=yaml").statusCode(422);
    api.get("/schema/diff?base=main&live=true&dialect=oracle").statusCode(422);
    api.get("/schema/diff?base=main&live=true&table=nobody")
        .statusCode(404)
        .body("error", equalTo("TableNotFoundError"));
    api.get("/schema/diff?base=nowhere").statusCode(404);
  }

  @Test
  void makesTheLiveTableWhatACommitSays() {
    // given
    String wish = "{\"table\": \"users\", \"from\": \"main\"%s}";
    String hash =
        api.post("/schema/apply", wish.formatted(", \"dry_run\": true"))
            .statusCode(200)
            .body("state", equalTo("pending"))
            .body("operation_id", nullValue())
            .body("statements.state", everyItem(equalTo("pending")))
            .body("statements.sql", hasItem("ALTER TABLE " + table + " ADD COLUMN old text"))
            .body("impact.table", hasItem("users"))
            .extract()
            .path("schema_hash");
    api.post("/schema/apply", wish.formatted(""))
        .statusCode(422)
        .body("message", containsString("DROP COLUMN"));
    api.post("/schema/apply", wish.formatted(", \"force\": true, \"schema_hash\": \"00\""))
        .statusCode(409)
        .body("error", equalTo("SchemaChangedError"));
    api.post("/schema/apply", wish.formatted(", \"to_branch\": \"other\"")).statusCode(422);
    api.post("/schema/apply", wish.formatted(", \"lock_timeout\": \"soon\"")).statusCode(422);

    // when
    String id =
        api.post(
                "/schema/apply",
                wish.formatted(", \"force\": true, \"schema_hash\": \"" + hash + "\""))
            .statusCode(200)
            .body("state", equalTo("done"))
            .body("statements.state", everyItem(equalTo("done")))
            .extract()
            .path("operation_id");

    // then
    api.get("/schema/apply/" + id).body("state", equalTo("done"));
    api.get("/schema/apply/latest").body("operation_id", equalTo(id));
    api.get("/schema/apply/unknown").statusCode(404);
    api.get("/schema/diff?base=main&live=true").body("changes", hasSize(0));
    api.post("/schema/apply", wish.formatted(""))
        .statusCode(200)
        .body("state", equalTo("done"))
        .body("statements", hasSize(0));
  }

  @Test
  void tablesStayCapturedWhileTheirSchemaIsChanged() {
    // given
    api = Api.inNewRepository("captured");
    String orders =
        api.register("orders", "CREATE TABLE %s (id int PRIMARY KEY, n int CHECK (n > 0))");
    api.commit("main", "orders");
    DatabasesForTests.shop("ALTER TABLE %s DROP CONSTRAINT %s_n_check".formatted(orders, orders));
    DatabasesForTests.shop("CREATE INDEX ix_%s ON %s (n)".formatted(orders, orders));
    DatabasesForTests.shop("INSERT INTO %s VALUES (1, 1)".formatted(orders));

    // when
    api.post("/schema/apply", "{\"table\": \"orders\", \"from\": \"main\", \"online\": true}")
        .statusCode(200)
        .body("state", equalTo("done"))
        .body("statements.sql", hasItem(startsWith("DROP INDEX CONCURRENTLY")));

    // then
    DatabasesForTests.shop("INSERT INTO %s VALUES (2, 2)".formatted(orders));
    api.commit("main", "captured before and after");
    api.get("/commits/diff?base=main~1&target=main").body("total_inserts", equalTo(2));
  }
}
