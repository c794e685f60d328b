package dev.epoch.promoter;

import dev.epoch.promoter.Decision.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Decides about promotions. A pure function of facts and time: a plan is what will be done. */
public final class Planner {
  /** After the server has refused a promotion of a commit; it doubles each time, up to a day. */
  static final Duration RETRY = Duration.ofMinutes(10);

  private static final int MOST_DOUBLINGS = 7;

  private Planner() {}

  /**
   * @param forced whether a promotion that was refused is tried again at once
   */
  public static Decision decide(Environment environment, Facts facts, Instant now, boolean forced) {
    if (facts.sourceCommit() == null || facts.ahead() == 0) {
      return new Decision(environment, Outcome.UP_TO_DATE, facts, List.of());
    }
    List<String> reasons = new ArrayList<>();
    addTimes(environment, facts, now, reasons);
    addChanges(environment, facts, reasons);
    addApprovals(environment, facts, reasons);
    facts.failures().forEach(failure -> reasons.add("check " + failure));
    if (!facts.conflicts().isEmpty()) {
      reasons.add("conflicts in " + String.join(", ", facts.conflicts()));
    }
    if (reasons.isEmpty() && !forced) {
      addRefusal(facts, now, reasons);
    }
    return new Decision(
        environment, reasons.isEmpty() ? Outcome.READY : Outcome.HELD, facts, reasons);
  }

  private static void addTimes(
      Environment environment, Facts facts, Instant now, List<String> reasons) {
    environment.freezes().stream()
        .filter(freeze -> freeze.contains(now))
        .findFirst()
        .ifPresent(freeze -> reasons.add("frozen: " + freeze));
    if (!environment.schedule().isEmpty()
        && environment.schedule().stream().noneMatch(window -> window.contains(now))) {
      reasons.add("outside of its schedule");
    }
    if (environment.soak().isZero()) {
      return;
    }
    if (facts.arrived() == null) {
      reasons.add("has just arrived");
    } else if (now.isBefore(facts.arrived().plus(environment.soak()))) {
      reasons.add("soaks until " + facts.arrived().plus(environment.soak()));
    }
  }

  private static void addChanges(Environment environment, Facts facts, List<String> reasons) {
    Facts.Changes changes = facts.changes();
    Environment.Budget budget = environment.budget();
    addOver(reasons, "inserted", changes.inserted(), budget.inserted());
    addOver(reasons, "updated", changes.updated(), budget.updated());
    addOver(reasons, "deleted", changes.deleted(), budget.deleted());
    addOver(
        reasons,
        "changed",
        changes.inserted() + changes.updated() + changes.deleted(),
        budget.total());
    if (!environment.schemaChanges() && !changes.schema().isEmpty()) {
      reasons.add("changes the schema of " + String.join(", ", changes.schema()));
    }
    facts
        .hazards()
        .over(environment.hazards())
        .forEach(hazard ->
            reasons.add(
                "schema hazard, %s allowed: %s".formatted(environment.hazards().word(), hazard)));
    if (!environment.driftAllowed() && !facts.drift().isEmpty()) {
      reasons.add(
          "%s has drifted: changes of its own in %s"
              .formatted(environment.branch(), String.join(", ", facts.drift())));
    }
  }

  private static void addOver(List<String> reasons, String what, long rows, Long most) {
    if (most != null && rows > most) {
      reasons.add("over budget: %d rows %s, %d allowed".formatted(rows, what, most));
    }
  }

  private static void addApprovals(Environment environment, Facts facts, List<String> reasons) {
    if (!facts.rejectedBy().isEmpty()) {
      reasons.add("rejected by " + String.join(", ", facts.rejectedBy()));
    }
    if (facts.approvedBy().size() < environment.approvals()) {
      reasons.add(
          "waits for approval: %d of %d"
              .formatted(facts.approvedBy().size(), environment.approvals()));
    }
  }

  /** The same commit is not pushed against the same wall each time. */
  private static void addRefusal(Facts facts, Instant now, List<String> reasons) {
    if (facts.last() == null || !facts.last().state().equals("failure")) {
      return;
    }
    int doublings = Math.min(Math.max(facts.refusals() - 1, 0), MOST_DOUBLINGS);
    Instant again = facts.last().time().plus(RETRY.multipliedBy(1L << doublings));
    if (now.isBefore(again)) {
      reasons.add(facts.last().description());
    }
  }
}
