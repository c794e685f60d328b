package dev.epoch.model.ref;

import java.util.Objects;

/** A name that cannot be used. The message shows it shortened and without control characters. */
public final class InvalidNameException extends IllegalArgumentException {
  private static final int SHOWN = 80;

  private final String kind;
  private final String name;
  private final String reason;

  /**
   * @param kind what it should name: branch, repository, table, revision
   * @param name as given
   * @param reason what is wrong and how it would be right
   */
  public InvalidNameException(String kind, String name, String reason) {
    super("'" + shown(name) + "' is not a valid " + kind + " name: " + reason);
    this.kind = Objects.requireNonNull(kind, "kind");
    this.name = name;
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  public String kind() {
    return kind;
  }

  /** As given, so without limit of length or characters. */
  public String name() {
    return name;
  }

  public String reason() {
    return reason;
  }

  private static String shown(String name) {
    if (name == null) {
      return "";
    }
    String start = name.length() > SHOWN ? name.substring(0, SHOWN) + "..." : name;
    return start
        .codePoints()
        .map(c -> NameCharacters.visible(c) ? c : '?')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
