package dev.epoch.webhooks.secret;

import dev.epoch.gateway.storage.SecretBox;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The secrets of a webhook.
 *
 * @param current what is signed with
 * @param old what was before, null if there was none
 */
public record Secrets(WebhookSecret current, WebhookSecret old) {
  private static final String CURRENT = "current";
  private static final String OLD = "old";

  public static Secrets open(SecretBox box, String sealed) {
    Map<String, String> texts = box.open(sealed);
    return new Secrets(
        WebhookSecret.parse(texts.get(CURRENT)),
        texts.get(OLD) == null ? null : WebhookSecret.parse(texts.get(OLD)));
  }

  public String seal(SecretBox box) {
    Map<String, String> texts = new HashMap<>();
    texts.put(CURRENT, current.text());
    if (old != null) {
      texts.put(OLD, old.text());
    }
    return box.seal(texts);
  }

  /** Those that sign now, the current one first. */
  public List<WebhookSecret> signing(Instant oldUntil, Instant now) {
    return old != null && oldUntil != null && now.isBefore(oldUntil)
        ? List.of(current, old)
        : List.of(current);
  }
}
