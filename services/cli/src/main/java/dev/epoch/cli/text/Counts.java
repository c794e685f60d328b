package dev.epoch.cli.text;

import java.util.ArrayList;
import java.util.List;

/** Numbers with their nouns. */
public final class Counts {

  private Counts() {}

  /** {@code 1 record}, {@code 3 records}. */
  public static String of(long count, String noun) {
    return of(count, noun, "s");
  }

  /** {@code 1 branch}, {@code 3 branches}. */
  public static String of(long count, String noun, String plural) {
    return count + " " + (count == 1 ? noun : noun + plural);
  }

  /** {@code 3 records added, 1 record deleted}; empty where nothing changed. */
  public static String changes(long inserted, long updated, long deleted) {
    List<String> parts = new ArrayList<>();
    add(parts, inserted, "added");
    add(parts, updated, "modified");
    add(parts, deleted, "deleted");
    return String.join(", ", parts);
  }

  private static void add(List<String> parts, long count, String what) {
    if (count > 0) {
      parts.add(of(count, "record") + " " + what);
    }
  }
}
