package dev.epoch.storage.postgres.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Expressions in the form that does not change when PostgreSQL reads and prints them once more.
 *
 * <p>White space outside of quotes is one blank. A cast of an array that PostgreSQL made of {@code
 * varchar_column IN ('a', 'b')} is printed after the array, but read as casts of its elements: it
 * stands at the elements.
 */
final class ExpressionText {
  private static final Pattern CAST =
      Pattern.compile("\\)::((?:[\\w$.]|\"[^\"]*\"| (?=\\w))+)\\[\\]");

  private ExpressionText() {}

  /** The canonical form; null for null. */
  static String canonical(String expression) {
    if (expression == null) {
      return null;
    }
    String text = oneBlank(expression);
    int from = text.indexOf("(ARRAY[");
    while (from >= 0) {
      int end = closing(text, from);
      Matcher cast = CAST.matcher(text);
      if (end > 0 && text.charAt(end - 1) == ']' && cast.region(end, text.length()).lookingAt()) {
        String elements = text.substring(from + "(ARRAY[".length(), end - 1);
        StringBuilder spread = new StringBuilder(text.substring(0, from)).append("ARRAY[");
        String separator = "";
        for (String element : elements(elements)) {
          spread.append(separator).append(cast(element, cast.group(1)));
          separator = ", ";
        }
        text = spread.append(']').append(text.substring(cast.end())).toString();
        text = withoutParentheses(text, from);
      }
      from = text.indexOf("(ARRAY[", from + 1);
    }
    return text;
  }

  /** {@code ANY ((ARRAY[...])::text[])} has parentheses of the cast that is gone. */
  private static String withoutParentheses(String text, int array) {
    if (array == 0 || text.charAt(array - 1) != '(') {
      return text;
    }
    int end = closing(text, array - 1);
    boolean about = end > 0 && closing(text, array + "ARRAY".length()) == end - 1;
    boolean anyOrAll = text.startsWith("ANY ", array - 5) || text.startsWith("ALL ", array - 5);
    // ANY (ARRAY[...]) keeps one pair
    return about && !anyOrAll
        ? text.substring(0, array - 1) + text.substring(array, end) + text.substring(end + 1)
        : text;
  }

  private static String cast(String element, String type) {
    return "(" + element + ")::" + type;
  }

  /** Runs of white space outside of quotes as one blank, none at the ends. */
  static String oneBlank(String text) {
    StringBuilder result = new StringBuilder(text.length());
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\'' || c == '"') {
        int end = quoteEnd(text, at);
        result.append(text, at, end);
        at = end;
      } else if (Character.isWhitespace(c)) {
        if (!result.isEmpty() && result.charAt(result.length() - 1) != ' ') {
          result.append(' ');
        }
        at++;
      } else {
        result.append(c);
        at++;
      }
    }
    int length = result.length();
    return length > 0 && result.charAt(length - 1) == ' '
        ? result.substring(0, length - 1)
        : result.toString();
  }

  /** Position of what closes the bracket at a position, -1 if nothing does. */
  static int closing(String text, int open) {
    int depth = 0;
    int at = open;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\'' || c == '"') {
        at = quoteEnd(text, at);
        continue;
      }
      if (c == '(' || c == '[') {
        depth++;
      } else if (c == ')' || c == ']') {
        depth--;
        if (depth == 0) {
          return at;
        }
      }
      at++;
    }
    return -1;
  }

  private static List<String> elements(String list) {
    List<String> elements = new ArrayList<>();
    int start = 0;
    int at = 0;
    while (at < list.length()) {
      char c = list.charAt(at);
      if (c == '\'' || c == '"') {
        at = quoteEnd(list, at);
        continue;
      }
      if (c == '(' || c == '[') {
        at = Math.max(at, closing(list, at));
      } else if (c == ',') {
        elements.add(list.substring(start, at).strip());
        start = at + 1;
      }
      at++;
    }
    elements.add(list.substring(start).strip());
    return elements;
  }

  /** Behind the end of a quoted part; a doubled quote goes on. {@code E''} has backslashes. */
  private static int quoteEnd(String text, int open) {
    char quote = text.charAt(open);
    boolean escapes = quote == '\'' && open > 0 && text.charAt(open - 1) == 'E';
    int at = open + 1;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (escapes && c == '\\') {
        at += 2;
      } else if (c == quote) {
        if (at + 1 < text.length() && text.charAt(at + 1) == quote) {
          at += 2;
        } else {
          return at + 1;
        }
      } else {
        at++;
      }
    }
    return text.length();
  }
}
