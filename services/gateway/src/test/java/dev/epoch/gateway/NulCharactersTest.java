package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.RecordCodec;
import dev.epoch.gateway.stream.NulCharacters;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NulCharactersTest {

  @Test
  void isFoundWhereverItStands() throws Exception {
    for (String text : new String[] {"\0", "a\0b", "\\\0", "\\\\\0", "\\u0000 and \0"}) {
      assertThat(NulCharacters.in(json(text))).as(json(text)).isTrue();
    }
  }

  @Test
  void textsThatLookLikeItAreNone() throws Exception {
    for (String text : new String[] {"", "u0000", "\\u0000", "\\\\u0000", "\u0001"}) {
      assertThat(NulCharacters.in(json(text))).as(json(text)).isFalse();
    }
  }

  private static String json(String text) throws Exception {
    return RecordCodec.json().writeValueAsString(Map.of("message", text));
  }
}
