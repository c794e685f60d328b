package dev.epoch.api.kafka;

import java.util.Optional;

/** How publishing to Kafka goes. */
public interface KafkaStatus {
  /** Empty if nothing is to be published. */
  Optional<KafkaView> now();
}
