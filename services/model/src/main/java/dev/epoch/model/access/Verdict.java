package dev.epoch.model.access;

/**
 * What was decided.
 *
 * @param allowed whether it may be
 * @param rule the rule that decides, for people
 */
public record Verdict(boolean allowed, String rule) {
  static Verdict allowed(String rule) {
    return new Verdict(true, rule);
  }

  static Verdict refused(String rule) {
    return new Verdict(false, rule);
  }
}
