package dev.epoch.model.merge;

import java.util.Objects;

/**
 * A resolution and the conflicts it is for.
 *
 * @param selector which conflicts
 * @param resolution how they are settled
 * @param made on which conflicts it was made; it is not about others
 */
public record Decision(ResolutionSelector selector, Resolution resolution, DecidedConflicts made) {
  public Decision {
    Objects.requireNonNull(selector, "selector");
    Objects.requireNonNull(resolution, "resolution");
    Objects.requireNonNull(made, "made");
  }

  /** A decision about whatever the selector finds. */
  public Decision(ResolutionSelector selector, Resolution resolution) {
    this(selector, resolution, DecidedConflicts.ANY);
  }

  /** Whether it is about this conflict, or a field of it. */
  public boolean isAbout(RowConflict conflict) {
    return selector.matches(conflict) && made.hadRow(conflict);
  }

  /**
   * Whether it can say that there is to be no row, or which; or what becomes of a schema's part.
   */
  public boolean decidesRow(RowConflict conflict) {
    return selector.matches(conflict) && selector.field() == null && made.hadAll(conflict);
  }

  /** Whether it is about this field of a conflict that it {@linkplain #isAbout is about}. */
  boolean isAbout(RowConflict conflict, FieldConflict field) {
    return selector.matches(field) && made.had(conflict, field);
  }
}
