package dev.epoch.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads how far a log is published: the last checkpoint of it that was committed. */
final class StoredCheckpoint {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(500);

  /** Offsets that are looked at first, from the end; more of them if that is not enough. */
  private static final long LAST = 256;

  private StoredCheckpoint() {}

  /**
   * @param log its name, the key of its checkpoints
   * @return {@link Checkpoint#NONE} if nothing of it was published
   */
  static Checkpoint read(KafkaSettings settings, Map<String, Object> client, UUID log) {
    client.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    client.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    TopicPartition partition = new TopicPartition(settings.checkpoints(), 0);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(client, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      long first = consumer.beginningOffsets(List.of(partition), PATIENCE).get(partition);
      long end = consumer.endOffsets(List.of(partition), PATIENCE).get(partition);
      for (long span = LAST; ; span *= 16) {
        long from = Math.max(first, end - span);
        Checkpoint found = last(consumer, partition, from, end, log.toString());
        if (found.position() > 0 || from == first) {
          return found;
        }
      }
    }
  }

  private static Checkpoint last(
      KafkaConsumer<String, String> consumer,
      TopicPartition partition,
      long from,
      long end,
      String log) {
    Checkpoint last = Checkpoint.NONE;
    consumer.seek(partition, from);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (consumer.position(partition, PATIENCE) < end) {
      for (ConsumerRecord<String, String> one : consumer.poll(POLL)) {
        if (log.equals(one.key())) {
          last = Checkpoint.parse(one.value());
        }
      }
      if (System.nanoTime() > deadline) {
        throw new PublishingException("the checkpoint cannot be read: no answer from Kafka");
      }
    }
    return last;
  }
}
