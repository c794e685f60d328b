package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** Tokens of an OpenID Connect issuer: whose are accepted, and what they give. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
@QuarkusTestResource(value = TokensTest.Issuer.class, restrictToAnnotatedClass = true)
@TestProfile(TokensTest.Alone.class)
class TokensTest {
  private static final String V1 = "/api/v1";
  private static final long HOUR = 3600;

  @ConfigProperty(name = "epoch.oauth.oidc.issuer")
  String issuer;

  @ConfigProperty(name = "test.issuer.key")
  String key;

  /** A server of its own. */
  public static class Alone implements QuarkusTestProfile {}

  /** Whose tokens are accepted, as the server finds it: two documents of HTTP, and keys. */
  public static class Issuer implements QuarkusTestResourceLifecycleManager {
    private TokenIssuer started;

    @Override
    public Map<String, String> start() {
      started = new TokenIssuer();
      return Map.of(
          "epoch.oauth.oidc.issuer",
          started.name(),
          "epoch.oauth.oidc.client-id",
          "epoch-server",
          "epoch.oauth.admin-groups",
          "owners",
          "test.issuer.key",
          started.key());
    }

    @Override
    public void stop() {
      started.close();
    }
  }

  private String token(String user, String... groups) {
    return signed(issuer, "epoch-server", user, HOUR, List.of(groups));
  }

  private String signed(
      String by, String audience, String user, long seconds, List<String> groups) {
    return TokenIssuer.token(key, by, audience, user, seconds, groups);
  }

  private static RequestSpecification with(String token) {
    return RestAssured.given().header("Authorization", "Bearer " + token);
  }

  private ValidatableResponse whoAmI(String token) {
    return with(token).get(V1 + "/auth/whoami").then();
  }

  @Test
  void aTokenSaysWhoAsks() {
    whoAmI(token("ann", "data", "ops"))
        .statusCode(200)
        .body("key", nullValue())
        .body("user", equalTo("ann"))
        .body("groups", equalTo(List.of("data", "ops")))
        .body("method", equalTo("token"))
        .body("administrator", equalTo(false))
        .body("actor.id", equalTo("ann"));
    // headers do not
    with(token("ann"))
        .header("X-User-Id", "bob")
        .get(V1 + "/auth/whoami")
        .then()
        .body("user", equalTo("ann"))
        .body("actor.id", equalTo("ann"));
    whoAmI(token("olga", "owners")).body("administrator", equalTo(true));
  }

  @Test
  void noOtherTokensAreAccepted() {
    String good = token("ann");
    String[] parts = good.split("\\.");
    String other = token("eve");
    String stranger;
    try (TokenIssuer another = new TokenIssuer()) {
      stranger = TokenIssuer.token(another.key(), issuer, "epoch-server", "ann", HOUR, List.of());
    }
    for (String wrong :
        List.of(
            signed(issuer, "another-server", "ann", HOUR, List.of()),
            signed("https://another.example", "epoch-server", "ann", HOUR, List.of()),
            signed(issuer, "epoch-server", "ann", -HOUR, List.of()),
            // signed by somebody else, who says to be the issuer
            stranger,
            parts[0] + "." + other.split("\\.")[1] + "." + parts[2],
            // {"alg":"none"}
            "eyJhbGciOiJub25lIn0." + parts[1] + ".",
            "a.b.c",
            token("epoch:live"),
            token("postgres:clerk"))) {
      whoAmI(wrong)
          .statusCode(401)
          .header("WWW-Authenticate", containsString("Bearer"))
          .body("error", equalTo("UnauthorizedError"));
    }
    // where an issuer is named, nobody is let in without a token or a key
    RestAssured.get(V1 + "/repositories").then().statusCode(401);
    RestAssured.get("/health").then().statusCode(200);
    whoAmI(good).statusCode(200);
  }

  @Test
  void rolesAreGivenToGroupsOfTokens() {
    String owner = token("olga", "owners");
    with(owner)
        .contentType(ContentType.JSON)
        .body("{\"name\": \"tokens\"}")
        .post(V1 + "/repositories")
        .then()
        .statusCode(201);
    with(owner)
        .contentType(ContentType.JSON)
        .body("{\"subject\": \"group:data\"}")
        .post(V1 + "/roles/writer/grants?repository=tokens")
        .then()
        .statusCode(201);

    assertThat(branch(token("ann", "data"), "a")).isEqualTo(201);
    assertThat(branch(token("ann"), "b")).isEqualTo(403);
    assertThat(branch(token("ann", "database"), "c")).isEqualTo(403);
    with(token("ann", "data"))
        .get(V1 + "/events?repository=tokens&type=branch-created")
        .then()
        .body("events.find { it.branch == 'a' }.actor.id", equalTo("ann"));
    with(owner).delete(V1 + "/repositories/tokens").then().statusCode(204);
  }

  private int branch(String token, String name) {
    return with(token)
        .contentType(ContentType.JSON)
        .body("{\"name\": \"" + name + "\"}")
        .post(V1 + "/branches?repository=tokens")
        .statusCode();
  }
}
