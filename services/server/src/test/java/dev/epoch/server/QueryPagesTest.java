package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Queries whose rows are asked for page by page, while the data changes. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class QueryPagesTest {
  private static final String ALL = "SELECT id, grp, name FROM items";

  private Api api;
  private String table;

  @BeforeEach
  void tenRows() {
    api = Api.inNewRepository("pages");
    table =
        api.register(
            "items",
            "CREATE TABLE %s (id int PRIMARY KEY, grp int, name text, doc json)",
            "INSERT INTO %s SELECT i, i %% 3, 'n' || i, '{}' FROM generate_series(1, 10) AS i");
    api.commit("main", "first");
    api.post("/tags", "{\"name\": \"v1\"}").statusCode(201);
  }

  private Answer query(String sql, String more) {
    return api.post("/query", "{\"sql\": \"%s\", \"limit\": 4%s}".formatted(sql, more));
  }

  private static String after(String cursor) {
    return ", \"after\": \"" + cursor + "\"";
  }

  /** Ids of all pages; the live table changes before each but the first. */
  private List<Integer> pages(String sql, String more) {
    List<Integer> ids = new ArrayList<>();
    JsonPath page = query(sql, more + ", \"paged\": true").statusCode(200).extract().jsonPath();
    ids.addAll(page.getList("rows.collect { it[0] }"));
    int changed = 0;
    while (page.get("next") != null) {
      assertThat(page.getBoolean("truncated")).isTrue();
      DatabasesForTests.shop(
          "UPDATE " + table + " SET name = name || '!', grp = 9 WHERE id < 8",
          "DELETE FROM " + table + " WHERE id = " + (10 - changed++));
      api.commit("main", "another");
      page = query(sql, more + after(page.getString("next"))).statusCode(200).extract().jsonPath();
      ids.addAll(page.getList("rows.collect { it[0] }"));
    }
    return ids;
  }

  @Test
  void pagesOfAHeadAreOfTheCommitThatTheFirstOneRead() {
    assertThat(pages(ALL + " ORDER BY id DESC", ""))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 10).mapToObj(i -> 11 - i).toList());
  }

  @Test
  void withoutAnOrderEachRowComesOnce() {
    assertThat(pages("SELECT * FROM items -- all; of them\\n;", ""))
        .hasSize(10)
        .doesNotHaveDuplicates();
    assertThat(pages(ALL, ", \"ref\": \"v1\"")).hasSize(10).doesNotHaveDuplicates();
    assertThat(pages("SELECT 1, 1 FROM items AS OF 'v1' a", "")).hasSize(10);
  }

  @Test
  void refsInTheStatementStayWhereTheyWere() {
    assertThat(pages("SELECT id FROM items AS OF 'main' x ORDER BY id", ", \"ref\": \"v1\""))
        .hasSize(10);
  }

  @Test
  void aCursorIsOfOneQuery() {
    String cursor =
        query(ALL + " ORDER BY id", ", \"paged\": true").extract().jsonPath().getString("next");
    query(ALL + " ORDER BY id LIMIT 9", after(cursor))
        .statusCode(422)
        .body("details.errors[0].msg", containsString("another query"));
    query(ALL + " ORDER BY id", ", \"ref\": \"v1\"" + after(cursor)).statusCode(422);
    for (String damaged : new String[] {"x", "!", "e30", ""}) {
      query(ALL + " ORDER BY id", after(damaged)).statusCode(422);
    }
    query(ALL + " ORDER BY id", after(cursor)).statusCode(200).body("rows[0][0]", equalTo(5));
    query(ALL, "").body("next", nullValue());
    String header =
        query(ALL, ", \"paged\": true, \"format\": \"csv\"").extract().header("X-Epoch-Next");
    query(ALL, after(header)).statusCode(200);
  }

  @Test
  void whatHasNoPagesIsRefused() {
    query(ALL + " LIMIT 5", ", \"paged\": true")
        .statusCode(422)
        .body("message", containsString("ORDER BY"));
    query("EXPLAIN " + ALL, ", \"paged\": true").statusCode(422);
    query(ALL, ", \"paged\": true, \"working\": true").statusCode(422);
    query(ALL, ", \"paged\": true, \"branches\": [\"main\"]").statusCode(422);
    query(ALL + " ORDER BY id LIMIT 4", ", \"paged\": true")
        .statusCode(200)
        .body("next", nullValue());
  }

  @Test
  void anOrderThatChangesIsNoticed() {
    String sql = "SELECT id FROM items ORDER BY random()";
    JsonPath page = query(sql, ", \"paged\": true").statusCode(200).extract().jsonPath();
    boolean noticed = false;
    for (int i = 0; i < 20 && !noticed; i++) {
      noticed = query(sql, after(page.getString("next"))).extract().asString().contains("unique");
    }
    assertThat(noticed).isTrue();
  }
}
