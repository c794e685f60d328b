package dev.epoch.client.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.epoch.client.Actor;
import dev.epoch.client.EpochClient;
import dev.epoch.client.RefusedException;
import dev.epoch.client.RetryPolicy;
import dev.epoch.client.UnreachableException;
import dev.epoch.client.query.Queries;
import dev.epoch.client.repository.Repositories;
import dev.epoch.testing.ScriptedServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransportTest {

  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(50));

  private ScriptedServer server;

  @BeforeEach
  void start() {
    server = new ScriptedServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private EpochClient client() {
    return EpochClient.at(server.url())
        .repository("shop")
        .actor(new Actor("Jörg Müller", "joerg@example.com"))
        .retry(QUICK)
        .build();
  }

  @Test
  void aCommandKeepsItsKeyWhenItIsRepeated() {
    String branch = "{\"name\": \"x\", \"head_commit_id\": \"abc\"}";
    server
        .on("POST /branches", 503, "{}", Map.of("Retry-After", "0"))
        .on("POST /branches", 0, "")
        .on("POST /branches", 201, branch);

    try (EpochClient client = client()) {
      assertThat(client.branches().create("x", "main").headCommitId()).isEqualTo("abc");
      client.branches().create("y", "main");
    }

    List<String> keys =
        server.requests("POST /branches").stream()
            .map(request -> request.headers().get("Idempotency-Key"))
            .toList();
    assertThat(keys).hasSize(4).doesNotContainNull();
    assertThat(keys.subList(0, 3)).containsOnly(keys.getFirst());
    assertThat(keys.get(3)).isNotEqualTo(keys.getFirst());
  }

  @Test
  void aReadCarriesNoKey() {
    server.on("GET /branches", "{\"branches\": []}");
    server.on("POST /query", "{\"columns\": [], \"rows\": []}");

    try (EpochClient client = client()) {
      client.branches().list();
      client.queries().run(Queries.Request.onBranch("SELECT 1", "main"));
    }

    assertThat(server.requests())
        .hasSize(2)
        .allSatisfy(request -> assertThat(request.headers()).doesNotContainKey("Idempotency-Key"));
  }

  @Test
  void theActorIsAscii() {
    server.on("GET /branches", "{\"branches\": []}");

    try (EpochClient client = client()) {
      client.branches().list();
    }

    assertThat(server.request("GET /branches").headers())
        .containsEntry("X-User-Name", "J%C3%B6rg M%C3%BCller")
        .containsEntry("X-User-Email", "joerg@example.com");
  }

  @Test
  void aReadWaitsForTheCommandsBefore() {
    server
        .on("POST /branches", 201, "{\"name\": \"x\"}", Map.of("X-Epoch-Position", "17"))
        .on("GET /branches", "{\"branches\": []}");

    try (EpochClient client = client()) {
      client.branches().list();
      client.branches().create("x", "main");
      client.branches().list();
      assertThat(client.position()).isEqualTo("17");
    }

    assertThat(server.requests("GET /branches"))
        .extracting(request -> request.headers().get("X-Epoch-Min-Position"))
        .containsExactly(null, "17");
  }

  @Test
  void aLostConnectionLeavesTheOutcomeOfACommandOpen() {
    server.on("POST /branches", 0, "");

    try (EpochClient client = client()) {
      assertThatThrownBy(() -> client.branches().create("x", "main"))
          .isInstanceOf(UnreachableException.class)
          .hasMessageContaining("it is not known whether the command took effect");
    }

    assertThat(server.requests("POST /branches")).hasSize(3);
  }

  @Test
  void anAnswerThatDoesNotComeIsNotWaitedForForever() throws Exception {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        EpochClient client =
            EpochClient.at("http://127.0.0.1:" + silent.getLocalPort())
                .requestTimeout(Duration.ofMillis(50))
                .retry(QUICK)
                .build()) {
      assertThatThrownBy(() -> client.repositories().create(draft()))
          .isInstanceOf(UnreachableException.class)
          .hasMessageContaining("no answer in time")
          .hasMessageContaining("not known");
    }
  }

  private static Repositories.Draft draft() {
    return new Repositories.Draft("r", null, null, null, null);
  }

  @Test
  void aRefusalSaysWhatTheServerSaid() {
    server.on(
        "POST /branches",
        409,
        """
        {"error": "BranchAlreadyExistsError", "message": "Branch 'x' exists",
         "details": {"branch": "x", "remedy": "choose another name"}}
        """);

    try (EpochClient client = client()) {
      RefusedException refusal =
          catchThrowableOfType(RefusedException.class, () -> client.branches().create("x", "main"));
      assertThat(refusal.status()).isEqualTo(409);
      assertThat(refusal.error()).isEqualTo("BranchAlreadyExistsError");
      assertThat(refusal).hasMessage("Branch 'x' exists");
      assertThat(refusal.remedy()).isEqualTo("choose another name");
      assertThat(refusal.details().path("branch").asText()).isEqualTo("x");
    }
  }

  @Test
  void somethingThatIsNotAnEpochServerIsFoundOut() {
    server.on("GET /branches", 200, "<html>Welcome</html>");
    server.on("GET /repositories", 500, "<html>Oops</html>");

    try (EpochClient client = client()) {
      assertThatThrownBy(() -> client.branches().list())
          .hasMessageContaining("is this an Epoch server?");
      assertThatThrownBy(() -> client.repositories().list())
          .hasMessage("the server answered with status 500: <html>Oops</html>");
    }
  }

  @Test
  void pathsAndQueriesAreEncoded() {
    server.on("GET /tables/order%20items/records/1,a%2Fb", "{\"id\": 1}");

    try (EpochClient client = client()) {
      client.records().get("order items", "1,a/b", "feature/x&y");
    }

    assertThat(server.request("GET /tables/order%20items/records/1,a%2Fb").query())
        .containsEntry("ref", "feature/x&y")
        .containsEntry("repository", "shop");
  }

  @Test
  void retryAfterIsSecondsOrADate() {
    Instant now = Instant.parse("2025-12-12T10:30:00Z");

    assertThat(Transport.retryAfter("7", now)).isEqualTo(Duration.ofSeconds(7));
    assertThat(Transport.retryAfter("Fri, 12 Dec 2025 10:30:05 GMT", now))
        .isEqualTo(Duration.ofSeconds(5));
    assertThat(Transport.retryAfter("Fri, 12 Dec 2025 10:29:05 GMT", now)).isZero();
    assertThat(Transport.retryAfter("soon", now)).isZero();
  }

  @Test
  void pausesDoubleWithinABound() {
    RetryPolicy policy = new RetryPolicy(9, Duration.ofMillis(100), Duration.ofMillis(350));

    assertThat(policy.pauseAfter(1)).isEqualTo(Duration.ofMillis(100));
    assertThat(policy.pauseAfter(2)).isEqualTo(Duration.ofMillis(200));
    assertThat(policy.pauseAfter(3)).isEqualTo(Duration.ofMillis(350));
    assertThat(policy.pauseAfter(60)).isEqualTo(Duration.ofMillis(350));
  }

  @Test
  void everyExchangeIsObserved() {
    List<String> seen = new ArrayList<>();
    server.on("GET /branches", 503, "{}").on("GET /branches", "{\"branches\": []}");

    try (EpochClient client =
        EpochClient.at(server.url())
            .retry(QUICK)
            .observer((method, address, outcome, took) -> seen.add(method + " " + outcome))
            .build()) {
      client.branches().list();
    }

    assertThat(seen).containsExactly("GET 503", "GET 200");
  }

  @Test
  void onlyWebAddressesAreServers() {
    assertThatThrownBy(() -> EpochClient.at("ftp://localhost").build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EpochClient.at("localhost:8000").build())
        .isInstanceOf(IllegalArgumentException.class);
  }
}
