package dev.epoch.promoter;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Where data is used, and what has to hold before a commit comes there.
 *
 * @param name of the environment
 * @param branch that it is
 * @param source branch whose head is promoted, null for where work begins
 * @param checks queries that must return no rows in the source's state
 * @param budget most rows that a promotion may change
 * @param schemaChanges whether tables may come, go or change their shape
 * @param hazards worst risk that a schema change may have
 * @param driftAllowed whether the branch may have changes that no promotion brought
 * @param soak how long the commit must have been the source's head
 * @param approvals of how many actors it takes
 * @param approvers names or ids of actors whose approvals count; empty for all
 * @param schedule times in which promotions happen; empty for always
 * @param freezes times in which none happens
 */
public record Environment(
    String name,
    String branch,
    String source,
    List<Check> checks,
    Budget budget,
    boolean schemaChanges,
    Hazards.Risk hazards,
    boolean driftAllowed,
    Duration soak,
    int approvals,
    List<String> approvers,
    List<Window> schedule,
    List<Window> freezes) {

  public Environment {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(branch, "branch");
    checks = List.copyOf(checks);
    approvers = List.copyOf(approvers);
    schedule = List.copyOf(schedule);
    freezes = List.copyOf(freezes);
  }

  /** A query that must return no rows. */
  public record Check(String name, String sql) {}

  /**
   * Most rows that a promotion may change; null for any number.
   *
   * @param total inserted, updated and deleted together
   */
  public record Budget(Long inserted, Long updated, Long deleted, Long total) {}

  /** Context of the statuses in which approvals are given. */
  public String approvalContext() {
    return "epoch/approval/" + name;
  }

  /** Context of the statuses in which decisions are recorded. */
  public String decisionContext() {
    return "epoch/promotion/" + name;
  }
}
