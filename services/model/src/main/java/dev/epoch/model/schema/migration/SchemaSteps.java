package dev.epoch.model.schema.migration;

import dev.epoch.model.schema.object.DatabaseSchema;
import java.util.Objects;

/**
 * The schemas that a database goes through with an operation that also writes rows. Whoever has the
 * database finds the statements.
 *
 * <pre>
 *   before --> between --rows--> after
 *   before <--rows-- back <----- after      undone
 * </pre>
 *
 * @param before the operation, with the owners of what keeps them whatever is made anew
 * @param between without what may stand against rows that are written
 * @param after the operation, with the owners of what comes
 * @param back without what may stand against rows that are restored
 */
public record SchemaSteps(
    DatabaseSchema before, DatabaseSchema between, DatabaseSchema after, DatabaseSchema back) {
  public SchemaSteps {
    Objects.requireNonNull(before, "before");
    Objects.requireNonNull(between, "between");
    Objects.requireNonNull(after, "after");
    Objects.requireNonNull(back, "back");
  }

  /** Where no rows are written, and nothing is undone. */
  public static SchemaSteps between(DatabaseSchema before, DatabaseSchema after) {
    return new SchemaSteps(before, before, after, before);
  }

  /** Whether nothing becomes another. */
  public boolean isEmpty() {
    return before.equals(between) && between.equals(after);
  }
}
