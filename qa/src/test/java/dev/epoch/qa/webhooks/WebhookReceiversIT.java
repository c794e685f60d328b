package dev.epoch.qa.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.epoch.qa.process.Checkout;
import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import dev.epoch.qa.process.Shop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The receivers of docs/webhooks.md, as they are printed there, and the commands of the CLI. */
@Timeout(300)
class WebhookReceiversIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir static Path home;
  private static ServerProcess server;
  private static Shop shop;

  @BeforeAll
  static void start() throws Exception {
    server = new ServerProcess(home.resolve("data"));
    server.start(Map.of("EPOCH_WEBHOOKS_ALLOW", "127.0.0.1"));
    shop = Shop.open(server, "shop");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "java, Receiver.java, java",
    "python, receiver.py, python3",
    "js, receiver.mjs, node"
  })
  void verifiesWhatEpochSendsAndNothingElse(String language, String file, String program)
      throws Exception {
    // given
    Optional<String> found =
        program.equals("java")
            ? Optional.of(Checkout.java())
            : Checkout.program(program).map(Path::toString);
    Assumptions.assumeTrue(found.isPresent(), program + " is not installed");
    Path folder = Files.createDirectories(home.resolve(language));
    Path source = Files.writeString(folder.resolve(file), printed(language));
    int port = freePort();
    String url = "http://127.0.0.1:" + port + "/";
    Shell shell = server.shell(folder);
    JsonNode made =
        json(
            shell.epoch(
                "webhook",
                "create",
                url,
                "--event",
                "commit-created",
                "--repository",
                "shop",
                "--format",
                "json"));
    String id = made.path("id").textValue();
    Path out = folder.resolve("out");
    ProcessBuilder builder =
        new ProcessBuilder(found.get(), source.toString())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().put("PORT", Integer.toString(port));
    builder.environment().put("WEBHOOK_SECRET", made.path("secret").textValue());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    Process receiver = builder.start();
    try {
      Poll.until("the receiver listens", LIMIT, () -> listens(receiver, port, out));

      // when
      assertThat(shell.epoch("webhook", "test", id, "--repository", "shop").ok())
          .startsWith("Delivered in ");
      shop.database().execute("INSERT INTO customers (name) VALUES ('" + language + "')");
      String commit = shop.commit("main", "for " + language);

      // then
      Poll.until("the commit", LIMIT, () -> Files.readString(out).contains(commit));
      Poll.until(
          "the delivery",
          LIMIT,
          () ->
              json(shell.epoch(
                          "webhook",
                          "deliveries",
                          id,
                          "--state",
                          "delivered",
                          "--repository",
                          "shop",
                          "--format",
                          "json"))
                      .path("deliveries")
                      .size()
                  == 2);
      assertThat(forged(url)).isEqualTo(401);
      assertThat(Files.readAllLines(out)).hasSize(2);
      shell.epoch("webhook", "rotate", id, "--repository", "shop").ok();
      shell.epoch("webhook", "test", id, "--repository", "shop").ok();
      shell.epoch("webhook", "delete", id, "--repository", "shop").ok();
    } finally {
      receiver.destroyForcibly();
    }
  }

  private static int forged(String url) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create(url))
                  .header("webhook-id", "x")
                  .header("webhook-timestamp", Long.toString(System.currentTimeMillis() / 1000))
                  .header("webhook-signature", "v1,AAAA v1,BBBB")
                  .POST(BodyPublishers.ofString("{}"))
                  .build(),
              BodyHandlers.discarding())
          .statusCode();
    }
  }

  private static boolean listens(Process receiver, int port, Path out) throws IOException {
    if (!receiver.isAlive()) {
      throw new AssertionError("The receiver ended: " + Files.readString(out));
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  private static JsonNode json(Shell.Result result) throws IOException {
    return new JsonMapper().readTree(result.ok());
  }

  private static String printed(String language) throws IOException {
    Matcher block =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Checkout.ROOT.resolve("docs/webhooks.md")));
    assertThat(block.find()).as(language).isTrue();
    return block.group(1);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
