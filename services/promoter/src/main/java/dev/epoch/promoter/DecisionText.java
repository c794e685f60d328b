package dev.epoch.promoter;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Decisions for people. */
public final class DecisionText {
  private static final int SHORT_ID = 7;

  private DecisionText() {}

  /** In one line. */
  public static String line(Decision decision) {
    String commit =
        decision.facts() == null || decision.facts().sourceCommit() == null
            ? ""
            : " " + id(decision.facts().sourceCommit());
    String word = decision.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return word
        + commit
        + (decision.reasons().isEmpty() ? "" : ": " + String.join("; ", decision.reasons()));
  }

  /** As a plan shows it. */
  public static List<String> lines(Decision decision) {
    Environment environment = decision.environment();
    List<String> lines = new ArrayList<>();
    Facts facts = decision.facts();
    if (facts == null) {
      lines.add(environment.name() + " (" + environment.branch() + "): nothing is promoted to it");
      return lines;
    }
    String word = decision.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    lines.add(
        "%s (%s <- %s): %s"
            .formatted(environment.name(), environment.branch(), environment.source(), word));
    if (facts.ahead() > 0) {
      lines.add("  commit  " + id(facts.sourceCommit()) + ", " + facts.ahead() + " to promote");
      lines.add("  changes " + facts.changes());
      if (!facts.changes().schema().isEmpty()) {
        lines.add("  schema  " + String.join(", ", facts.changes().schema()));
      }
      facts.hazards().all().forEach(hazard -> lines.add("  hazard  " + hazard));
      if (!facts.drift().isEmpty()) {
        lines.add("  drift   " + String.join(", ", facts.drift()));
      }
      if (!facts.approvedBy().isEmpty()) {
        lines.add("  approved by " + String.join(", ", facts.approvedBy()));
      }
    }
    decision.reasons().forEach(reason -> lines.add("  - " + reason));
    return lines;
  }

  private static String id(String commit) {
    return commit.substring(0, Math.min(SHORT_ID, commit.length()));
  }
}
