package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** Old commits say which column's values the live table has taken with it, and of no other. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class LostColumnsTest {

  private static String lost(Answer answer) {
    return answer.statusCode(200).extract().header("X-Epoch-Lost");
  }

  @Test
  void whatAMergeTakesOfALiveTableIsKeptAndNotSaidToBeLost() {
    // given
    Api api = Api.inNewRepository("kept");
    String table =
        api.register(
            "items",
            "CREATE TABLE %s (id integer PRIMARY KEY, name text, price numeric(8, 2), n bigint,"
                + " tier text NOT NULL DEFAULT 'basic')",
            "INSERT INTO %s VALUES (1, 'one', 1.50, 7), (2, 'two', 2.50, NULL)");
    String first = api.commit("main", "First");
    api.post("/branches", "{\"name\": \"x\", \"checkout\": false}").statusCode(201);

    // when
    api.post(
            "/schema/exec",
            "{\"branch\": \"x\", \"force\": true, \"sql\": \"ALTER TABLE %s DROP price, DROP tier, ALTER n TYPE integer\"}"
                .formatted(table.substring(table.indexOf('.') + 1)))
        .body("state", equalTo("done"));
    api.commit("x", "Without a price");
    api.post(
            "/branches/merge",
            "{\"source\": \"x\", \"target\": \"main\", \"allow_destructive\": true}")
        .statusCode(200);
    DatabasesForTests.shop("UPDATE " + table + " SET name = 'uno', n = 8 WHERE id = 1");
    api.commit("main", "Later");

    // then
    api.get("/tables/items/records?ref=" + first)
        .body("records.price", contains(1.5f, 2.5f))
        .body("records.tier", contains("basic", "basic"))
        .body("records.n", contains(7, null))
        .body("lost", nullValue());
    assertThat(lost(api.get("/export/items?ref=" + first))).isNull();
  }

  @Test
  void aDroppedColumnIsSaidToBeLostForItsOldCommitsAlone() {
    // given
    Api api = Api.inNewRepository("lost");
    String table =
        api.register(
            "items",
            "CREATE TABLE %s (id integer PRIMARY KEY, name text, \"a,b\" text, price numeric(8,"
                + " 2))",
            "INSERT INTO %s VALUES (1, 'one', 'x', 1.50), (2, 'two', 'y', 2.50)");
    String first = api.commit("main", "First");
    api.get("/tables/items/records?ref=" + first)
        .statusCode(200)
        .body("records[0].price", equalTo(1.5f))
        .body("lost", nullValue());
    assertThat(lost(api.get("/tables/items/records/1?ref=" + first))).isNull();

    // when
    DatabasesForTests.shop(
        "ALTER TABLE " + table + " DROP price, DROP \"a,b\"",
        "UPDATE " + table + " SET name = 'uno' WHERE id = 1");
    String second = api.commit("main", "Without a price");

    // then
    api.get("/tables/items/records?ref=" + first)
        .statusCode(200)
        .body("records[1].name", equalTo("two"))
        .body("records[1].price", nullValue())
        .body("lost", contains("a,b", "price"));
    assertThat(lost(api.get("/tables/items/records/2?ref=" + first))).isEqualTo("a%2Cb,price");
    for (String format : new String[] {"csv", "json", "ndjson"}) {
      assertThat(lost(api.get("/export/items?ref=" + first + "&format=" + format)))
          .isEqualTo("a%2Cb,price");
    }
    api.get("/diff/items?base=" + first + "&target=" + second)
        .statusCode(200)
        .body("lost", contains("a,b", "price"));
    assertThat(
            api.request()
                .accept("application/x-ndjson")
                .get("/diff/items?base=" + first + "&target=" + second)
                .header("X-Epoch-Lost"))
        .isEqualTo("a%2Cb,price");

    // and whoever asks in another way is told, too
    api.post(
            "/query",
            "{\"sql\": \"SELECT price FROM items ORDER BY id\", \"ref\": \"" + first + "\"}")
        .statusCode(200)
        .body("rows[1][0]", nullValue())
        .body("lost", contains("items.a,b", "items.price"));
    api.post(
            "/query",
            "{\"sql\": \"SELECT old.price FROM items i JOIN items AS OF '%s' old USING (id)\"}"
                .formatted(first))
        .body("lost", contains("items.a,b", "items.price"));
    assertThat(
            lost(
                api.post(
                    "/query",
                    "{\"sql\": \"SELECT 1 FROM epoch_diff('items', '%s', 'main')\", \"format\": \"csv\"}"
                        .formatted(first))))
        .isEqualTo("items.a%2Cb,items.price");
    api.post("/query", "{\"sql\": \"SELECT name FROM items\"}").body("lost", nullValue());
    api.get("/tables/items/records/1/history")
        .statusCode(200)
        .body("changes", hasSize(2))
        .body("lost", contains("a,b", "price"));
    api.get("/tables/items/records/1/blame?ref=" + first).body("lost", contains("a,b", "price"));
    api.get("/tables/items/records/1/blame").body("lost", nullValue());

    // and the commit that never had them has lost nothing
    api.get("/tables/items/records?ref=" + second)
        .body("records[0].name", equalTo("uno"))
        .body("lost", nullValue());
    assertThat(lost(api.get("/export/items?ref=" + second))).isNull();
    assertThat(lost(api.get("/tables/items/records/2?ref=" + second))).isNull();
  }
}
