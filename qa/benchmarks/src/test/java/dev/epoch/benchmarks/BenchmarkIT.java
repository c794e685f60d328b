package dev.epoch.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** One measure from end to end, at a scale whose figures mean nothing. */
@Timeout(300)
class BenchmarkIT {

  @TempDir Path home;

  @Test
  @Tag("nightly")
  void aMeasureIsReportedAsJson() throws Exception {
    // given
    Path json = home.resolve("figures.json");

    // when
    int exitCode =
        new CommandLine(new BenchmarkCommand())
            .execute(
                "--scale",
                "tiny",
                "--only",
                "point-read",
                "--seed",
                "7",
                "--folder",
                home.toString(),
                "--json",
                json.toString());

    // then
    assertThat(exitCode).isZero();
    JsonNode report = new ObjectMapper().readTree(Files.readString(json));
    assertThat(report.path("seed").longValue()).isEqualTo(7);
    assertThat(report.path("software").path("settings").path("fsync").textValue()).isEqualTo("on");
    assertThat(report.path("failures")).isEmpty();
    assertThat(report.path("figures")).hasSize(6);
    for (JsonNode figure : report.path("figures")) {
      assertThat(figure.path("measure").textValue()).isEqualTo("point-read");
      assertThat(figure.path("value").doubleValue()).isPositive();
      assertThat(figure.path("raw").path("p99").doubleValue()).isPositive();
      assertThat(figure.path("verdict").textValue()).isIn("aim", "must", "missed");
    }
    try (var left = Files.list(home)) {
      assertThat(left).containsExactly(json);
    }
  }

  @Test
  void aMeasureThatIsNotThereIsNamed() {
    assertThat(
            new CommandLine(new BenchmarkCommand())
                .setExecutionExceptionHandler((failure, command, arguments) -> {
                  assertThat(failure).hasMessageContaining("No such measure: no-such");
                  return 9;
                })
                .execute("--only", "no-such"))
        .isEqualTo(9);
  }
}
