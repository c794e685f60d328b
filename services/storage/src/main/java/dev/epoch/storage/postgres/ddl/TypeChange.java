package dev.epoch.storage.postgres.ddl;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What another type does to the values that a column has. */
enum TypeChange {
  /** Every value stays as it is, and no row is written. */
  FREE,
  /** Every value has its place, but every row is written again. */
  WIDER,
  /** Values may not fit, or lose something. */
  LOSSY;

  private static final Pattern PARTS =
      Pattern.compile("([^(\\[]+)(?:\\((\\d+)(?:,(-?\\d+))?\\))?(.*)");
  private static final List<String> INTEGERS = List.of("smallint", "integer", "bigint");
  private static final Set<String> NUMBERS =
      Set.of("smallint", "integer", "bigint", "numeric", "real", "double precision");
  private static final Set<String> TEXTS = Set.of("text", "character varying");

  /** Types as the database prints them; another type of the same name counts as wider. */
  static TypeChange between(String before, String after) {
    Matcher old = PARTS.matcher(before);
    Matcher now = PARTS.matcher(after);
    if (!old.matches() || !now.matches() || !old.group(4).equals(now.group(4))) {
      return LOSSY;
    }
    boolean sameName = old.group(1).equals(now.group(1));
    boolean text = TEXTS.contains(old.group(1)) && TEXTS.contains(now.group(1));
    if (text || sameName && old.group(1).equals("numeric")) {
      return fits(old, now) ? FREE : !text && morePlaces(old, now) ? WIDER : LOSSY;
    }
    if (sameName) {
      return before.equals(after) || fits(old, now) ? WIDER : LOSSY;
    }
    int from = INTEGERS.indexOf(old.group(1));
    boolean wider =
        from >= 0 && INTEGERS.indexOf(now.group(1)) > from
            || from >= 0 && after.equals("numeric")
            || before.equals("real") && after.equals("double precision")
            || before.equals("date") && now.group(1).startsWith("timestamp")
            || before.equals("json") && after.equals("jsonb")
            || TEXTS.contains(now.group(1)) && now.group(2) == null;
    return wider ? WIDER : LOSSY;
  }

  /** Whether PostgreSQL has a cast; else values go through texts. */
  static boolean hasCast(String before, String after) {
    String old = family(before);
    String now = family(after);
    return old.equals(now)
        || old.equals("text")
        || now.equals("text")
        || before.equals("boolean") && after.equals("integer")
        || before.equals("integer") && after.equals("boolean");
  }

  private static String family(String type) {
    Matcher parts = PARTS.matcher(type);
    if (!parts.matches() || type.endsWith("[]")) {
      return type;
    }
    String name = parts.group(1).strip();
    if (NUMBERS.contains(name)) {
      return "number";
    }
    if (TEXTS.contains(name) || name.equals("character")) {
      return "text";
    }
    return name.equals("date") || name.startsWith("timestamp")
        ? "moment"
        : name.startsWith("json") ? "json" : name.startsWith("bit") ? "bit" : name;
  }

  /** Whether a number has more digits behind the point, and as many before it. */
  private static boolean morePlaces(Matcher old, Matcher now) {
    if (old.group(2) == null || now.group(2) == null) {
      return false;
    }
    int more = scale(now) - scale(old);
    return more > 0 && Integer.parseInt(now.group(2)) - more >= Integer.parseInt(old.group(2));
  }

  private static int scale(Matcher type) {
    return type.group(3) == null ? 0 : Integer.parseInt(type.group(3));
  }

  private static boolean fits(Matcher old, Matcher now) {
    if (now.group(2) == null) {
      return true;
    }
    if (old.group(2) == null) {
      return false;
    }
    return scale(old) == scale(now)
        && Integer.parseInt(now.group(2)) >= Integer.parseInt(old.group(2));
  }
}
