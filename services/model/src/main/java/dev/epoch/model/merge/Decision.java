package dev.epoch.model.merge;

import java.util.Objects;

/**
 * A resolution and the conflicts it is for.
 *
 * @param selector which conflicts
 * @param resolution how they are settled
 * @param made on which conflicts it was made; it is about others only where it chose a side
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
    return selector.matches(conflict) && (staysWith(conflict) || made.hadRow(conflict));
  }

  /**
   * Whether it can say that there is to be no row, or which; or what becomes of a schema's part.
   */
  public boolean decidesRow(RowConflict conflict) {
    return selector.field() == null && isAboutAll(conflict);
  }

  /** Whether it is about the conflict as it is, with all of its values. */
  boolean isAboutAll(RowConflict conflict) {
    return selector.matches(conflict) && (staysWith(conflict) || made.hadAll(conflict));
  }

  /** Whether it is about this field of a conflict that it {@linkplain #isAbout is about}. */
  boolean isAbout(RowConflict conflict, FieldConflict field) {
    return selector.matches(field) && (staysWith(conflict) || made.had(conflict, field));
  }

  /** Whether it was about this row, whatever has become of its values. */
  boolean wasAbout(RowConflict conflict) {
    return selector.matches(conflict) && made.hadRow(conflict);
  }

  /**
   * Whether it chose a side, which it stays with whatever values come later: of a record that it
   * was made on, of all records of a table where it named none, and where it named no table of
   * those that had conflicts. What breaks a constraint, and parts of a schema, are decided as they
   * are.
   */
  private boolean staysWith(RowConflict conflict) {
    boolean side =
        switch (resolution) {
          case Resolution.Ours() -> true;
          case Resolution.Theirs() -> true;
          case Resolution.Base _, Resolution.Value _, Resolution.DeleteRow _ -> false;
        };
    return side
        && conflict.constraint() == null
        && (selector.key() != null
            ? made.hadRecord(conflict)
            : selector.table() != null || made.hadTable(conflict));
  }
}
