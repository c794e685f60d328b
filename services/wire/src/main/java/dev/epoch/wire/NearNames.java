package dev.epoch.wire;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Names that somebody may have meant. */
final class NearNames {
  private static final int MOST = 3;

  private NearNames() {}

  /** Those with the fewest slips, nearest first; all if there are few. */
  static List<String> to(String typed, Collection<String> names) {
    return names.stream()
        .sorted(
            Comparator.comparingInt((String name) -> slips(typed, name))
                .thenComparing(name -> name))
        .limit(MOST)
        .toList();
  }

  /** Letters left out, added or replaced (Levenshtein 1966). */
  private static int slips(String typed, String name) {
    String left = typed.toLowerCase(Locale.ROOT);
    String right = name.toLowerCase(Locale.ROOT);
    int[] row = new int[right.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int above = row[j];
        int replaced = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[right.length()];
  }
}
