package dev.epoch.promoter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process. */
class PromoterTest {
  @TempDir Path folder;

  private record Ended(int code, String error) {}

  private static Ended run(Map<String, String> variables) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.epoch.promoter.Promoter");
    builder.environment().keySet().removeIf(name -> name.startsWith("EPOCH_"));
    builder.environment().putAll(variables);
    Process process = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), error);
  }

  @Test
  void withoutFilesItTellsItsSettings() throws Exception {
    Ended ended = run(Map.of());

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.error()).contains("EPOCH_PROMOTION_FILES");
  }

  @Test
  void itDoesNotStartWithAWrongFile() throws Exception {
    Path file = Files.writeString(folder.resolve("p.yaml"), "repository: shop\nenvironment: []\n");

    Ended ended = run(Map.of("EPOCH_PROMOTION_FILES", file.toString()));

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.error()).contains("environment is unknown");
  }
}
