package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log without a key through the public surface: equal rows on both sides of a merge. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class AppendOnlyTablesTest {
  private Api api;
  private String table;

  @BeforeEach
  void aLog() {
    api = Api.inNewRepository("appendonly");
    table = "log_" + UUID.randomUUID().toString().substring(0, 8);
    DatabasesForTests.shop("CREATE TABLE %s (who text NOT NULL, what json)".formatted(table));
    DatabasesForTests.shop("INSERT INTO %s VALUES ('al', '{}'), ('al', '{}')".formatted(table));
  }

  private int rowsInTheTable() throws SQLException {
    try (Connection connection = DatabasesForTests.connect(DatabasesForTests.SHOP);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private String registration(String more) {
    return "{\"name\": \"log\", \"location\": \"%s\"%s}"
        .formatted(DatabasesForTests.location("public." + table), more);
  }

  @Test
  void aLogIsCommittedBranchedAndMerged() throws SQLException {
    // given
    api.post("/tables", registration(""))
        .statusCode(422)
        .body("details.remedy", containsString("--append-only"));
    api.post("/tables", registration(", \"append_only\": true, \"primary_key\": [\"who\"]"))
        .statusCode(422);
    api.post("/tables", registration(", \"append_only\": true"))
        .statusCode(201)
        .body("append_only", equalTo(true))
        .body("primary_key", equalTo(List.of("epoch_row")))
        .body("record_count", equalTo(2));
    String first = api.commit("main", "first");
    api.post("/branches", "{\"name\": \"x\"}").statusCode(201);

    // when
    api.post(
            "/tables/log/records?branch=x",
            "{\"upsert\": [{\"who\": \"al\", \"what\": {}}, {\"who\": \"bo\"}]}")
        .statusCode(200)
        .body("inserted", equalTo(2));
    api.commit("x", "on the branch");
    DatabasesForTests.shop("INSERT INTO %s VALUES ('al', '{}')".formatted(table));
    api.post("/branches/merge", "{\"source\": \"x\", \"target\": \"main\"}")
        .statusCode(200)
        .body("live_commit", notNullValue());

    // then
    assertThat(rowsInTheTable()).isEqualTo(5);
    api.get("/tables/log/records?ref=main")
        .body("records", hasSize(5))
        .body("records", everyItem(hasKey("epoch_row")));
    api.get("/tables/log/records?ref=" + first).body("records", hasSize(2));
    api.get("/diff/log?base=" + first + "&target=main")
        .body("changes", hasSize(3))
        .body("changes.type", everyItem(equalTo("insert")));
    api.post("/query", "{\"sql\": \"SELECT * FROM log WHERE who = 'al'\", \"ref\": \"main\"}")
        .body("columns.name", equalTo(List.of("who", "what")))
        .body("rows", hasSize(4));
    api.get("/tables/log/schema?format=ddl").body(not(containsString("epoch_row")));
    api.get("/status").body("clean", equalTo(true));

    // when
    String id = api.get("/tables/log/records?ref=main").extract().path("records[0].epoch_row") + "";
    api.post("/tables/log/records?branch=main", "{\"delete\": [{\"epoch_row\": %s}]}".formatted(id))
        .body("deleted", equalTo(1));

    // then
    assertThat(rowsInTheTable()).isEqualTo(4);
    api.get("/tables/log/records/" + id + "?ref=main").statusCode(200).body("who", equalTo("al"));
    api.commit("main", "one less");
    api.delete("/tables/log").statusCode(204);
    DatabasesForTests.shop("DELETE FROM " + table);
  }
}
