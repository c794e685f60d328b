package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.Rest;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that other machines reach answers nobody without a key. */
@Timeout(180)
class AccessIT {
  private static final String OPERATOR = "0123456789abcdef0123456789abcdef";
  private static final Map<String, String> OUTWARD = Map.of("EPOCH_API_HOST", "0.0.0.0");

  @TempDir Path home;

  private static Rest.Answer ask(ServerProcess server, String key) {
    return server.rest().send("GET", "/auth/keys", null, Map.of("Authorization", "Bearer " + key));
  }

  private Shell as(ServerProcess server, String key) {
    Map<String, String> variables = new HashMap<>(server.variables());
    variables.put("EPOCH_API_KEY", key);
    return new Shell(home, variables);
  }

  @Test
  void beyondThisMachineAKeyIsNeeded() throws Exception {
    try (ServerProcess server = new ServerProcess(home.resolve("data"))) {
      // when there never was a key, then the administrator's is printed once
      server.start(OUTWARD);
      Matcher printed = Pattern.compile("epoch_[A-Za-z0-9_-]{43}").matcher(server.log());
      assertThat(printed.find()).isTrue();
      String admin = printed.group();
      assertThat(server.rest().get("/repositories").status()).isEqualTo(401);
      assertThat(ask(server, admin).ok().at("/keys/0/administrator").asBoolean()).isTrue();
      server.stop();

      // when settings name one, then that is needed
      Path file = Files.writeString(home.resolve("key"), OPERATOR + "\n");
      server.start(Map.of("EPOCH_API_HOST", "0.0.0.0", "EPOCH_API_KEY_FILE", file.toString()));
      assertThat(server.rest().get("/repositories").status()).isEqualTo(401);
      assertThat(ask(server, OPERATOR).ok().at("/keys/1/source").asText()).isEqualTo("settings");
      addressesOfThisMachineAreNotForStorages(server);
      assertThat(as(server, "wrong").epoch("auth", "key", "list").exitCode()).isEqualTo(4);
      String key = as(server, OPERATOR).epoch("auth", "key", "create", "ci", "-q").ok().strip();
      assertThat(ask(server, key).status()).isEqualTo(200);
      as(server, OPERATOR).epoch("auth", "key", "revoke", "admin").ok();
      server.stop();

      // when one was made, then settings need not name any
      server.start(OUTWARD);
      assertThat(ask(server, OPERATOR).status()).isEqualTo(401);
      assertThat(ask(server, key).status()).isEqualTo(200);
      assertThat(
              server
                  .rest()
                  .send("DELETE", "/auth/keys/ci", null, Map.of("Authorization", "Bearer " + key))
                  .status())
          .isEqualTo(409);
      assertThat(server.log()).doesNotContain(key).doesNotContain(OPERATOR);
      assertThat(server.log().split(Pattern.quote(admin), -1)).hasSize(2);
      server.stop();

      // when all were revoked, then it does not start, and makes none by itself
      server.start(Map.of());
      server
          .rest()
          .send("DELETE", "/auth/keys/ci", null, Map.of("Authorization", "Bearer " + key))
          .ok();
      server.stop();
      server.launch(OUTWARD);
      assertThat(server.awaitEnd()).isEqualTo(1);
      String log = server.log();
      assertThat(log).contains("Epoch did not start. It would listen on 0.0.0.0");
      assertThat(log.substring(log.lastIndexOf("Epoch did not start.")))
          .contains("EPOCH_API_KEY", "EPOCH_ALLOW_ANONYMOUS")
          .doesNotContain("\tat ");
    }
  }

  private static void addressesOfThisMachineAreNotForStorages(ServerProcess server)
      throws Exception {
    Map<String, String> headers =
        Map.of("Authorization", "Bearer " + OPERATOR, "Content-Type", "application/json");
    server.rest().send("POST", "/repositories", "{\"name\": \"r\"}", headers).ok();
    int open = server.database().port();
    for (String host : new String[] {"localhost", "127.0.0.1", "[::1]", "10.0.0.1"}) {
      for (int port : new int[] {open, 1}) {
        Rest.Answer answer =
            server
                .rest()
                .send(
                    "POST",
                    "/tables",
                    "{\"name\": \"t\", \"location\": \"postgresql://u:p@%s:%d/db/public.t\"}"
                        .formatted(host, port),
                    headers);
        assertThat(answer.status()).as(host).isEqualTo(422);
        assertThat(answer.json().at("/details/remedy").asText()).contains("EPOCH_STORAGE_ALLOW");
      }
    }
  }
}
