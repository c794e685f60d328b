package dev.epoch.model.value;

import java.util.Locale;

/**
 * Addresses: lower case; those of networks and hosts with the length of their prefix, {@code
 * 10.0.0.1/32}, {@code ::1/128}; those of devices without.
 */
final class NetworkText {
  private NetworkText() {}

  static String canonical(String typeName, String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (typeName.startsWith("macaddr") || lower.indexOf('/') >= 0) {
      return lower;
    }
    return lower + (lower.indexOf(':') < 0 ? "/32" : "/128");
  }
}
