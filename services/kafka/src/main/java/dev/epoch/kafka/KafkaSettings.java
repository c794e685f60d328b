package dev.epoch.kafka;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where events are published.
 *
 * @param servers to begin with, {@code host:port} joined by commas
 * @param topic of the events; the topic of checkpoints has {@link #CHECKPOINTS} behind its name
 * @param source URI that CloudEvents come from, the name of the repository goes behind it
 * @param client further properties of Kafka's clients, such as those of TLS and SASL
 */
public record KafkaSettings(
    String servers, String topic, String source, Map<String, String> client) {
  static final String CHECKPOINTS = ".checkpoints";

  /** Of a topic, with what goes behind it. */
  private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,237}");

  /** What makes an event arrive once, in order, is not for files to change. */
  private static final Set<String> OURS =
      Set.of(
          "bootstrap.servers",
          "key.serializer",
          "value.serializer",
          "key.deserializer",
          "value.deserializer",
          "transactional.id",
          "transaction.timeout.ms",
          "enable.idempotence",
          "acks",
          "max.in.flight.requests.per.connection",
          "retries",
          "isolation.level",
          "group.id",
          "auto.offset.reset",
          "partitioner.class",
          "partitioner.ignore.keys");

  /**
   * @throws IllegalArgumentException if a topic cannot have that name, or a property is not to be
   *     set
   */
  public KafkaSettings {
    Objects.requireNonNull(servers, "servers");
    Objects.requireNonNull(source, "source");
    if (!TOPIC.matcher(topic).matches() || topic.matches("\\.{1,2}")) {
      throw new IllegalArgumentException(
          "'%s' cannot be the name of a topic: letters, digits, '.', '_' and '-', at most 237 of them"
              .formatted(topic));
    }
    client = Map.copyOf(client);
    for (String name : client.keySet()) {
      if (OURS.contains(name)) {
        throw new IllegalArgumentException(
            "the property '" + name + "' is set by Epoch, leave it out");
      }
    }
  }

  /**
   * Properties as Kafka's own tools read them ({@code client.properties}).
   *
   * @throws IllegalArgumentException if the file cannot be read
   */
  public static Map<String, String> read(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException unreadable) {
      throw new IllegalArgumentException("the file " + file + " cannot be read", unreadable);
    }
    Map<String, String> read = new HashMap<>();
    properties.stringPropertyNames().forEach(name -> read.put(name, properties.getProperty(name)));
    return read;
  }

  String checkpoints() {
    return topic + CHECKPOINTS;
  }

  /** Shows no property: there are passwords among them. */
  @Override
  public String toString() {
    return "KafkaSettings[" + servers + ", " + topic + "]";
  }
}
