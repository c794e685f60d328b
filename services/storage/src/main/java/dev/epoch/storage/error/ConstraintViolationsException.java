package dev.epoch.storage.error;

import dev.epoch.model.row.RowKey;
import java.util.List;

/** Rows that are right by themselves break constraints together. Nothing was changed. */
public final class ConstraintViolationsException extends StorageException {
  private final List<Violation> violations;

  /**
   * One row that breaks a constraint.
   *
   * @param table id of the table
   * @param key of the row
   * @param constraint name of the constraint
   * @param message what is wrong, for people
   */
  public record Violation(String table, RowKey key, String constraint, String message) {}

  public ConstraintViolationsException(List<Violation> violations) {
    super(
        violations.size() + " row(s) break constraints: " + violations.getFirst().message(), null);
    this.violations = List.copyOf(violations);
  }

  public List<Violation> violations() {
    return violations;
  }
}
