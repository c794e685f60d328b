package dev.epoch.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/** The topics of events and of checkpoints: made if they are not there, as the broker likes. */
final class Topics {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private Topics() {}

  /**
   * @throws PublishingException if they cannot be made, or checkpoints would not last
   */
  static void ensure(KafkaSettings settings, Map<String, Object> client) {
    Admin admin = Admin.create(client);
    try {
      Set<String> there = get(admin.listTopics().names());
      List<NewTopic> missing = new ArrayList<>();
      if (!there.contains(settings.topic())) {
        missing.add(new NewTopic(settings.topic(), Optional.empty(), Optional.empty()));
      }
      if (there.contains(settings.checkpoints())) {
        requireCompacted(admin, settings.checkpoints());
      } else {
        missing.add(
            new NewTopic(settings.checkpoints(), Optional.of(1), Optional.empty())
                .configs(
                    Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_COMPACT,
                        TopicConfig.SEGMENT_BYTES_CONFIG,
                        Integer.toString(1 << 20))));
      }
      for (NewTopic topic : missing) {
        make(admin, topic);
      }
    } finally {
      // without a broker it would wait for what it asked
      admin.close(Duration.ZERO);
    }
  }

  private static void make(Admin admin, NewTopic topic) {
    try {
      get(admin.createTopics(List.of(topic)).all());
    } catch (PublishingException failure) {
      if (!(failure.getCause() instanceof TopicExistsException)) {
        throw new PublishingException(
            "topic '%s' cannot be made: %s".formatted(topic.name(), failure.getMessage()),
            failure.getCause());
      }
    }
  }

  /** Checkpoints that retention takes away would have the whole log published again. */
  private static void requireCompacted(Admin admin, String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    String policy =
        get(admin.describeConfigs(List.of(resource)).all())
            .get(resource)
            .get(TopicConfig.CLEANUP_POLICY_CONFIG)
            .value();
    if (!policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      throw new PublishingException(
          "topic '%s' has cleanup.policy=%s; it must be compact, or events would be published again"
              .formatted(topic, policy));
    }
  }

  private static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failure) {
      throw new PublishingException(failure.getCause().getMessage(), failure.getCause());
    } catch (TimeoutException late) {
      throw new PublishingException("no answer from Kafka", late);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new PublishingException("stopped", stopped);
    }
  }
}
