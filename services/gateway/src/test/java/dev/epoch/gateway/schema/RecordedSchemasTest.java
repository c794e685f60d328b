package dev.epoch.gateway.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Digest;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.snapshot.SchemaPages;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
                    (_, _) -> {
                      read.add(name);
                      return new SchemaPages.Read(schema(objects), Map.of());
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

  @Test
  void schemasShareThePagesThatTheyHaveInCommon() {
    // given
    Digest page = Digest.of("page".getBytes(StandardCharsets.UTF_8));
    DatabaseSchema schema = schema(2);
    List<SchemaObject> objects = List.copyOf(schema.objects().values());
    schemas.get(
        Digest.of(new byte[] {1}),
        (_, known) -> {
          assertThat(known.apply(List.of(page))).isNull();
          return new SchemaPages.Read(schema, Map.of(List.of(page), objects));
        });

    // when, then
    schemas.get(
        Digest.of(new byte[] {2}),
        (_, known) -> {
          assertThat(known.apply(List.of(page))).isSameAs(objects);
          return new SchemaPages.Read(schema, Map.of(List.of(page), objects));
        });
  }
}
