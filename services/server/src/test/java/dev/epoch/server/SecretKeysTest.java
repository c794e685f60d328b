package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Keys of stored secrets over REST. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class SecretKeysTest {

  private static List<Map<String, Object>> keys(Api api) {
    return api.get("/admin/keys").statusCode(200).extract().path("keys");
  }

  private static String sealedSecrets(String table, String repository) throws SQLException {
    try (Connection connection = DatabasesForTests.connect(DatabasesForTests.METADATA);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT sealed_secrets FROM epoch."
                    + table
                    + " WHERE repository = '"
                    + repository
                    + "'")) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }

  @Test
  void aNewKeySealsWhatIsStoredAndAllGoesOn() throws SQLException {
    // given: a storage with a password, a webhook and a hook
    Api api = Api.inNewRepository("keys");
    String table = api.register("items", "CREATE TABLE %s (id integer PRIMARY KEY, name text)");
    String storage = api.get("/storage").statusCode(200).extract().path("storage[0].name");
    api.post("/webhooks", "{\"url\": \"http://127.0.0.1:9/w\", \"active\": false}").statusCode(201);
    api.post(
            "/hooks",
            "{\"name\": \"h\", \"event\": \"pre-branch-delete\", \"url\":"
                + " \"http://127.0.0.1:9/h\"}")
        .statusCode(201);
    List<Map<String, Object>> before = keys(api);
    String webhook = sealedSecrets("webhooks", api.repository());
    String hook = sealedSecrets("hooks", api.repository());

    // when
    String key =
        api.post("/admin/keys/rotate")
            .statusCode(200)
            .body("unreadable", equalTo(List.of()))
            .extract()
            .path("key");

    // then
    List<Map<String, Object>> after = keys(api);
    assertThat(after).hasSize(before.size() + 1);
    assertThat(after.getLast()).containsEntry("id", key).containsEntry("primary", true);
    assertThat((int) after.getLast().get("secrets")).isGreaterThanOrEqualTo(3);
    assertThat(after.subList(0, before.size()))
        .allSatisfy(former ->
            assertThat(former).containsEntry("primary", false).containsEntry("secrets", 0));
    assertThat(sealedSecrets("webhooks", api.repository())).isNotEqualTo(webhook);
    assertThat(sealedSecrets("hooks", api.repository())).isNotEqualTo(hook);
    api.post("/storage/" + storage + "/test").statusCode(200);
    DatabasesForTests.shop("INSERT INTO " + table + " VALUES (1, 'one')");
    api.commit("main", "With the password that was sealed anew");
    api.get("/tables/items/records").body("records.name", hasItem("one"));
  }

  @Test
  void aPasswordIsTriedBeforeItIsTakenOver() {
    // given
    Api api = Api.inNewRepository("rotated");
    api.register("items", "CREATE TABLE %s (id integer PRIMARY KEY, name text)");
    String name = api.get("/storage").statusCode(200).extract().path("storage[0].name");
    String credentials = "/storage/" + name + "/credentials";
    String body = "{\"username\": \"%s\", \"password\": \"second\"}";
    DatabasesForTests.shop("CREATE ROLE without_rights LOGIN");

    // then
    api.get(credentials)
        .statusCode(200)
        .body("provider", equalTo("static"))
        .body("secrets", equalTo(List.of("password")))
        .body("sealed_by", notNullValue())
        .body("readable", equalTo(true));
    api.post(credentials, body.formatted("nobody_at_all")).statusCode(503);
    api.post(credentials, body.formatted("without_rights"))
        .statusCode(422)
        .body("message", containsString("permission denied"));
    api.get(credentials).body("username", equalTo("postgres"));
    api.post(credentials, "{\"password\": \"second\"}")
        .statusCode(200)
        .body("username", equalTo("postgres"));
    api.post("/storage/" + name + "/test").body("ok", equalTo(true));
    api.post("/storage/nothing/credentials", "{\"password\": \"x\"}").statusCode(404);
    api.post(credentials, "{}").statusCode(422);
  }

  @Test
  void rotatingTwiceLeavesNothingBehind() {
    Api api = Api.inNewRepository("keys");
    api.post("/admin/keys/rotate").statusCode(200);

    api.post("/admin/keys/rotate").statusCode(200);

    List<Map<String, Object>> keys = keys(api);
    assertThat(keys).filteredOn(key -> (boolean) key.get("primary")).hasSize(1);
    assertThat(keys.getLast()).containsEntry("primary", true);
  }
}
