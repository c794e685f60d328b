package dev.epoch.engine.processing;

/** Words for what brings rows of other commits to a branch, by the names that records use. */
final class Verbs {
  private Verbs() {}

  /** As the command line has it. */
  static String command(String verb) {
    return verb.replace('_', '-');
  }

  static String doing(String verb) {
    return switch (verb) {
      case "merge" -> "merging";
      case "revert" -> "reverting";
      case "cherry_pick" -> "cherry-picking";
      case "rebase" -> "rebasing";
      default -> throw new IllegalArgumentException("unknown verb " + verb);
    };
  }
}
