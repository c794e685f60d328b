package dev.epoch.gateway.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.engine.state.StorageState;
import dev.epoch.storage.error.StorageUnavailableException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The key that sealed a storage's secrets is gone. */
class LostKeyTest {
  private static final Map<String, String> SECRETS = Map.of("password", "hunter2");

  private static SecretBox box(int filledWith) {
    byte[] key = new byte[32];
    key[0] = (byte) filledWith;
    return new SecretBox(key);
  }

  @Test
  void theStorageIsAwayUntilItsSecretsAreGivenAgain() {
    StorageAdapters adapters = new StorageAdapters(List.of(), box(1));
    StorageState lost = storage(box(2).seal(SECRETS));

    assertThat(adapters.readable(lost)).isFalse();
    assertThatThrownBy(() -> adapters.settings(lost))
        .isInstanceOf(StorageUnavailableException.class)
        .hasMessageContaining("db");
    assertThat(adapters.settingsToChange(lost).secrets()).isEmpty();
    assertThat(adapters.settingsToChange(lost).config()).isEqualTo(lost.config());
    assertThat(adapters.readable(storage(null))).isTrue();
    assertThat(adapters.settings(storage(box(1).seal(SECRETS))).secrets()).isEqualTo(SECRETS);
  }

  private static StorageState storage(String sealed) {
    return new StorageState(
        "db",
        "postgresql",
        Map.of("host", TextNode.valueOf("h")),
        sealed,
        null,
        true,
        Instant.EPOCH);
  }
}
