package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** A branch is made under the name of one that is gone, whatever became of its tables. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class ReusedBranchNameTest {
  private static final String CREATE = "CREATE TABLE %s (id integer PRIMARY KEY, name text)";

  @Test
  void theNameOfABranchWhoseTablesWereRemovedIsFree() throws SQLException {
    // given
    Api api = Api.inNewRepository("ghost");
    api.register("a", CREATE);
    api.commit("main", "a");
    branch(api);
    String live = api.register("b", CREATE, "INSERT INTO %s VALUES (1, 'one')");
    api.commit("main", "b");
    api.delete("/tables/a").statusCode(204);

    // when
    api.delete("/branches/br?force=true").statusCode(204);
    branch(api);

    // then
    api.post("/tables/b/records?branch=br", "{\"upsert\": [{\"id\": 2, \"name\": \"two\"}]}")
        .statusCode(200);
    try (Connection session = DatabasesForTests.connect(DatabasesForTests.SHOP);
        Statement statement = session.createStatement()) {
      statement.execute("SELECT epoch.use_branch('br', '" + api.repository() + "')");
      assertThat(statement.executeUpdate("UPDATE " + live + " SET name = 'uno' WHERE id = 1"))
          .isEqualTo(1);
      assertThat(number(statement, "SELECT count(*) FROM " + live)).isEqualTo(2);
      assertThat(number(statement, "SELECT count(*) FROM public." + live + " WHERE name = 'one'"))
          .isEqualTo(1);
    }
    api.commit("br", "on the branch");
    api.get("/tables/b/records?ref=br").body("records.name.sort()", equalTo(names("two", "uno")));
    api.get("/admin/projections").body("projections.state", everyItem(equalTo("running")));
  }

  private static void branch(Api api) {
    api.post("/branches", "{\"name\": \"br\", \"start_point\": \"main\", \"checkout\": false}")
        .statusCode(201);
  }

  private static java.util.List<String> names(String... names) {
    return java.util.List.of(names);
  }

  private static long number(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
