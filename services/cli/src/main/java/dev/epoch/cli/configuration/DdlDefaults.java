package dev.epoch.cli.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What {@code [ddl]} says of changes to live schemas, where the command line says nothing. */
public final class DdlDefaults {
  /** By the API's name of a duration or number: its key, and the unit behind a duration. */
  private static final Map<String, Source> SOURCES =
      Map.of(
          "lock_timeout", new Source("ddl.lock_timeout_secs", "s"),
          "statement_timeout", new Source("ddl.statement_timeout_secs", "s"),
          "retries", new Source("ddl.retry.max_retries", null),
          "initial_delay", new Source("ddl.retry.initial_delay_ms", "ms"),
          "max_delay", new Source("ddl.retry.max_delay_ms", "ms"));

  private record Source(String key, String unit) {}

  private final EffectiveValues values;

  DdlDefaults(EffectiveValues values) {
    this.values = Objects.requireNonNull(values, "values");
  }

  /** Adds what the body of a request does not say yet. */
  public void complete(ObjectNode body, List<String> fields) {
    for (String field : fields) {
      if (!body.has(field)) {
        Source source = SOURCES.get(field);
        number(source.key())
            .ifPresent(number -> {
              if (source.unit() == null) {
                body.put(field, number);
              } else {
                body.put(field, number + source.unit());
              }
            });
      }
    }
  }

  /** How long a try waits for locks, such as {@code 30s}. */
  public Optional<String> lockTimeout() {
    return number("ddl.lock_timeout_secs").map(seconds -> seconds + "s");
  }

  /** Whether indexes are made and dropped beside writers. */
  public boolean concurrently() {
    return value("ddl.use_concurrent").map(JsonNode::asBoolean).orElse(false);
  }

  private Optional<Long> number(String key) {
    return value(key)
        .map(value -> ConfigurationKey.named(key).orElseThrow().value(value.asText()).asLong());
  }

  private Optional<JsonNode> value(String key) {
    return values
        .of(ConfigurationKey.named(key).orElseThrow())
        .map(EffectiveValues.Effective::value);
  }
}
