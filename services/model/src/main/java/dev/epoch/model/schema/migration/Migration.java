package dev.epoch.model.schema.migration;

import dev.epoch.model.schema.diff.SchemaDifference;
import java.util.ArrayList;
import java.util.List;

/**
 * What makes one schema another, and what brings the first one back. Names are qualified by their
 * schemas.
 *
 * @param up statements in the order that they run in
 * @param down those that undo them
 * @param difference that the statements carry out
 */
public record Migration(List<Statement> up, List<Statement> down, SchemaDifference difference) {
  public Migration {
    up = List.copyOf(up);
    down = List.copyOf(down);
  }

  public boolean isEmpty() {
    return up.isEmpty();
  }

  /** Whether the way up takes something away for good. */
  public boolean destructive() {
    return up.stream().anyMatch(Statement::destructive);
  }

  /**
   * What whoever runs the way up ought to know: everything but what a small table does not feel.
   */
  public List<Hazard> warnings() {
    List<Hazard> warnings = new ArrayList<>();
    up.forEach(
        statement -> statement.hazards().stream().filter(Hazard::warns).forEach(warnings::add));
    return warnings;
  }
}
