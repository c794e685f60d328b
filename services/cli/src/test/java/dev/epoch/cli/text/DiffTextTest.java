package dev.epoch.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.client.record.Diff;
import dev.epoch.client.transport.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiffTextTest {
  @Test
  void aFieldThatLooksTheSameSaysWhyItIsThere() throws Exception {
    Diff.RecordChange change =
        new Diff.RecordChange(
            Diff.Type.UPDATE,
            Json.parse("{\"id\": 1}"),
            Json.parse("{\"id\": 1, \"a\": {\"x\": 1}, \"n\": 1.5}"),
            Json.parse("{\"id\": 1, \"a\": {\"x\":1}, \"n\": 1.50}"),
            List.of("a", "n"),
            Json.object());

    assertThat(new DiffText(Palette.PLAIN).record(change))
        .containsExactly(
            "  ~ id=1", "      a: {\"x\":1} (spelled otherwise)", "      n: 1.5 -> 1.50");
  }
}
