package dev.epoch.api.kafka;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How publishing to Kafka goes. */
@Schema(name = "Kafka")
public record KafkaView(
    @Schema(
            description =
                "Of this server: it begins to publish, another one does, it does, or it cannot",
            enumeration = {"starting", "standby", "publishing", "failing"})
        String state,
    @Schema(description = "Of the events") String topic,
    @Schema(
            description =
                "Of the log, up to which events are in the topic; null if this server does not know")
        Long position,
    @Schema(description = "Records of the log behind it; null if this server does not know")
        Long lag,
    @Schema(description = "What stands in the way, or null") String error,
    @Schema(description = "Since when it is so") Instant since) {

  /** For those who may not read more than whether it works. */
  public KafkaView withoutError() {
    return new KafkaView(state, topic, position, lag, null, since);
  }
}
