package dev.epoch.events.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.util.List;

/** Checks data against schema files, formats included. */
final class SchemaValidator {
  private final JsonSchemaFactory factory =
      JsonSchemaFactory.getInstance(
          SpecVersion.VersionFlag.V202012,
          builder ->
              builder.schemaMappers(mappers ->
                  mappers.mapPrefix(SchemaFile.ID_PREFIX, "classpath:dev/epoch/events/schemas/")));
  private final SchemaValidatorsConfig config =
      SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();

  /** What does not fit; empty if all does. */
  List<String> faults(SchemaFile file, JsonNode data) {
    return factory
        .getSchema(SchemaLocation.of(SchemaFile.ID_PREFIX + file.path()), config)
        .validate(data)
        .stream()
        .map(ValidationMessage::getMessage)
        .toList();
  }
}
