package dev.epoch.server;

import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.stream.Repositories;
import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import dev.epoch.projections.Projections;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.reactive.messaging.MutinyEmitter;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/**
 * The log as a channel of SmallRye Reactive Messaging: {@code log-records}. Here the tail of the
 * PostgreSQL log feeds it; a Kafka topic can take that place by configuration, and subscribers do
 * not notice.
 */
@ApplicationScoped
public class LogChannel {
  static final String RECORDS = "log-records";

  private final EventLog log;
  private final Projections projections;
  private final KafkaPublishing kafka;
  private final Repositories repositories;
  private final MutinyEmitter<StoredRecord> records;
  private volatile Cancellable tail;

  LogChannel(
      EventLog log,
      Projections projections,
      KafkaPublishing kafka,
      VersioningServer server,
      @Channel(RECORDS) @OnOverflow(OnOverflow.Strategy.BUFFER)
          MutinyEmitter<StoredRecord> records) {
    this.log = log;
    this.projections = projections;
    this.kafka = kafka;
    this.repositories = server.repositories();
    this.records = records;
  }

  /**
   * Read models first make their tables; then records flow, from the one that is behind the most.
   */
  void start(@Observes ServerStarted event) {
    projections.start();
    kafka.start();
    long behind =
        projections.status().stream()
            .mapToLong(status -> status.checkpoint().position())
            .min()
            .orElse(0);
    Multi<StoredRecord> stored = log.tail(behind);
    tail = stored.onItem().transformToUniAndConcatenate(records::send).subscribe().with(sent -> {});
  }

  /** What projectors, and who publishes to Kafka, are fed by. */
  @Incoming(RECORDS)
  void project(StoredRecord record) {
    repositories.followed().next(record, repositories.isOwn(record));
    projections.onRecord(record);
    kafka.onRecord(record);
  }

  void stop(@Observes @Priority(Interceptor.Priority.APPLICATION - 1) ShutdownEvent event) {
    if (tail != null) {
      tail.cancel();
    }
    kafka.close();
    projections.close();
  }
}
