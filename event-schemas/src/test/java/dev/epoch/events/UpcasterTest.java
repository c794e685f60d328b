package dev.epoch.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A record that lived through three versions. */
class UpcasterTest {
  /** Version 1 had {@code who}; version 2 split it into two names; version 3 counts. */
  record GreetedV3(String firstName, String lastName, long times) {}

  private record Step(String wireName, int fromVersion, UnaryOperator<JsonNode> change)
      implements Upcaster {
    @Override
    public JsonNode upcast(JsonNode data) {
      return change.apply(data);
    }
  }

  private static final Upcaster SPLIT =
      new Step(
          "greeted",
          1,
          data -> {
            String[] names = data.get("who").textValue().split(" ", 2);
            return ((ObjectNode) data)
                .without("who")
                .withObject("")
                .put("first_name", names[0])
                .put("last_name", names[1]);
          });
  private static final Upcaster COUNT =
      new Step("greeted", 2, data -> ((ObjectNode) data).put("times", 1));
  private static final Upcaster OTHER =
      new Step("other", 1, data -> ((ObjectNode) data).removeAll());

  private static final RecordCodec.Types TYPES =
      (wireName, version) ->
          wireName.equals("greeted") && version == 3
              ? new RecordCodec.Target(
                  GreetedV3.class,
                  new RecordSchema(
                      List.of("first_name", "last_name", "times"),
                      List.of("first_name", "last_name", "times")))
              : null;

  private final RecordCodec codec = new RecordCodec(List.of(COUNT, OTHER, SPLIT), TYPES);

  @Test
  void chainLeadsFromTheOldestVersion() {
    assertThat(codec.decode("greeted", 1, "{\"who\":\"Ada Lovelace\"}"))
        .isEqualTo(new GreetedV3("Ada", "Lovelace", 1));
  }

  @Test
  void chainIsEnteredInTheMiddle() {
    assertThat(codec.decode("greeted", 2, "{\"first_name\":\"Ada\",\"last_name\":\"Lovelace\"}"))
        .isEqualTo(new GreetedV3("Ada", "Lovelace", 1));
  }

  @Test
  void newestVersionIsLeftAlone() {
    assertThat(
            codec.decode(
                "greeted", 3, "{\"first_name\":\"Ada\",\"last_name\":\"Lovelace\",\"times\":7}"))
        .isEqualTo(new GreetedV3("Ada", "Lovelace", 7));
  }

  @Test
  void missingStepIsAnUnknownVersion() {
    RecordCodec gap = new RecordCodec(List.of(SPLIT), TYPES);

    assertThatThrownBy(() -> gap.decode("greeted", 1, "{\"who\":\"Ada Lovelace\"}"))
        .isInstanceOf(UnreadableRecordException.class)
        .hasMessageContaining("greeted version 2");
  }

  @Test
  void faultOfAnUpcasterIsAnUnreadableRecord() {
    assertThatThrownBy(() -> codec.decode("greeted", 1, "{}"))
        .isInstanceOf(UnreadableRecordException.class)
        .hasMessageContaining("upcaster from version 1 failed");
  }

  @Test
  void twoUpcastersForOneStepAreRefused() {
    assertThatThrownBy(() -> new RecordCodec(List.of(SPLIT, SPLIT), TYPES))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
