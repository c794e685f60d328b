package dev.epoch.gateway.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Digest;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.ObjectName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecordedSchemasTest {
  private final RecordedSchemas schemas = new RecordedSchemas();
  private final List<String> read = new ArrayList<>();

  private void ask(String name, int objects) {
    assertThat(
            schemas
                .get(
                    Digest.of(name.getBytes(StandardCharsets.UTF_8)),
                    _ -> {
                      read.add(name);
                      return schema(objects);
                    })
                .objects())
        .hasSize(objects);
  }

  private static DatabaseSchema schema(int objects) {
    return DatabaseSchema.of(
        IntStream.range(0, objects)
            .mapToObj(
                i -> new EnumType(new ObjectName("public", "e" + i), List.of("a"), null, List.of()))
            .toList());
  }

  @Test
  void whatWasReadLastIsKept() {
    int half = RecordedSchemas.MOST_OBJECTS / 2;
    ask("a", half);
    ask("b", half);
    ask("a", half);
    ask("c", 1);
    ask("a", half);
    ask("b", half);

    assertThat(read).containsExactly("a", "b", "c", "b");
  }

  @Test
  void oneThatIsTooLargeTakesNoPlace() {
    ask("small", 1);
    ask("large", RecordedSchemas.MOST_OBJECTS + 1);
    ask("large", RecordedSchemas.MOST_OBJECTS + 1);
    ask("small", 1);

    assertThat(read).containsExactly("small", "large", "large");
  }
}
