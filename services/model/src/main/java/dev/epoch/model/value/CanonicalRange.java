package dev.epoch.model.value;

import dev.epoch.events.table.DataType;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Ranges {@code [1,10)}, {@code (,5)}, {@code empty}, and sets of them, {@code {[1,2),[3,4)}}.
 *
 * <p>Ranges of integers and dates begin with a value that belongs to them and end with one that
 * does not: {@code [1,9]} and {@code (0,10)} are {@code [1,10)}.
 */
final class CanonicalRange implements CanonicalForm {
  private final DataType.Kind kind;
  private final CanonicalForm bound;

  CanonicalRange(DataType element) {
    kind = element.base().kind();
    bound = Values.form(element);
  }

  @Override
  public String canonical(String text) {
    String trimmed = text.strip();
    if (!trimmed.startsWith("{")) {
      return one(trimmed);
    }
    if (!trimmed.endsWith("}")) {
      throw MalformedValueException.form("a set of ranges ends with a brace");
    }
    List<String> ranges = new ArrayList<>();
    int at = 1;
    while (at < trimmed.length() - 1) {
      int end = end(trimmed, at);
      ranges.add(one(trimmed.substring(at, end)));
      at = end < trimmed.length() - 1 && trimmed.charAt(end) == ',' ? end + 1 : end;
    }
    return "{" + String.join(",", ranges) + "}";
  }

  /** Behind the bracket that closes the range. */
  private static int end(String text, int begin) {
    boolean quotes = false;
    for (int i = begin; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '"') {
        quotes = !quotes;
      } else if (!quotes && (c == ']' || c == ')')) {
        return i + 1;
      }
    }
    throw MalformedValueException.form("a range ends with a bracket");
  }

  private String one(String text) {
    if (text.equalsIgnoreCase("empty")) {
      return "empty";
    }
    if (text.length() < 3
        || "[(".indexOf(text.charAt(0)) < 0
        || "])".indexOf(text.charAt(text.length() - 1)) < 0) {
      throw MalformedValueException.form("a range stands in brackets");
    }
    // bounds are quoted as the fields of a composite are; an absent one is an empty field
    List<String> bounds = CompositeText.parse("(" + text.substring(1, text.length() - 1) + ")", 2);
    String lower = bounds.getFirst() == null ? null : bound.canonical(bounds.getFirst());
    String upper = bounds.getLast() == null ? null : bound.canonical(bounds.getLast());
    boolean from = lower != null && text.charAt(0) == '[';
    boolean to = upper != null && text.charAt(text.length() - 1) == ']';
    if (kind == DataType.Kind.INTEGER || kind == DataType.Kind.DATE) {
      boolean endless = upper != null && upper.endsWith("infinity");
      if (lower != null && !from && !lower.endsWith("infinity")) {
        lower = next(lower);
        from = true;
      }
      if (to && !endless) {
        upper = next(upper);
        to = false;
      }
    }
    if (lower != null && lower.equals(upper) && !(from && to)) {
      return "empty";
    }
    List<String> ends = new ArrayList<>();
    ends.add(lower);
    ends.add(upper);
    String printed = CompositeText.print(ends);
    return (from ? "[" : "(") + printed.substring(1, printed.length() - 1) + (to ? "]" : ")");
  }

  private String next(String value) {
    return kind == DataType.Kind.INTEGER
        ? new BigInteger(value).add(BigInteger.ONE).toString()
        : TemporalText.date(TemporalText.localDate(value).plusDays(1));
  }
}
