package dev.epoch.gateway.merge.schema;

import dev.epoch.model.schema.merge.SchemaConflict;
import java.util.Locale;

/** How conflicts call what of a part of a schema both sides changed. */
final class SchemaParts {
  private SchemaParts() {}

  /** {@code column type}, {@code constraint definition}. */
  static String label(SchemaConflict conflict) {
    String part =
        conflict.part() == SchemaConflict.Part.OBJECT
            ? "table"
            : conflict.part().name().toLowerCase(Locale.ROOT);
    return part + " " + (conflict.fact().isEmpty() ? "definition" : conflict.fact());
  }
}
