package dev.epoch.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordKind;
import dev.epoch.log.StoredRecord;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/**
 * Events as records of a topic: CloudEvents 1.0 in the binary mode of its binding to Kafka. The key
 * is the repository, the value is the event's own data, which {@code ce_dataschema} describes.
 */
final class EventRecords {
  private static final String REPOSITORY = "repository/";

  /** A secret that is sealed stays in the log; the schema has null in its place. */
  private static final String SECRET = "sealed_secrets";

  private final String topic;
  private final String source;

  EventRecords(KafkaSettings settings) {
    this.topic = settings.topic();
    this.source = settings.source() + "/repositories/";
  }

  /** Empty for commands, rejections, and records of other streams. */
  Optional<ProducerRecord<String, String>> of(StoredRecord stored) {
    Envelope envelope = stored.envelope();
    if (envelope.kind() != RecordKind.EVENT || !stored.stream().startsWith(REPOSITORY)) {
      return Optional.empty();
    }
    String repository = stored.stream().substring(REPOSITORY.length());
    ProducerRecord<String, String> made =
        new ProducerRecord<>(
            topic, null, envelope.time().toEpochMilli(), repository, withoutSecrets(envelope));
    Headers headers = made.headers();
    add(headers, "ce_specversion", "1.0");
    add(headers, "ce_id", envelope.id().toString());
    add(headers, "ce_source", source + encoded(repository));
    add(headers, "ce_type", "dev.epoch." + envelope.type() + ".v" + envelope.version());
    add(headers, "ce_time", envelope.time().toString());
    add(headers, "ce_subject", repository);
    add(
        headers,
        "ce_dataschema",
        "epoch:/schemas/events/" + envelope.type() + ".v" + envelope.version() + ".json");
    add(headers, "ce_position", Long.toString(stored.position()));
    add(headers, "ce_streamversion", Long.toString(stored.version()));
    add(headers, "ce_causationid", envelope.causation().toString());
    add(headers, "ce_actor", envelope.actor().id());
    add(headers, "content-type", "application/json");
    return Optional.of(made);
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private static String withoutSecrets(Envelope envelope) {
    if (!envelope.data().contains(SECRET)) {
      return envelope.data();
    }
    try {
      JsonNode data = RecordCodec.json().readTree(envelope.data());
      if (data instanceof ObjectNode object && object.has(SECRET)) {
        object.putNull(SECRET);
      }
      return RecordCodec.json().writeValueAsString(data);
    } catch (JsonProcessingException unreadable) {
      throw new PublishingException("record " + envelope.id() + " is no JSON", unreadable);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
