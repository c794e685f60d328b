package dev.epoch.webhooks;

import java.time.Instant;

/**
 * What the sender needs to know of a webhook.
 *
 * @param oldSecretUntil until when what is sent is signed with the former secret too, or null
 * @param failing whether no attempt has worked since the last one that failed
 */
record Target(String url, String sealedSecrets, Instant oldSecretUntil, boolean failing) {
  static Target of(StoredWebhook stored) {
    Webhook webhook = stored.webhook();
    return new Target(
        webhook.url(),
        stored.sealedSecrets(),
        webhook.oldSecretUntil(),
        webhook.failingSince() != null);
  }
}
