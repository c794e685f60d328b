package dev.epoch.cli;

import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns refs as they are typed into refs that the server knows. */
final class Refs {

  private static final Pattern STEPS = Pattern.compile("(?:[~^]\\d*)+$");
  private static final Pattern STEP = Pattern.compile("([~^])(\\d*)");

  private static final Pattern MOVES = Pattern.compile("^([^~^]*)@\\{(\\d{1,6})}");

  private Refs() {}

  /** Where a branch stood some moves ago: {@code main@{2}}. */
  @FunctionalInterface
  interface Moves {
    /** Id of the commit. */
    String back(String branch, int count);
  }

  /**
   * The same as {@link #resolve(String, Supplier)}, with {@code branch@{n}} replaced by the commit;
   * without a name it is the current branch.
   *
   * @param head what HEAD is, a branch or a commit
   * @param branch the current branch, if there is one
   */
  static String resolve(String typed, Supplier<String> head, Supplier<String> branch, Moves moves) {
    Matcher matcher = MOVES.matcher(typed);
    if (!matcher.find()) {
      return resolve(typed, head);
    }
    String name = matcher.group(1);
    String named = name.isEmpty() || name.equals("HEAD") ? branch.get() : name;
    return resolve(
        moves.back(named, Integer.parseInt(matcher.group(2))) + typed.substring(matcher.end()),
        head);
  }

  /**
   * A ref with {@code HEAD} and {@code @} replaced by what is checked out and first-parent steps
   * added up: {@code HEAD^} is {@code main~1}, {@code v1~~} is {@code v1~2}, {@code HEAD^2} is
   * {@code main^2}.
   */
  static String resolve(String typed, Supplier<String> head) {
    Matcher matcher = STEPS.matcher(typed);
    boolean stepping = matcher.find();
    String name = stepping ? typed.substring(0, matcher.start()) : typed;
    String start = name.equals("HEAD") || name.equals("@") ? head.get() : name;
    return stepping ? start + steps(matcher.group()) : start;
  }

  private static String steps(String typed) {
    StringBuilder steps = new StringBuilder();
    int back = 0;
    Matcher matcher = STEP.matcher(typed);
    while (matcher.find()) {
      int count = matcher.group(2).isEmpty() ? 1 : Integer.parseInt(matcher.group(2));
      if (matcher.group(1).equals("~")) {
        back += count;
      } else if (count == 1) {
        back++;
      } else if (count > 1) {
        steps.append(back == 0 ? "" : "~" + back).append('^').append(count);
        back = 0;
      }
    }
    return steps + (back == 0 ? "" : "~" + back);
  }
}
