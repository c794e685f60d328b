package dev.epoch.webhooks;

import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.projections.EffectProjector;
import dev.epoch.projections.NotNowException;
import dev.epoch.projections.ProjectedEvent;
import dev.epoch.webhooks.message.EventContext;
import dev.epoch.webhooks.message.Message;
import dev.epoch.webhooks.message.Messages;
import java.time.Clock;
import java.util.List;

/**
 * Puts events into the queues of the webhooks that want them. Doing so again changes nothing.
 *
 * <pre>
 *   event of the log --> webhooks that want it --> message (once) + delivery of each --> sender
 * </pre>
 */
public final class WebhooksProjector implements EffectProjector {
  private final StoredWebhooks webhooks;
  private final StoredDeliveries deliveries;
  private final Messages messages;
  private final EventContext context;
  private final Runnable wake;
  private final Clock clock;
  private volatile ActiveWebhooks active = ActiveWebhooks.UNKNOWN;

  WebhooksProjector(
      StoredWebhooks webhooks,
      StoredDeliveries deliveries,
      Messages messages,
      EventContext context,
      Runnable wake,
      Clock clock) {
    this.webhooks = webhooks;
    this.deliveries = deliveries;
    this.messages = messages;
    this.context = context;
    this.wake = wake;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "webhooks";
  }

  @Override
  public void apply(ProjectedEvent event) {
    long position = event.stored().position();
    ActiveWebhooks now = upTo(position);
    if (!now.any(event.repository())) {
      context.forget(event.repository());
      return;
    }
    List<StoredWebhook> candidates =
        now.candidates(event.repository(), event.stored().envelope().type(), position);
    if (candidates.isEmpty() && !(event.event() instanceof RepositoryDeletedV1)) {
      context.passed(event);
      return;
    }
    Message message = messages.of(event);
    List<String> wanting =
        candidates.stream()
            .map(StoredWebhook::webhook)
            .filter(webhook -> webhook.wants(message))
            .map(Webhook::id)
            .toList();
    try {
      if (!wanting.isEmpty()) {
        deliveries.add(List.of(message), wanting, clock.instant());
        wake.run();
      }
      if (event.event() instanceof RepositoryDeletedV1) {
        webhooks.disableAll(event.repository(), "the repository was deleted", position);
      }
    } catch (RuntimeException away) {
      throw new NotNowException(away);
    }
  }

  @Override
  public void passedOver() {
    context.forgetAll();
  }

  private ActiveWebhooks upTo(long position) {
    if (active.upTo() < position) {
      try {
        active = webhooks.active(active);
      } catch (RuntimeException away) {
        throw new NotNowException(away);
      }
    }
    return active;
  }
}
