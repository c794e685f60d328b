package dev.epoch.storage.postgres.catalog;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Types that hold each value of another one: {@code epoch.keeps_values}. */
final class WiderTypes {
  private static final List<String> INTEGERS = List.of("smallint", "integer", "bigint");
  private static final Pattern TEXT =
      Pattern.compile("(?:text|character varying)(?:\\((\\d+)\\))?");
  private static final Pattern DECIMAL = Pattern.compile("numeric(?:\\((\\d+),(-?\\d+)\\))?");

  private WiderTypes() {}

  /** Types as the database prints them. */
  static boolean keepsValues(String from, String to) {
    if (from.equals(to)) {
      return true;
    }
    int integer = INTEGERS.indexOf(from);
    return integer >= 0 && INTEGERS.indexOf(to) > integer
        || isWiderText(TEXT.matcher(from), TEXT.matcher(to))
        || isWiderDecimal(DECIMAL.matcher(from), DECIMAL.matcher(to));
  }

  private static boolean isWiderText(Matcher from, Matcher to) {
    return from.matches()
        && to.matches()
        && (to.group(1) == null || from.group(1) != null && number(from, 1) <= number(to, 1));
  }

  private static boolean isWiderDecimal(Matcher from, Matcher to) {
    return from.matches()
        && to.matches()
        && (to.group(1) == null
            || from.group(1) != null
                && number(to, 2) >= number(from, 2)
                && number(to, 1) - number(to, 2) >= number(from, 1) - number(from, 2));
  }

  private static int number(MatchResult type, int group) {
    return Integer.parseInt(type.group(group));
  }
}
