package dev.epoch.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.exceptions.WebhookVerificationException;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.log.StoredRecord;
import dev.epoch.webhooks.Delivery.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What is subscribed to arrives: signed, in order, at least once. */
class WebhookDeliveryIT extends WebhookTrial {
  @Test
  void whatIsSubscribedToArrivesSignedAndInOrder() throws Exception {
    // given
    commit("b-main", "before", "users");
    Webhooks.WithSecret all = subscribe("/all", List.of(), List.of(), List.of());
    Webhooks.WithSecret some = subscribe("/some", List.of("feature/*"), List.of("us*"));

    // when
    UUID operation = UUID.randomUUID();
    StoredRecord first = commit("b-main", "one", "users");
    StoredRecord recorded =
        happens(new CommitTablesRecordedV1(operation, entries("users"), Map.of()));
    StoredRecord second = happens(commitOf("b-x", "two", operation, "orders"));
    StoredRecord third = commit("b-x", "three", "orders");
    StoredRecord created = happens(new BranchCreatedV1("b-y", "y", "c0", "main", Map.of()));
    allIn(all, State.DELIVERED);
    allIn(some, State.DELIVERED);

    // then
    List<Receiver.Received> toSome =
        receiver.received.stream().filter(one -> one.path().equals("/some")).toList();
    assertThat(toSome).hasSize(1);
    assertThat(toSome.getFirst().id()).isEqualTo(second.envelope().id().toString());
    verify(some.secret(), toSome.getFirst());
    fits("webhook-commit-created.v1", toSome.getFirst().body());
    assertThat(toSome.getFirst().body())
        .contains(
            "\"branch\":\"feature/x\"",
            "{\"table\":\"users\",\"rows\":10,\"inserted\":3,\"updated\":2,\"deleted\":1}",
            "\"table\":\"orders\"",
            "\"diff_url\":\"https://epoch.example/api/v1/commits/diff?base=c0&target=c-two&repository=shop\"");
    assertThatThrownBy(() -> verify(all.secret(), toSome.getFirst()))
        .isInstanceOf(WebhookVerificationException.class);

    List<Receiver.Received> toAll =
        receiver.received.stream().filter(one -> one.path().equals("/all")).toList();
    assertThat(toAll)
        .extracting(Receiver.Received::id)
        .containsExactlyInAnyOrderElementsOf(
            List.of(first, recorded, second, third, created).stream()
                .map(stored -> stored.envelope().id().toString())
                .toList());
    List<String> ids = toAll.stream().map(Receiver.Received::id).toList();
    assertThat(ids.indexOf(second.envelope().id().toString()))
        .isLessThan(ids.indexOf(third.envelope().id().toString()));
    for (Receiver.Received received : toAll) {
      verify(all.secret(), received);
      fits(
          received.body().contains("\"type\":\"commit-created\"")
              ? "webhook-commit-created.v1"
              : "webhook-event.v1",
          received.body());
    }
    assertThat(
            clients.number(
                "SELECT count(*) FROM epoch.webhooks WHERE sealed_secrets LIKE '%whsec%'"))
        .isZero();

    // and the same events, projected again, change nothing
    webhooks.projector().apply(decoder.decode(third).orElseThrow());
    assertThat(deliveries(all)).hasSize(5);
  }

  @Test
  void whileASecretIsRotatedBothSign() throws Exception {
    Webhooks.WithSecret made = subscribe("/", List.of(), List.of());
    String id = made.webhook().id();
    Webhooks.WithSecret rotated =
        webhooks.rotate(SHOP, id, null, Duration.ofHours(24), "key").orElseThrow();
    assertThat(webhooks.rotate(SHOP, id, null, Duration.ofHours(24), "key").orElseThrow().secret())
        .isEqualTo(rotated.secret())
        .isNotEqualTo(made.secret());

    webhooks.test(SHOP, id);
    now.set(now.get().plus(Duration.ofHours(24)));
    webhooks.test(SHOP, id);

    verify(made.secret(), receiver.received.getFirst());
    verify(rotated.secret(), receiver.received.getFirst());
    fits("webhook-test.v1", receiver.received.getFirst().body());
    assertThat(receiver.received.get(1).header("webhook-signature")).doesNotContain(" ");
    assertThat(deliveries(made)).extracting(Delivery::state).containsOnly(State.DELIVERED);
  }

  @Test
  void oneServerSendsAndAnotherTakesOver() throws Exception {
    Webhooks.WithSecret made = subscribe("/", List.of(), List.of());
    AtomicBoolean down = new AtomicBoolean(true);
    receiver.answer = _ -> down.get() ? 500 : 204;
    try (Webhooks other = open("127.0.0.1")) {
      other.start();
      commit("b-main", "one", "users");
      until("an attempt", () -> deliveries(made).getFirst().attempt() == 1);
      webhooks.close();
      down.set(false);
      now.set(now.get().plus(Duration.ofSeconds(10)));
      until("the other one sends", () -> deliveries(made).getFirst().state() == State.DELIVERED);
    }
    assertThat(receiver.ids()).hasSize(2);
    assertThat(receiver.ids().getFirst()).isEqualTo(receiver.ids().getLast());
  }
}
