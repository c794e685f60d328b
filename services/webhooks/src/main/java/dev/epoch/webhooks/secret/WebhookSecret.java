package dev.epoch.webhooks.secret;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key shared with a receiver, as Standard Webhooks defines it: {@code whsec_} and 24 to 64 bytes
 * in base64.
 */
public final class WebhookSecret {
  public static final String PREFIX = "whsec_";
  public static final int SHORTEST = 24;
  public static final int LONGEST = 64;

  private static final int NEW = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte[] key;

  private WebhookSecret(byte[] key) {
    if (key.length < SHORTEST || key.length > LONGEST) {
      throw new IllegalArgumentException("a secret has " + SHORTEST + " to " + LONGEST + " bytes");
    }
    this.key = key;
  }

  /** A random one. */
  public static WebhookSecret random() {
    byte[] fresh = new byte[NEW];
    RANDOM.nextBytes(fresh);
    return new WebhookSecret(fresh);
  }

  /**
   * Reads {@link #text()}.
   *
   * @throws IllegalArgumentException if it is none; the message does not repeat it
   */
  public static WebhookSecret parse(String text) {
    Objects.requireNonNull(text, "text");
    if (!text.startsWith(PREFIX)) {
      throw new IllegalArgumentException("a secret begins with " + PREFIX);
    }
    byte[] key;
    try {
      key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
    } catch (IllegalArgumentException notBase64) {
      throw new IllegalArgumentException("a secret is base64 behind " + PREFIX);
    }
    return new WebhookSecret(key);
  }

  /** What the receiver is told, once. */
  public String text() {
    return PREFIX + Base64.getEncoder().encodeToString(key);
  }

  /**
   * One signature of the header {@code webhook-signature}: {@code v1,} and the HMAC-SHA256 of id,
   * time and body, joined by dots.
   *
   * @param epochSecond of the header {@code webhook-timestamp}
   */
  public String sign(String messageId, long epochSecond, String body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] signature =
          mac.doFinal(
              (messageId + "." + epochSecond + "." + body).getBytes(StandardCharsets.UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(signature);
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("this JDK lacks HmacSHA256", e);
    }
  }

  /** Shows nothing of it. */
  @Override
  public String toString() {
    return "WebhookSecret";
  }
}
