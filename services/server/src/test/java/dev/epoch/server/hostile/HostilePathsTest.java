package dev.epoch.server.hostile;

import static dev.epoch.server.hostile.Client.encoded;
import static dev.epoch.server.hostile.Client.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.server.DatabasesForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Paths that lead out: in the address of a request, and of the files that a storage names. These
 * are all places where a path of a client meets the server's files; data directory and chunk store
 * take no names from clients.
 */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class HostilePathsTest {
  private static final List<String> UP =
      List.of(
          "../",
          "..%2f",
          "%2e%2e/",
          "%2e%2e%2f",
          "..%5c",
          "..\\",
          "%252e%252e%252f",
          "..;/",
          "....//",
          "%c0%ae%c0%ae/",
          "..%00/",
          "/");

  private static final List<String> FROM =
      List.of("/", "/docs/", "/api/v1/", "/api/v1/tables/", "/openapi.json/", "/metrics/");

  /** What must be in no answer: passwords, settings, the key of the stored secrets. */
  private static final List<String> CONTENTS =
      List.of("root:x:", "quarkus.http", "BEGIN ", "PATH=");

  @Test
  void addressesLeadToNoFile() throws IOException {
    int asked = 0;
    for (String from : FROM) {
      for (String up : UP) {
        for (String file :
            List.of("etc/passwd", "application.properties", "META-INF/MANIFEST.MF", "secret.key")) {
          if (from.equals("/docs/") && up.contains("%00")) {
            // under test the pages come from files, by a handler that the packaged server lacks
            continue;
          }
          String answer = raw(from + up.repeat(8) + file);
          assertThat(answer).as(from + up + file).startsWith("HTTP/1.1 ");
          assertThat(answer).as(from + up + file).doesNotStartWith("HTTP/1.1 5");
          assertThat(CONTENTS).as(from + up + file + answer).noneMatch(answer::contains);
          asked++;
        }
      }
    }
    System.out.println("hostile paths: " + asked + " addresses");
  }

  @Test
  void longAddressesAreAnswered() throws IOException {
    assertThat(raw("/api/v1/branches/" + "x".repeat(20_000)))
        .startsWith("HTTP/1.1 404 ")
        .contains("\"error\":");
    assertThat(raw("/api/v1/branches/" + "%00".repeat(200))).startsWith("HTTP/1.1 4");
    assertThat(raw("/api/v1/branches/" + "x".repeat(65_536))).contains(" 414 ");
  }

  @Test
  void storagesReadNoOtherFiles() {
    Client client = Client.inNewRepository("paths");
    List<String> files =
        List.of(
            "/dev/zero",
            "/dev/random",
            "/dev/stdin",
            "/proc/self/environ",
            "/proc/kmsg",
            "/etc/passwd",
            "/",
            "",
            ".",
            "../../../../etc/passwd",
            "a\0b",
            "file:///etc/passwd",
            "http://localhost/x",
            "x".repeat(65_536),
            "~/x",
            "$HOME",
            "`id`");
    for (String file : files) {
      for (String setting : List.of("ssl_rootcert", "ssl_cert", "ssl_key")) {
        Answer made =
            client.post(
                "/storage",
                object()
                    .put("name", "files")
                    .put("backend", "postgresql")
                    .set(
                        "config",
                        object()
                            .put("host", "localhost")
                            .put("port", DatabasesForTests.port())
                            .put("database", DatabasesForTests.SHOP)
                            .put("username", "postgres")
                            .put("password", "postgres")
                            .put("sslmode", "verify-full")
                            .put("ssl_cert", "/dev/null")
                            .put("ssl_key", "/dev/null")
                            .put(setting, file)));
        if (made.accepted()) {
          Answer test = client.post("/storage/" + encoded("files") + "/test", null);
          assertThat(CONTENTS).as(test.text()).noneMatch(test.text()::contains);
          client.delete("/storage/files").expect(204);
        } else {
          made.expect(422);
        }
      }
    }
    System.out.println("hostile paths: " + files.size() + " files, for 3 settings each");
  }

  /** The address as it is, not as a library for HTTP would tidy it up. */
  private static String raw(String address) throws IOException {
    try (Socket socket = new Socket("localhost", RestAssured.port)) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(
              ("GET " + address + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
