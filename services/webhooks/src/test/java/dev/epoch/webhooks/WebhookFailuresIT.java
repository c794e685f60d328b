package dev.epoch.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.log.StoredRecord;
import dev.epoch.webhooks.Delivery.State;
import dev.epoch.webhooks.StoredDeliveries.Queue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What does not arrive is tried again, in time, and given up at last; others go on. */
class WebhookFailuresIT extends WebhookTrial {
  /** To each webhook; those of a page of deliveries. */
  private static final int EVENTS = 40;

  @Test
  void aStuckDeliveryBlocksItsBranchAloneUntilItIsDead() throws Exception {
    // given
    Webhooks.WithSecret made = subscribe("/", List.of(), List.of());
    receiver.answer = one -> one.body().contains("c-bad") ? 500 : 204;

    // when
    commit("b-main", "bad", "users");
    commit("b-main", "behind", "users");
    StoredRecord other = commit("b-x", "other", "users");

    // then
    until("the other branch", () -> receiver.ids().contains(other.envelope().id().toString()));
    StoredDeliveries stored = new StoredDeliveries(clients.pool());
    Queue queue = new Queue(made.webhook().id(), "main");
    Duration total = Duration.ZERO;
    for (int attempt = 1; attempt < 10; attempt++) {
      int number = attempt;
      until("attempt " + attempt, () -> deliveries(made).getFirst().attempt() == number);
      Delivery bad = deliveries(made).getFirst();
      assertThat(bad.state()).isEqualTo(State.FAILED);
      assertThat(bad.responseStatus()).isEqualTo(500);
      assertThat(bad.error()).isEqualTo("Answered 500");
      Duration pause = Duration.between(now.get(), bad.nextAttemptAt());
      total = total.plus(pause);
      assertThat(deliveries(made).get(1).state()).isEqualTo(State.PENDING);
      // whoever found the queue due just before finds nothing in it
      assertThat(waiting(stored, queue, now.get())).isEmpty();
      assertThat(waiting(stored, queue, bad.nextAttemptAt())).hasSize(1);
      now.set(bad.nextAttemptAt());
      webhooks.wake();
    }
    assertThat(total).isBetween(Duration.ofHours(68), Duration.ofHours(84));
    until("it is dead", () -> deliveries(made).getFirst().state() == State.DEAD);
    assertThat(deliveries(made).getFirst().attempts()).hasSize(10);
    until("the next one", () -> deliveries(made).get(1).state() == State.DELIVERED);
    assertThat(receiver.ids().stream().distinct()).hasSize(3);
    assertThat(current(made).failingSince()).isNull();

    // and all that are dead can be sent again
    receiver.answer = _ -> 200;
    assertThat(webhooks.redeliverDead(SHOP, made.webhook().id())).contains(1L);
    allIn(made, State.DELIVERED);
  }

  private static List<StoredDeliveries.Waiting> waiting(
      StoredDeliveries stored, Queue queue, Instant at) {
    return stored.next(queue, 1, 1, at).orElseThrow().waiting();
  }

  @Test
  void whoIsGoneOrFailsForFiveDaysIsSentNothingMore() throws Exception {
    Webhooks.WithSecret gone = subscribe("/gone", List.of(), List.of());
    receiver.answer = one -> one.path().equals("/gone") ? 410 : 500;
    commit("b-main", "one", "users");
    until("it is disabled", () -> !current(gone).active());
    assertThat(current(gone).disabledReason()).contains("410 Gone");
    commit("b-main", "not-seen", "users");
    assertThat(deliveries(gone)).hasSize(1);

    Webhooks.WithSecret failing = subscribe("/failing", List.of(), List.of());
    Instant start = now.get();
    commit("b-main", "two", "users");
    commit("b-main", "three", "users");
    while (current(failing).active()) {
      until(
          "the next attempt",
          () ->
              !current(failing).active()
                  || deliveries(failing).stream()
                      .anyMatch(one ->
                          one.nextAttemptAt() != null && one.nextAttemptAt().isAfter(now.get())));
      deliveries(failing).stream()
          .map(Delivery::nextAttemptAt)
          .filter(next -> next != null && next.isAfter(now.get()))
          .findFirst()
          .ifPresent(now::set);
      webhooks.wake();
    }
    assertThat(Duration.between(start, now.get()))
        .isBetween(Duration.ofDays(5), Duration.ofDays(7));
    assertThat(current(failing).disabledReason()).contains("Answered 500");

    // made active again, it goes on with what waits, and events before can be sent too
    receiver.answer = _ -> 204;
    assertThat(
            webhooks
                .update(
                    SHOP,
                    gone.webhook().id(),
                    new Webhooks.Wanted(
                        gone.webhook().url(),
                        List.of("commit-created"),
                        List.of(),
                        List.of(),
                        "again",
                        true))
                .orElseThrow()
                .disabledReason())
        .isNull();
    allIn(gone, State.DELIVERED);
    assertThat(webhooks.redeliver(SHOP, STREAM, gone.webhook().id(), 1, Long.MAX_VALUE))
        .contains(4L);
    until("all commits", () -> deliveries(gone).size() == 4);
    allIn(gone, State.DELIVERED);
  }

  @Test
  void whoHangsOrAnswersWithoutEndCostsOthersNothing() throws Exception {
    // given receivers that hang, and a time-out that is longer than this test waits
    webhooks.close();
    webhooks = open(WAIT.multipliedBy(10), "127.0.0.1");
    webhooks.start();
    List<Webhooks.WithSecret> hanging = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      hanging.add(subscribe("/hang" + i, List.of(), List.of()));
    }
    Webhooks.WithSecret endless = subscribe("/endless", List.of(), List.of());
    Webhooks.WithSecret well = subscribe("/well", List.of(), List.of());
    receiver.answer =
        one ->
            one.path().startsWith("/hang")
                ? Receiver.HANG
                : one.path().equals("/endless") ? Receiver.ENDLESS : 204;

    // when
    for (int i = 0; i < EVENTS; i++) {
      commit(i % 2 == 0 ? "b-main" : "b-x", "c" + i, "users");
    }

    // then
    until(
        "all of who is well",
        () -> deliveries(well).stream().allMatch(one -> one.state() == State.DELIVERED));
    allIn(endless, State.DELIVERED);
    assertThat(receiver.received.stream().filter(one -> one.path().equals("/well")))
        .hasSize(EVENTS);
    assertThat(hanging)
        .allSatisfy(one ->
            assertThat(deliveries(one))
                .extracting(Delivery::state)
                .doesNotContain(State.DELIVERED, State.FAILED));

    // and a time-out is said
    webhooks.close();
    webhooks = open(Duration.ofMillis(200), "127.0.0.1");
    webhooks.start();
    until("a time-out", () -> !failed(hanging.getFirst()).isEmpty());
    assertThat(failed(hanging.getFirst()).getFirst().error()).startsWith("No answer within ");
  }
}
