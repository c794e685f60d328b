package dev.epoch.webhooks;

import dev.epoch.gateway.storage.SecretBox;
import dev.epoch.log.postgres.AdvisoryLock;
import dev.epoch.webhooks.StoredDeliveries.Arrived;
import dev.epoch.webhooks.StoredDeliveries.Due;
import dev.epoch.webhooks.StoredDeliveries.Page;
import dev.epoch.webhooks.StoredDeliveries.Queue;
import dev.epoch.webhooks.StoredDeliveries.Waiting;
import dev.epoch.webhooks.receiver.Outcome;
import dev.epoch.webhooks.receiver.Receivers;
import dev.epoch.webhooks.secret.Secrets;
import dev.epoch.webhooks.secret.WebhookSecret;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Sends what waits in the queues: each queue one message after another, many queues at a time.
 *
 * <pre>
 *   queue due --> [ 1 | 2 | 3 ...  --> attempt 1 --> arrived --> attempt 2 ...
 *                                          | failed
 *                                          v
 *                               due again after a pause; the other queues go on
 * </pre>
 *
 * A webhook has few queues under way, so that one whose receiver hangs costs the others nothing.
 */
final class WebhookSender implements AutoCloseable {
  static final Duration DISABLE_AFTER = Duration.ofDays(5);

  private static final System.Logger LOG = System.getLogger(WebhookSender.class.getName());
  private static final int QUEUES_OF_WEBHOOK = 4;
  private static final int QUEUES = 512;
  private static final int PAGE = 64;

  /** Characters of payloads that a queue keeps in memory, one message excepted. */
  private static final long PAGE_CHARACTERS = 128 * 1024;

  /** What has arrived is noted at least this often. */
  private static final Duration NOTE = Duration.ofMillis(250);

  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration STOP = Duration.ofSeconds(3);

  private final StoredWebhooks webhooks;
  private final StoredDeliveries deliveries;
  private final Receivers receivers;
  private final SecretBox secrets;
  private final AdvisoryLock senderLock;
  private final RetrySchedule schedule;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Queue> running = new HashSet<>();
  private boolean woken;
  private volatile boolean closed;
  private Thread thread;

  WebhookSender(
      StoredWebhooks webhooks,
      StoredDeliveries deliveries,
      Receivers receivers,
      SecretBox secrets,
      AdvisoryLock senderLock,
      RetrySchedule schedule,
      Clock clock) {
    this.webhooks = webhooks;
    this.deliveries = deliveries;
    this.receivers = receivers;
    this.secrets = secrets;
    this.senderLock = senderLock;
    this.schedule = schedule;
    this.clock = clock;
  }

  void start() {
    thread = Thread.ofVirtual().name("webhooks").start(this::run);
  }

  /** Something may be due. */
  void wake() {
    lock.lock();
    try {
      woken = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** One attempt, now, whatever waits. */
  Outcome attempt(Target target, UUID messageId, String payload) {
    return attempt(target, messageId.toString(), payload, signing(target));
  }

  private Outcome attempt(
      Target target, String messageId, String payload, List<WebhookSecret> signing) {
    long second = clock.instant().getEpochSecond();
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("User-Agent", "Epoch-Webhooks/1");
    headers.put("webhook-id", messageId);
    headers.put("webhook-timestamp", Long.toString(second));
    headers.put(
        "webhook-signature",
        signing.stream()
            .map(secret -> secret.sign(messageId, second, payload))
            .collect(Collectors.joining(" ")));
    return receivers.post(target.url(), headers, payload);
  }

  private List<WebhookSecret> signing(Target target) {
    return Secrets.open(secrets, target.sealedSecrets())
        .signing(target.oldSecretUntil(), clock.instant());
  }

  private void run() {
    Duration pause = POLL;
    while (!closed) {
      boolean more = false;
      try {
        more = isWanted() && senderLock.take() && startDue();
        pause = POLL;
      } catch (RuntimeException away) {
        LOG.log(System.Logger.Level.DEBUG, "Webhooks are sent later", away);
        pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
      }
      idle(more ? Duration.ZERO : pause);
    }
  }

  /** A server that has nobody to send to holds neither the lock nor its connection. */
  private boolean isWanted() {
    boolean wanted = webhooks.anyActive();
    if (!wanted) {
      senderLock.release();
    }
    return wanted;
  }

  private void idle(Duration pause) {
    lock.lock();
    try {
      for (long left = pause.toNanos(); !woken && !closed && left > 0; ) {
        left = changed.awaitNanos(left);
      }
      woken = false;
    } catch (InterruptedException stopped) {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  /** Starts queues that are due; whether others may be due, too. */
  private boolean startDue() {
    List<Due> due = deliveries.due(clock.instant(), busyWebhooks(), 2 * QUEUES_OF_WEBHOOK);
    boolean any = false;
    for (Due next : due) {
      if (take(next)) {
        any = true;
        Thread.ofVirtual().name("webhook-" + next.queue().webhook()).start(() -> work(next));
      }
    }
    return any;
  }

  private List<String> busyWebhooks() {
    lock.lock();
    try {
      Map<String, Long> counts =
          running.stream().collect(Collectors.groupingBy(Queue::webhook, Collectors.counting()));
      return counts.entrySet().stream()
          .filter(entry -> entry.getValue() >= QUEUES_OF_WEBHOOK)
          .map(Map.Entry::getKey)
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /** One queue at a time of a webhook that fails: the others would fail as well. */
  private boolean take(Due due) {
    lock.lock();
    try {
      long ofWebhook =
          running.stream().filter(queue -> queue.webhook().equals(due.queue().webhook())).count();
      return running.size() < QUEUES
          && ofWebhook < (due.failing() ? 1 : QUEUES_OF_WEBHOOK)
          && running.add(due.queue());
    } finally {
      lock.unlock();
    }
  }

  private void work(Due due) {
    boolean done = false;
    try {
      drain(due.queue());
      done = true;
    } catch (RuntimeException failure) {
      LOG.log(
          System.Logger.Level.WARNING,
          "A queue of webhook " + due.queue().webhook() + " is tried again",
          failure);
    } finally {
      release(due.queue(), done);
    }
  }

  private void release(Queue queue, boolean done) {
    lock.lock();
    try {
      running.remove(queue);
      // after a failure of our own, the clock is early enough
      woken |= done;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void drain(Queue queue) {
    while (goesOn()) {
      Optional<Page> page = deliveries.next(queue, PAGE, PAGE_CHARACTERS, clock.instant());
      if (page.isEmpty()) {
        return;
      }
      List<Waiting> waiting = page.get().waiting();
      if (!send(queue, page.get().target(), waiting)) {
        return;
      }
      if (isAll(waiting)) {
        deliveries.rest(queue);
        return;
      }
    }
  }

  /** Whether nothing else waited when the page was read. */
  private static boolean isAll(List<Waiting> page) {
    long characters = page.stream().mapToLong(waiting -> waiting.payload().length()).sum();
    return page.size() < PAGE && characters < PAGE_CHARACTERS;
  }

  private boolean goesOn() {
    return !closed && senderLock.held();
  }

  /** Whether the queue goes on at once. */
  private boolean send(Queue queue, Target target, List<Waiting> page) {
    List<WebhookSecret> signing = signing(target);
    List<Arrived> arrived = new ArrayList<>();
    long noted = System.nanoTime();
    boolean failing = target.failing();
    try {
      for (Waiting waiting : page) {
        if (!goesOn()) {
          return false;
        }
        Outcome outcome = attempt(target, waiting.messageId(), waiting.payload(), signing);
        if (!outcome.worked()) {
          deliveries.arrived(arrived);
          arrived.clear();
          if (closed) {
            return false;
          }
          return failed(queue, waiting, outcome);
        }
        arrived.add(new Arrived(waiting.id(), outcome));
        if (failing) {
          webhooks.works(queue.webhook());
          failing = false;
        }
        if (System.nanoTime() - noted > NOTE.toNanos()) {
          deliveries.arrived(arrived);
          arrived.clear();
          noted = System.nanoTime();
        }
      }
      return true;
    } finally {
      deliveries.arrived(arrived);
    }
  }

  private boolean failed(Queue queue, Waiting waiting, Outcome outcome) {
    Instant now = clock.instant();
    Optional<Instant> next = schedule.pauseAfter(waiting.attempt() + 1).map(now::plus);
    deliveries.failed(queue, waiting.id(), outcome, next);
    Instant since = webhooks.fails(queue.webhook(), now);
    if (outcome.gone()) {
      disable(queue, "the receiver answered 410 Gone on " + now);
      return false;
    }
    if (!since.plus(DISABLE_AFTER).isAfter(now)) {
      disable(
          queue, "every attempt since " + since + " failed, the last one with: " + outcome.error());
      return false;
    }
    return next.isEmpty();
  }

  private void disable(Queue queue, String reason) {
    if (webhooks.disable(queue.webhook(), reason)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Webhook {0} is not sent to any more: {1}",
          queue.webhook(),
          reason);
    }
  }

  /** Waits a while for attempts that are under way, so that what has arrived is noted. */
  @Override
  public void close() {
    closed = true;
    lock.lock();
    try {
      changed.signalAll();
      for (long left = STOP.toNanos(); !running.isEmpty() && left > 0; ) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
    if (thread != null) {
      thread.interrupt();
    }
    senderLock.close();
    receivers.close();
  }
}
