package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Variables about the log become settings, or refuse the start. */
class LogSettingsTest {
  @TempDir Path folder;

  @Test
  void nothingIsSetWithoutThem() {
    assertThat(LogSettings.from(Map.of())).isEmpty();
    assertThat(LogSettings.from(Map.of("EPOCH_LOG_FORMAT", "pretty", "EPOCH_LOG_FILE", " ")))
        .isEmpty();
  }

  @Test
  void whatMakesNoSenseRefusesTheStart() {
    assertThatThrownBy(() -> LogSettings.from(Map.of("EPOCH_LOG_FORMAT", "xml")))
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("pretty or json");
    for (Path wrong : new Path[] {folder, folder.resolve("none/epoch.log")}) {
      assertThatThrownBy(() -> LogSettings.from(Map.of("EPOCH_LOG_FILE", wrong.toString())))
          .isInstanceOf(StartRefusedException.class)
          .hasMessageContaining("EPOCH_LOG_FILE");
    }
    assertThat(LogSettings.from(Map.of("EPOCH_LOG_FILE", folder.resolve("epoch.log").toString())))
        .containsEntry("quarkus.log.file.enabled", "true");
  }
}
