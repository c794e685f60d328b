package dev.epoch.model.schema.migration;

import dev.epoch.model.schema.object.ObjectId;
import java.util.List;
import java.util.Objects;

/**
 * One statement of a migration.
 *
 * @param sql without a semicolon at the end
 * @param step it belongs to
 * @param object it changes
 * @param part of the object that it is for, empty for the object itself
 * @param alone whether it must not run in a transaction with others
 */
public record Statement(
    String sql, Step step, ObjectId object, String part, boolean alone, List<Hazard> hazards) {
  public Statement {
    Objects.requireNonNull(sql, "sql");
    Objects.requireNonNull(step, "step");
    Objects.requireNonNull(object, "object");
    Objects.requireNonNull(part, "part");
    hazards = List.copyOf(hazards);
  }

  /** Whether it takes something away for good. */
  public boolean destructive() {
    return hazards.stream().anyMatch(Hazard::destructive);
  }
}
