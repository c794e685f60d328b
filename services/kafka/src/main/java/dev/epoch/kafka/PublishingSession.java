package dev.epoch.kafka;

import dev.epoch.log.StoredRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * One producer with its transactions, from where the one before ended. After any failure it is
 * closed and another one opened, which learns what became of the last transaction:
 *
 * <pre>
 *   open: initTransactions   ends what an earlier producer left, and fences it
 *         read checkpoint    committed ones only: what was not committed is published again
 *   publish: begin, events in their order, checkpoint, commit
 * </pre>
 */
final class PublishingSession implements AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final int BLOCK_MILLIS = 10_000;
  private static final int REQUEST_MILLIS = 5_000;
  private static final int DELIVERY_MILLIS = 10_000;
  private static final int TRANSACTION_MILLIS = 60_000;
  private static final int RECONNECT_MILLIS = 2_000;

  private final KafkaSettings settings;
  private final EventRecords records;
  private final UUID log;
  private final KafkaProducer<String, String> producer;
  private final Duration patience;
  private Checkpoint checkpoint;

  private PublishingSession(
      KafkaSettings settings, UUID log, KafkaProducer<String, String> producer, Duration patience) {
    this.patience = patience;
    this.settings = settings;
    this.records = new EventRecords(settings);
    this.log = log;
    this.producer = producer;
  }

  /**
   * @param log id of its first record: another log, another name
   * @throws PublishingException if it cannot be
   * @throws KafkaException likewise
   */
  static PublishingSession open(KafkaSettings settings, UUID log) {
    Topics.ensure(settings, client(settings));
    Map<String, Object> producing = client(settings);
    producing.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "epoch-" + settings.topic() + "-" + log);
    producing.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    producing.put(ProducerConfig.ACKS_CONFIG, "all");
    producing.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_MILLIS);
    producing.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCK_MILLIS);
    producing.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS);
    KafkaProducer<String, String> producer =
        new KafkaProducer<>(producing, new StringSerializer(), new StringSerializer());
    PublishingSession session = new PublishingSession(settings, log, producer, patience(producing));
    try {
      producer.initTransactions();
      session.checkpoint = StoredCheckpoint.read(settings, client(settings), log);
      return session;
    } catch (RuntimeException failure) {
      session.close();
      throw failure;
    }
  }

  private static Map<String, Object> client(KafkaSettings settings) {
    Map<String, Object> client = new HashMap<>(settings.client());
    client.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.servers());
    client.putIfAbsent(CommonClientConfigs.CLIENT_ID_CONFIG, "epoch");
    client.putIfAbsent(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS);
    client.putIfAbsent(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, BLOCK_MILLIS);
    client.putIfAbsent(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_MILLIS);
    return client;
  }

  Checkpoint checkpoint() {
    return checkpoint;
  }

  /**
   * Publishes records that come next, all or none.
   *
   * @throws RuntimeException if that failed, or cannot be known: this session is of no use then
   */
  void publish(List<StoredRecord> next) {
    Checkpoint after = new Checkpoint(next.getLast().position(), next.getLast().envelope().id());
    List<ProducerRecord<String, String>> events =
        next.stream().flatMap(stored -> records.of(stored).stream()).toList();
    if (!events.isEmpty()) {
      producer.beginTransaction();
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (ProducerRecord<String, String> event : events) {
        sent.add(send(event));
      }
      sent.add(send(new ProducerRecord<>(settings.checkpoints(), log.toString(), after.text())));
      sent.forEach(this::require);
      producer.commitTransaction();
    }
    checkpoint = after;
  }

  /** Without a broker each one waits, and fails: one is enough. */
  private Future<RecordMetadata> send(ProducerRecord<String, String> one) {
    Future<RecordMetadata> sent = producer.send(one);
    if (sent.isDone()) {
      require(sent);
    }
    return sent;
  }

  /** The producer itself gives up after {@code delivery.timeout.ms}; this is for one that hangs. */
  private static Duration patience(Map<String, Object> producing) {
    return Duration.ofMillis(
            Long.parseLong(producing.get(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG).toString()))
        .plusMillis(REQUEST_MILLIS);
  }

  private void require(Future<RecordMetadata> sent) {
    try {
      sent.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failure) {
      throw new PublishingException(failure.getCause().getMessage(), failure.getCause());
    } catch (TimeoutException late) {
      throw new PublishingException("no answer from Kafka", late);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new PublishingException("stopped", stopped);
    }
  }

  /** Ends an open transaction by not committing it: whoever comes next has the broker abort it. */
  @Override
  public void close() {
    producer.close(CLOSE);
  }
}
