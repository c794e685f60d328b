package dev.epoch.webhooks;

import java.util.Collection;
import java.util.List;

/**
 * Patterns of names as in shells: {@code *} stands for any characters, {@code ?} for one. Branch
 * {@code feature/*} is every branch below {@code feature/}, however deep.
 */
public final class NamePatterns {
  private NamePatterns() {}

  /** Whether one of the names fits one of the patterns, or there is no pattern. */
  public static boolean anyMatches(List<String> patterns, Collection<String> names) {
    return patterns.isEmpty()
        || patterns.stream().anyMatch(pattern -> names.stream().anyMatch(n -> fits(pattern, n)));
  }

  private static boolean fits(String pattern, String name) {
    return pattern.indexOf('*') < 0 && pattern.indexOf('?') < 0
        ? pattern.equals(name)
        : matches(pattern, name);
  }

  /** Without going back more than to the last star, so that no pattern takes long. */
  private static boolean matches(String pattern, String name) {
    int p = 0;
    int n = 0;
    int star = -1;
    int resume = 0;
    while (n < name.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resume = n;
      } else if (p < pattern.length()
          && (pattern.charAt(p) == '?' || pattern.charAt(p) == name.charAt(n))) {
        p++;
        n++;
      } else if (star >= 0) {
        p = star + 1;
        n = ++resume;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
