package dev.epoch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import dev.epoch.engine.TestRepository.Entry;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordType;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What the engine decides fits the schema files: values, patterns, nulls. */
class RecordsFitSchemasTest {
  private static final String PREFIX = "epoch:/schemas/";

  private final JsonSchemaFactory factory =
      JsonSchemaFactory.getInstance(
          SpecVersion.VersionFlag.V202012,
          builder ->
              builder.schemaMappers(
                  mappers -> mappers.mapPrefix(PREFIX, "classpath:dev/epoch/events/schemas/")));
  private final SchemaValidatorsConfig config =
      SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
  private final Map<RecordType, JsonSchema> schemas = new HashMap<>();
  private final RecordCodec codec = new RecordCodec();

  private JsonSchema schema(RecordType type) {
    String folder = type.kind().name().toLowerCase(Locale.ROOT) + "s";
    return schemas.computeIfAbsent(
        type,
        missing ->
            factory.getSchema(
                SchemaLocation.of(
                    PREFIX + folder + "/" + type.wireName() + ".v" + type.version() + ".json"),
                config));
  }

  @Test
  void everyRecordOfAHistoryFits() {
    new Histories(LongStream.range(1_000, 1_020).boxed().toList(), 150)
        .check(history -> {
          for (Entry entry : history.repository().log()) {
            String json = codec.encode(entry.data());
            assertThat(schema(RecordType.of(entry.data())).validate(json, InputFormat.JSON))
                .as(json)
                .isEmpty();
          }
        });
  }
}
