package dev.epoch.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.webhooks.Delivery.State;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What may be subscribed to, by which addresses, and for how long. */
class WebhookSubscriptionsIT extends WebhookTrial {
  @Test
  void redirectsAndInternalAddressesAreFailures() throws Exception {
    Webhooks.WithSecret redirected = subscribe("/moved", List.of(), List.of());
    receiver.answer = one -> one.path().equals("/moved") ? 302 : 204;
    commit("b-main", "one", "users");
    until("an attempt", () -> deliveries(redirected).getFirst().attempt() == 1);
    assertThat(deliveries(redirected).getFirst().error())
        .isEqualTo("Answered 302; redirects are not followed");
    assertThat(receiver.received).extracting(Receiver.Received::path).doesNotContain("/elsewhere");

    try (Webhooks outward = open()) {
      for (String url :
          List.of(
              "http://127.0.0.1:" + receiver.port() + "/",
              "http://[::1]/",
              "http://169.254.169.254/latest/meta-data",
              "http://10.0.0.1/",
              "http://0.0.0.0/",
              "http://[::ffff:127.0.0.1]/",
              "ftp://example.com/",
              "http://user:secret@example.com/",
              "no url")) {
        assertThatThrownBy(() ->
                outward.create(
                    SHOP,
                    new Webhooks.Wanted(url, List.of(), List.of(), List.of(), null, true),
                    null,
                    "jane",
                    null))
            .as(url)
            .isInstanceOf(InvalidWebhookException.class);
      }
      // a name says nothing before it is looked up, each time
      Webhooks.WithSecret named =
          outward
              .create(
                  SHOP,
                  new Webhooks.Wanted(
                      "http://localhost:" + receiver.port() + "/named",
                      List.of(),
                      List.of(),
                      List.of(),
                      null,
                      true),
                  null,
                  "jane",
                  null)
              .orElseThrow();
      Delivery test = outward.test(SHOP, named.webhook().id()).orElseThrow();
      assertThat(test.state()).isEqualTo(State.DEAD);
      assertThat(test.error()).contains("EPOCH_WEBHOOKS_ALLOW");
      assertThat(receiver.received).extracting(Receiver.Received::path).doesNotContain("/named");
    }
  }

  @Test
  void subscriptionsEndWithTheirRepositoryAndAreLimited() {
    Webhooks.WithSecret made = subscribe("/", List.of(), List.of(), List.of());
    happens(new RepositoryDeletedV1(SHOP));
    assertThat(current(made).disabledReason()).isEqualTo("the repository was deleted");
    assertThat(webhooks.delete(SHOP, made.webhook().id())).isTrue();
    assertThat(webhooks.get(SHOP, made.webhook().id())).isEmpty();

    Webhooks.Wanted wanted =
        new Webhooks.Wanted(receiver.url("/"), List.of(), List.of(), List.of(), null, true);
    String secret = webhooks.create(SHOP, wanted, null, "jane", "k").orElseThrow().secret();
    assertThat(webhooks.create(SHOP, wanted, null, "jane", "k").orElseThrow().secret())
        .isEqualTo(secret);
    assertThat(webhooks.list(SHOP)).hasSize(1);
    for (int i = 1; i < Webhooks.MOST_OF_REPOSITORY; i++) {
      assertThat(webhooks.create(SHOP, wanted, null, "jane", null)).isPresent();
    }
    assertThat(webhooks.create(SHOP, wanted, null, "jane", null)).isEmpty();
  }
}
