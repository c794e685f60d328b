package dev.epoch.cli.text;

/** Colours, or none. */
public enum Palette {
  /** Leaves text as it is. */
  PLAIN,
  /** Wraps text in ANSI escape sequences. */
  COLOURED;

  /** Something that came. */
  public String green(String text) {
    return wrapped("32", text);
  }

  /** Something that went, or failed. */
  public String red(String text) {
    return wrapped("31", text);
  }

  /** An id, or a warning. */
  public String yellow(String text) {
    return wrapped("33", text);
  }

  /** A headline. */
  public String bold(String text) {
    return wrapped("1", text);
  }

  private String wrapped(String code, String text) {
    return this == PLAIN ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
  }
}
