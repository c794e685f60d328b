package dev.epoch.api.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.events.Actor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActorHeadersTest {

  @Test
  void theIdIsTheOneGivenElseTheEmailElseTheName() {
    assertThat(ActorHeaders.actor("7", "Jane", "jane@x").id()).isEqualTo("7");
    assertThat(ActorHeaders.actor(null, "Jane", "jane@x").id()).isEqualTo("jane@x");
    assertThat(ActorHeaders.actor("", "Jane", " ").id()).isEqualTo("Jane");
    assertThat(ActorHeaders.actor(null, null, null)).isEqualTo(Actor.ANONYMOUS);
  }

  @Test
  void nobodyIsTheServerItself() {
    for (String own : new String[] {"epoch:live", "EPOCH:recovery"}) {
      assertThatThrownBy(() -> ActorHeaders.actor(own, null, null))
          .isInstanceOf(InvalidRequestException.class);
      assertThatThrownBy(() -> ActorHeaders.actor(null, own, null))
          .isInstanceOf(InvalidRequestException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"J%C3%BCrgen, Jürgen", "100% sure, 100% sure", "50%, 50%", "%zz, %zz", "%FF, %FF"})
  void whatIsNotAsciiComesEncoded(String header, String text) {
    assertThat(ActorHeaders.text(header)).isEqualTo(text);
  }

  @Test
  void controlCharactersAreLeftOutAndLengthIsBounded() {
    assertThat(ActorHeaders.text("a%0D%0Ab")).isEqualTo("ab");
    assertThat(ActorHeaders.text("x".repeat(10_000))).hasSize(320);
  }
}
