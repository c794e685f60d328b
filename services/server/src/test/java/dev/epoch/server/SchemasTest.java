package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Schemas over REST: as databases have them, and as commits record them. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class SchemasTest {
  private Api api;
  private String schema;

  @BeforeEach
  void aRepositoryWithCustomersAndOrders() {
    api = Api.inNewRepository("schemas");
    schema = "orders_" + UUID.randomUUID().toString().substring(0, 8);
    DatabasesForTests.shop("CREATE SCHEMA " + schema);
    sql(
        "CREATE TYPE %s.order_status AS ENUM ('pending', 'shipped')",
        "CREATE TABLE %s.customers (id serial PRIMARY KEY, email varchar(255) NOT NULL,"
            + " CONSTRAINT uq_customers_email UNIQUE (email),"
            + " CONSTRAINT chk_customers_email CHECK (email ~ '@'))",
        "CREATE TABLE %1$s.orders (id serial PRIMARY KEY, customer_id integer NOT NULL,"
            + " status %1$s.order_status DEFAULT 'pending',"
            + " CONSTRAINT fk_orders_customer FOREIGN KEY (customer_id) REFERENCES %1$s.customers (id))",
        "CREATE INDEX idx_orders_status ON %s.orders (status) WHERE status <> 'shipped'",
        "CREATE VIEW %1$s.pending AS SELECT id FROM %1$s.orders WHERE status = 'pending'",
        "CREATE FUNCTION %s.twice(n integer) RETURNS integer LANGUAGE sql AS 'SELECT 2 * n'");
    for (String table : List.of("customers", "orders")) {
      api.post(
              "/tables",
              "{\"name\": \"%s\", \"location\": \"%s\"}"
                  .formatted(table, DatabasesForTests.location(schema + "." + table)))
          .statusCode(201);
    }
  }

  private void sql(String... statements) {
    for (String statement : statements) {
      DatabasesForTests.shop(statement.formatted(schema));
    }
  }

  @Test
  void aCommitRecordsTheSchemasOfItsDatabases() {
    // given
    api.get("/schema/objects").statusCode(404).body("error", equalTo("CommitNotFoundError"));

    // when
    String first =
        api.post("/commits", "{\"message\": \"Baseline\", \"include_schema\": true}")
            .statusCode(201)
            .body("tables", hasSize(2))
            .body("schemas", hasSize(1))
            .body("schemas[0].available", equalTo(true))
            .body("schemas[0].objects", equalTo(7))
            .body("schemas[0].backfilled", equalTo(false))
            .extract()
            .path("id");

    // then: the commit tells it, and what stands in it
    api.get("/commits/" + first).body("schemas[0].objects", equalTo(7));
    api.get("/schema/objects?ref=" + first)
        .statusCode(200)
        .body("databases[0].source", equalTo(first))
        .body(
            "databases[0].objects.kind",
            equalTo(List.of("enum", "sequence", "sequence", "function", "table", "table", "view")))
        .body("databases[0].objects.find {it.kind == 'view'}.depends_on", hasSize(2));
    api.get("/schema/objects?format=ddl")
        .body(containsString("CREATE VIEW"))
        .body(containsString("CREATE TABLE"));
    api.get("/tables/orders/schema?ref=" + first + "&full=true")
        .body("source", equalTo(first))
        .body("backend", notNullValue())
        .body("definition.object", equalTo("table"))
        .body("definition.indexes[0].predicate", notNullValue());

    // when: nothing has changed
    api.post("/commits", "{\"message\": \"Again\", \"schema_only\": true}")
        .statusCode(422)
        .body("error", equalTo("NothingToCommitError"));
    api.post("/commits", "{\"message\": \"Again\", \"include_schema\": true}").statusCode(422);

    // when: an object that is no table
    sql(
        "CREATE OR REPLACE FUNCTION %s.twice(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n + n'");
    String second =
        api.post("/commits", "{\"message\": \"Faster\", \"include_schema\": true}")
            .statusCode(201)
            .body("tables", hasSize(0))
            .extract()
            .path("id");

    // then
    assertThat(
            api.get("/schema/objects?ref=" + second)
                .extract()
                .<String>path("databases[0].schema_hash"))
        .isNotEqualTo(
            api.get("/schema/objects?ref=" + first).extract().path("databases[0].schema_hash"));

    // when: rows are waiting, and the schema alone is taken
    sql("INSERT INTO %s.customers (email) VALUES ('a@b')", "CREATE SEQUENCE %s.extra");
    String third =
        api.post("/commits", "{\"message\": \"A sequence\", \"schema_only\": true}")
            .statusCode(201)
            .body("tables", hasSize(0))
            .body("schemas[0].objects", equalTo(8))
            .extract()
            .path("id");
    api.get("/status").body("clean", equalTo(false));
    api.post("/commits", "{\"message\": \"x\", \"schema_only\": true, \"all\": true}")
        .statusCode(422);
    String rows = api.commit("main", "rows");

    // then: a commit that records none shows what the one before it does
    api.get("/commits/" + rows).statusCode(200).body("schemas", nullValue());
    api.get("/schema/objects?ref=" + rows).body("databases[0].source", equalTo(third));
    api.get("/events?type=commit-schema-recorded").body("events", hasSize(3));
  }

  @Test
  void constraintsAndIndexesAreAddedAndRemoved() {
    // given
    api.get("/tables/orders/constraints")
        .statusCode(200)
        .body("support.level", equalTo("full"))
        .body("support.can_execute_ddl", equalTo(true))
        .body("support.validation_mode", equalTo("database"))
        .body("primary_key.columns", equalTo(List.of("id")))
        .body("foreign_keys[0].references_table", equalTo(schema + ".customers"))
        .body("indexes[0].where_clause", notNullValue());
    sql("INSERT INTO %s.customers (email) VALUES ('a@b'), ('c@d')");

    // when
    api.post(
            "/tables/customers/constraints",
            "{\"name\": \"ck_short\", \"type\": \"check\", \"expression\": \"length(email) < 200\"}")
        .statusCode(201)
        .body("constraints.check_constraints.name", hasItem("ck_short"));
    api.post(
            "/tables/customers/constraints",
            "{\"name\": \"ck_long\", \"type\": \"check\", \"expression\": \"length(email) > 2\", \"online\": true}")
        .statusCode(201)
        .body("statements", hasSize(2))
        .body("statements[0]", containsString("NOT VALID"))
        .body("constraints.check_constraints.find {it.name == 'ck_long'}.validated", equalTo(true));
    api.post(
            "/tables/orders/indexes",
            "{\"name\": \"idx_customer\", \"columns\": [{\"name\": \"customer_id\", \"sort_order\": \"desc\"}], \"online\": true}")
        .statusCode(201)
        .body("statements[0]", containsString("CONCURRENTLY"))
        .body(
            "constraints.indexes.find {it.name == 'idx_customer'}.columns[0].sort_order",
            equalTo("desc"));

    // then: what rows or the request stand against is refused, and leaves nothing
    for (String online : List.of("false", "true")) {
      api.post(
              "/tables/customers/constraints",
              "{\"name\": \"ck_no\", \"type\": \"check\", \"expression\": \"email = 'x'\", \"online\": "
                  + online
                  + "}")
          .statusCode(422)
          .body("message", containsString("ck_no"));
      api.post(
              "/tables/customers/indexes",
              "{\"name\": \"uq_no\", \"unique\": true, \"columns\": [{\"expression\": \"length(email)\"}], \"online\": "
                  + online
                  + "}")
          .statusCode(422);
    }
    api.post(
            "/tables/customers/constraints",
            "{\"name\": \"ck_in\", \"type\": \"check\", \"expression\": \"true), DROP COLUMN email, ADD CHECK (true\"}")
        .statusCode(422);
    api.get("/tables/customers/constraints")
        .body(
            "check_constraints.name",
            equalTo(List.of("chk_customers_email", "ck_long", "ck_short")))
        .body("indexes", hasSize(0));
    api.delete("/tables/customers/constraints/customers_pkey").statusCode(422);
    api.delete("/tables/customers/constraints/nothing").statusCode(422);

    // when
    api.delete("/tables/customers/constraints/ck_short").statusCode(200);
    api.delete("/tables/orders/indexes/idx_customer?online=true").statusCode(200);

    // then
    api.get("/tables/customers/constraints")
        .body("check_constraints.name", equalTo(List.of("chk_customers_email", "ck_long")));
    api.get("/tables/orders/indexes").body("indexes.name", equalTo(List.of("idx_orders_status")));
    api.get("/tables/orders/constraints?ref=main").statusCode(200).body("source", equalTo("main"));
  }

  @Test
  void statusTellsDriftAndABackfillGivesOldCommitsASchema() {
    // given: none yet, a commit that has the tables alone, and one that records all
    api.get("/schema/status?tables=orders")
        .body("tables[0].latest_schema", equalTo(false))
        .body("tables[0].status", equalTo("Not committed"));
    String first = api.commit("main", "first");
    api.get("/schema/status?tables=orders")
        .body("tables", hasSize(1))
        .body("tables[0].latest_schema", equalTo(true))
        .body("tables[0].historical", equalTo("yes"))
        .body("tables[0].live", equalTo("synced"))
        .body("tables[0].status", equalTo("OK"))
        .body("tables[0].advice", equalTo("Standard migration is safe"));
    api.post("/commits", "{\"message\": \"second\", \"schema_only\": true}").statusCode(201);

    // when: the database goes on by itself
    sql("COMMENT ON TABLE %s.orders IS 'changed'");

    // then
    api.get("/schema/status?check_bloat=true&check_indexes=true")
        .body("tables.table", equalTo(List.of("customers", "orders")))
        .body("tables.live", equalTo(List.of("synced", "drifted")))
        .body("tables.status", equalTo(List.of("OK", "Needs sync")))
        .body("tables[1].bloat.recommendation", equalTo("OK"))
        .body("tables[1].indexes.name", hasItems("orders_pkey", "idx_orders_status"))
        .body("tables[1].indexes.valid", everyItem(equalTo(true)));

    // when
    api.post("/schema/backfill", "{\"dry_run\": true}")
        .statusCode(200)
        .body("commits.commit_id", equalTo(List.of(first)))
        .body("commits[0].commits", equalTo(1));
    api.get("/schema/objects?ref=" + first).statusCode(404);
    api.post("/schema/backfill", "{}").statusCode(200).body("commits", hasSize(1));

    // then
    api.get("/schema/objects?ref=" + first)
        .body("databases[0].source", equalTo(first))
        .body("databases[0].backfilled", equalTo(true));
    api.get("/schema/status?tables=customers")
        .body("tables[0].historical", equalTo("yes"))
        .body("tables[0].status", equalTo("OK"));
    api.post("/schema/backfill", "{}").body("commits", hasSize(0));
  }

  @Test
  void theLiveSchemaIsOfThisMoment() {
    // when
    sql("COMMENT ON TABLE %s.orders IS 'what they buy'");

    // then
    api.get("/tables/orders/schema?live=true&full=true")
        .body("source", equalTo("live"))
        .body("definition.comment", equalTo("what they buy"))
        .body("definition.triggers", hasSize(0));
    api.get("/schema/objects?live=true")
        .body("databases[0].source", equalTo("live"))
        .body("databases[0].objects.name", hasItems("orders", "pending", "twice(integer)"))
        .body(
            "databases[0].objects.findAll {it.kind != 'extension'}.schema",
            everyItem(equalTo(schema)))
        .body("databases[0].objects.kind", not(hasItem("nothing")));
  }
}
