package dev.epoch.gateway.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.epoch.storage.error.BadLocationException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageAdaptersTest {
  private final StorageAdapters adapters =
      new StorageAdapters(List.of(), new SecretBox(new byte[32]));

  @ParameterizedTest
  @CsvSource({
    "'', The location is empty",
    "' ', The location is empty",
    "users, No backend understands the location '...'",
    "'oracle://me:secret@host/users', No backend understands the location 'oracle://...'"
  })
  void aLocationThatNoBackendKnowsIsRefusedWithTheFormOfOne(String location, String message) {
    // when
    BadLocationException refused =
        catchThrowableOfType(BadLocationException.class, () -> adapters.factoryOf(location));

    // then
    assertThat(refused.getMessage()).startsWith(message);
  }
}
