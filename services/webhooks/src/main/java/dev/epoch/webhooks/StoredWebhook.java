package dev.epoch.webhooks;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.DynamicUpdate;

/** A row of the table of webhooks. */
@Entity
@DynamicUpdate
@Table(schema = "epoch", name = "webhooks")
class StoredWebhook {
  @Id private String id;
  private Webhook webhook;
  private String sealedSecrets;

  /** Of the log when it was created. */
  @Column(updatable = false)
  private long afterPosition;

  @Column(updatable = false)
  private String requestKey;

  private String rotationKey;

  protected StoredWebhook() {}

  StoredWebhook(Webhook webhook, String sealedSecrets, long afterPosition, String requestKey) {
    this.id = webhook.id();
    this.webhook = webhook;
    this.sealedSecrets = sealedSecrets;
    this.afterPosition = afterPosition;
    this.requestKey = requestKey;
  }

  Webhook webhook() {
    return webhook;
  }

  String sealedSecrets() {
    return sealedSecrets;
  }

  long afterPosition() {
    return afterPosition;
  }

  /** Idempotency key of the request that gave it its secret, or null. */
  String rotationKey() {
    return rotationKey;
  }

  Webhook change(Webhooks.Wanted wanted) {
    webhook = webhook.changed(wanted);
    return webhook;
  }
}
