package dev.epoch.api.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ApiErrorTest {

  @Test
  void aMessageIsNoLongerThanPeopleRead() {
    ApiError error =
        ApiError.of(404, "NotFoundError", "There is no " + "x".repeat(65_536), Map.of());

    assertThat(error.message()).hasSize(ApiError.MOST_CHARACTERS).endsWith("x…");
    assertThat(ApiError.of(404, "NotFoundError", "gone", Map.of()).message()).isEqualTo("gone");
  }

  @Test
  void noCharacterIsCutInTwo() {
    String message =
        ApiError.of(404, "NotFoundError", "\uD83C\uDF31".repeat(2_000), Map.of()).message();

    assertThat(message).endsWith("\uD83C\uDF31…");
  }
}
