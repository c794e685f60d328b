package dev.epoch.model.schema.merge;

import java.util.Objects;

/** A decision about a conflict of schemas. */
public sealed interface SchemaResolution {
  /** What the target has. */
  record Ours() implements SchemaResolution {}

  /** What the source has. */
  record Theirs() implements SchemaResolution {}

  /** What both have: labels of an enum, and rows that either of two checks allows. */
  record Union() implements SchemaResolution {}

  /**
   * Something else, as the database would print it: the definition of a constraint, the type or
   * default of a column, the query of a view.
   */
  record Custom(String definition) implements SchemaResolution {
    public Custom {
      Objects.requireNonNull(definition, "definition");
    }
  }
}
