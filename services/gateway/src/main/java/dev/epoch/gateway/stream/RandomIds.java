package dev.epoch.gateway.stream;

import java.security.SecureRandom;
import java.util.function.Supplier;

/** Ids of twelve lower-case letters or digits: 62 random bits. */
public final class RandomIds implements Supplier<String> {
  private static final char[] DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz".toCharArray();
  private static final int LENGTH = 12;

  private final SecureRandom random = new SecureRandom();

  @Override
  public String get() {
    char[] id = new char[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      id[i] = DIGITS[random.nextInt(DIGITS.length)];
    }
    return new String(id);
  }
}
