package dev.epoch.subscriptions;

import dev.epoch.projections.NameInRepository;
import dev.epoch.subscriptions.EventSubscriptions.Subscription;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;

/** A row of the table of subscriptions. */
@Entity
@Table(schema = "epoch", name = "subscriptions")
class StoredSubscription {
  @EmbeddedId private NameInRepository id;
  private Subscription subscription;

  protected StoredSubscription() {}

  StoredSubscription(Subscription subscription) {
    this.id = new NameInRepository(subscription.repository(), subscription.name());
    this.subscription = subscription;
  }
}
