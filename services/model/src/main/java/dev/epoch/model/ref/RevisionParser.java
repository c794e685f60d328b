package dev.epoch.model.ref;

/** Reads revision expressions from left to right. */
final class RevisionParser {
  private static final int MAX_DIGITS = 9;

  private RevisionParser() {}

  static Revision parse(String text) {
    if (text == null || text.isEmpty()) {
      throw invalid(text, "it is empty");
    }
    if (text.length() > Revision.MAX_LENGTH) {
      throw invalid(text, "it is longer than " + Revision.MAX_LENGTH + " characters");
    }
    int at = 0;
    while (at < text.length() && text.charAt(at) != '~' && text.charAt(at) != '^') {
      at++;
    }
    Revision revision = base(text, text.substring(0, at));
    while (at < text.length()) {
      char step = text.charAt(at++);
      int digits = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      int number = number(text, text.substring(digits, at));
      revision =
          switch (step) {
            case '~' -> new Revision.Ancestor(revision, number);
            case '^' -> new Revision.Parent(revision, number);
            default -> throw invalid(text, "'" + step + "' follows a step '~n' or '^n'");
          };
    }
    return revision;
  }

  private static Revision base(String text, String base) {
    if (base.isEmpty()) {
      throw invalid(text, "a branch, tag, commit id or HEAD comes before '~' and '^'");
    }
    if (base.equals("HEAD") || base.equals("@")) {
      return new Revision.Head();
    }
    try {
      return new Revision.Symbol(base);
    } catch (InvalidNameException e) {
      throw invalid(text, "in its name part, " + e.reason());
    }
  }

  private static int number(String text, String digits) {
    if (digits.length() > MAX_DIGITS) {
      throw invalid(text, "the number " + digits + " is too large");
    }
    return digits.isEmpty() ? 1 : Integer.parseInt(digits);
  }

  static InvalidNameException invalid(String text, String reason) {
    return new InvalidNameException("revision", text, reason);
  }
}
