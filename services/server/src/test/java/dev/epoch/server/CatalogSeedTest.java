package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.catalog.seed.SeedData;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/**
 * Every command that the published description of the catalog prints, in its order, with the
 * headers and bodies that it prints, those without a content type as curl sends them. What has to
 * be there before is made by commands of our own.
 */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class CatalogSeedTest {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Inject SeedData seed;

  private String artifact = "";

  @Test
  void everyPrintedCommandIsAnsweredAsPrinted() throws IOException {
    // given
    assertThat(seed.load()).isTrue();
    assertThat(seed.load()).as("loaded once only").isFalse();

    // when, then
    SoftAssertions all = new SoftAssertions();
    List<String> blocks = blocks();
    for (String block : blocks) {
      run(block, all);
    }
    assertThat(blocks).hasSizeGreaterThan(60);
    all.assertAll();
  }

  private static List<String> blocks() throws IOException {
    try (InputStream in = CatalogSeedTest.class.getResourceAsStream("/catalog/seed-commands.txt")) {
      return List.of(new String(in.readAllBytes(), StandardCharsets.UTF_8).split("(?m)^----\n"));
    }
  }

  private void run(String block, SoftAssertions all) {
    int end = block.lastIndexOf("\n=> ");
    String expected = block.substring(end + 4).strip();
    String[] parts = block.substring(0, end).split("\n\n", 2);
    String[] head = parts[0].split("\n");
    String[] line = head[1].split(" ", 2);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
            URI.create(
                "http://localhost:"
                    + RestAssured.port
                    + line[1].replace("{artifact_id}", artifact)));
    for (int i = 2; i < head.length; i++) {
      String[] header = head[i].split(": ", 2);
      request.header(header[0], header[1]);
    }
    request.method(
        line[0], parts.length > 1 ? BodyPublishers.ofString(parts[1]) : BodyPublishers.noBody());
    HttpResponse<String> answer = send(request.build());
    String what = head[0] + "\n" + head[1] + "\nanswered " + answer.body();
    String[] status = expected.split(" ", 2);
    all.assertThat(answer.statusCode()).as(what).isEqualTo(Integer.parseInt(status[0]));
    if (answer.statusCode() == Integer.parseInt(status[0]) && status.length > 1) {
      JsonPath json = JsonPath.from(answer.body());
      for (String[] each : expectations(status[1])) {
        Object found = json.get(each[0]);
        if (each[1].equals("artifact")) {
          artifact = String.valueOf(found);
        } else {
          all.assertThat(text(String.valueOf(found)))
              .as(each[0] + " of " + what)
              .isEqualTo(text(each[1]));
        }
      }
    }
  }

  /** Of a number, however many digits are printed of it. */
  private static String text(String value) {
    try {
      return new BigDecimal(value).stripTrailingZeros().toPlainString();
    } catch (NumberFormatException e) {
      return value;
    }
  }

  private static HttpResponse<String> send(HttpRequest request) {
    try {
      return CLIENT.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static List<String[]> expectations(String text) {
    List<String[]> found = new ArrayList<>();
    // a path may compare by itself: classes.find{it.name=='Fabric'}.id
    Matcher matcher =
        Pattern.compile("((?:[^\\s={]|\\{[^}]*\\})+)=(\"(?:[^\"\\\\]|\\\\.)*\"|\\S+)")
            .matcher(text);
    while (matcher.find()) {
      String value = matcher.group(2);
      found.add(
          new String[] {
            matcher.group(1),
            value.startsWith("\"")
                ? value.substring(1, value.length() - 1).replace("\\\"", "\"")
                : value
          });
    }
    return found;
  }
}
