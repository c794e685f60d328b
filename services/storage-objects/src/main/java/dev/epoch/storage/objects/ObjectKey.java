package dev.epoch.storage.objects;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What keys are, and in which order. */
public final class ObjectKey {
  /** Longest key, in bytes of UTF-8: that of S3. */
  public static final int LONGEST = 1024;

  private ObjectKey() {}

  /**
   * @return the key
   * @throws IllegalArgumentException if it is none
   */
  public static String require(String key) {
    if (key.isEmpty() || key.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
      throw new IllegalArgumentException("A key has 1 to %d bytes: %s".formatted(LONGEST, key));
    }
    for (String name : key.split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..") || hasControl(name)) {
        throw new IllegalArgumentException(
            "A key is names separated by slashes, none of them empty, '.' or '..': " + key);
      }
    }
    return key;
  }

  private static boolean hasControl(String name) {
    return name.chars().anyMatch(c -> c < ' ' || c == '\\');
  }

  /** The order of the bytes of UTF-8. */
  public static int compare(String one, String other) {
    return Arrays.compareUnsigned(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }
}
