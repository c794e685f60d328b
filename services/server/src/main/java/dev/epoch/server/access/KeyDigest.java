package dev.epoch.server.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/**
 * What is kept of a key: its SHA-256. A key has 256 random bits, so nobody finds it by trying; a
 * hash that is slow on purpose would only make each request slow.
 */
final class KeyDigest {
  /** So that a key that was lost somewhere can be recognised as one. */
  private static final String PREFIX = "epoch_";

  private static final int KEY_BYTES = 32;
  private static final int SHOWN = 6;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte[] bytes;

  private KeyDigest(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A key that nobody has yet. */
  static String newKey() {
    byte[] key = new byte[KEY_BYTES];
    RANDOM.nextBytes(key);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(key);
  }

  /** How a key begins: enough to tell it from others, not to guess the rest. */
  static String shown(String key) {
    return key.substring(0, PREFIX.length() + SHOWN);
  }

  static KeyDigest of(String key) {
    try {
      return new KeyDigest(
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static KeyDigest stored(byte[] bytes) {
    return new KeyDigest(bytes.clone());
  }

  byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyDigest digest && is(digest);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Takes the same time wherever they differ. */
  boolean is(KeyDigest other) {
    return MessageDigest.isEqual(bytes, other.bytes);
  }
}
