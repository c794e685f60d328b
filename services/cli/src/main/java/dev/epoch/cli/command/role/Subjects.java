package dev.epoch.cli.command.role;

/** Who may have roles, as people write it. */
final class Subjects {
  private Subjects() {}

  /** {@code ann} is {@code user:ann}; what begins with {@code user:} or {@code group:} stays. */
  static String of(String who) {
    return who.startsWith("user:") || who.startsWith("group:") ? who : "user:" + who;
  }
}
