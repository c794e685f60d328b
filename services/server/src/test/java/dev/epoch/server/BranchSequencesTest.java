package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** Branches with sequences of their own. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class BranchSequencesTest {
  @Test
  void recordsOfABranchUseUpNoLiveNumbers() throws SQLException {
    // given
    Api api = Api.inNewRepository("sequences");
    String live =
        api.register("users", "CREATE TABLE %s (id int PRIMARY KEY, number serial, name text)");
    api.commit("main", "users");

    // when
    branch(api, "own", "\"own_sequences\": true", 201, true);
    branch(api, "child", "\"start_point\": \"own\"", 201, true);
    branch(api, "shared", "\"own_sequences\": false", 201, false);
    api.post(
            "/branches",
            "{\"name\": \"no\", \"start_point\": \"own\", \"own_sequences\": false, \"checkout\": false}")
        .statusCode(422)
        .body("message", containsString("Branch 'own' has sequences of its own"));
    for (String name : new String[] {"own", "child"}) {
      api.post(
              "/tables/users/records?branch=" + name,
              "{\"upsert\": [{\"id\": 1, \"name\": \"a\"}, {\"id\": 2, \"name\": \"b\"}]}")
          .statusCode(200);
    }

    // then
    api.get("/branches/own").body("own_sequences", equalTo(true));
    api.get("/branches")
        .body("branches.find { it.name == 'child' }.own_sequences", equalTo(true))
        .body("branches.find { it.name == 'main' }.own_sequences", equalTo(false));
    api.commit("own", "two");
    api.get("/reflog?branch=own")
        .body("entries.own_sequences", everyItem(equalTo(true)))
        .body("entries[0].schema_only", nullValue());
    api.get("/reflog?branch=shared").body("entries[0].own_sequences", nullValue());
    api.get("/tables/users/records?ref=own").body("records.number.max()", equalTo(2));
    try (Connection session = DatabasesForTests.connect(DatabasesForTests.SHOP);
        Statement statement = session.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT is_called FROM public." + live + "_number_seq")) {
      rows.next();
      assertThat(rows.getBoolean(1)).isFalse();
    }
  }

  private static void branch(Api api, String name, String more, int status, boolean own) {
    api.post("/branches", "{\"name\": \"" + name + "\", \"checkout\": false, " + more + "}")
        .statusCode(status)
        .body("own_sequences", equalTo(own));
  }
}
