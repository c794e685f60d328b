package dev.epoch.server;

import dev.epoch.api.kafka.KafkaStatus;
import dev.epoch.api.kafka.KafkaView;
import dev.epoch.kafka.KafkaPublisher;
import dev.epoch.kafka.KafkaSettings;
import dev.epoch.kafka.Turn;
import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.postgres.AdvisoryLock;
import dev.epoch.server.http.HttpRoutes;
import io.vertx.mutiny.core.Vertx;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Publishes events to Kafka, if a broker is named. */
@Singleton
public class KafkaPublishing implements KafkaStatus {
  private static final String LOCK = "to-kafka";

  private final Optional<KafkaPublisher> publisher;
  private final AdvisoryLock lock;

  KafkaPublishing(
      Vertx vertx,
      MetadataDatabase database,
      EventLog log,
      @ConfigProperty(name = "epoch.kafka.bootstrap-servers") Optional<String> servers,
      @ConfigProperty(name = "epoch.kafka.topic") String topic,
      @ConfigProperty(name = "epoch.kafka.properties-file") Optional<Path> properties,
      @ConfigProperty(name = "epoch.public-url") Optional<String> publicUrl,
      @ConfigProperty(name = "epoch.api.prefix") String apiPrefix) {
    this.lock = new AdvisoryLock(vertx, database.connectOptions(), LOCK);
    String source =
        publicUrl.map(HttpRoutes::withoutSlash).orElse("") + HttpRoutes.withoutSlash(apiPrefix);
    try {
      Map<String, String> client = properties.map(KafkaSettings::read).orElse(Map.of());
      this.publisher =
          servers
              .map(given -> new KafkaSettings(given, topic, source, client))
              .map(settings -> new KafkaPublisher(log, settings, turn(), Clock.systemUTC()));
    } catch (IllegalArgumentException wrong) {
      throw new StartRefusedException(
          "EPOCH_KAFKA_...: " + wrong.getMessage() + "; see docs/kafka.md");
    }
  }

  private Turn turn() {
    return new Turn() {
      @Override
      public boolean take() {
        return lock.take();
      }

      @Override
      public boolean held() {
        return lock.held();
      }

      @Override
      public void release() {
        lock.release();
      }
    };
  }

  void start() {
    publisher.ifPresent(KafkaPublisher::start);
  }

  void onRecord(StoredRecord record) {
    publisher.ifPresent(one -> one.wake(record.position()));
  }

  @Override
  public Optional<KafkaView> now() {
    return publisher
        .map(KafkaPublisher::status)
        .map(status ->
            new KafkaView(
                status.state().name().toLowerCase(Locale.ROOT),
                status.topic(),
                status.position(),
                status.lag(),
                status.error(),
                status.since()));
  }

  void close() {
    publisher.ifPresent(KafkaPublisher::close);
    lock.close();
  }
}
