package dev.epoch.storage.postgres.state;

import java.util.Objects;

/** Where the rows of a state are, in relations and positions. */
public sealed interface PhysicalState {
  /** No rows. */
  record Nothing() implements PhysicalState {}

  /**
   * Rows of the live table.
   *
   * @param live the relations
   * @param anchor the position, or {@link #NOW}
   */
  record Live(LiveRelations live, long anchor) implements PhysicalState {
    public Live {
      Objects.requireNonNull(live, "live");
    }

    boolean now() {
      return anchor == NOW;
    }
  }

  /**
   * An overlay over the live table.
   *
   * @param base what shows through
   * @param overlay the relations
   * @param position of the overlay, or {@link #NOW}
   */
  record Overlaid(Live base, OverlayRelations overlay, long position) implements PhysicalState {
    public Overlaid {
      Objects.requireNonNull(base, "base");
      Objects.requireNonNull(overlay, "overlay");
    }

    boolean now() {
      return position == NOW;
    }
  }

  /** With what is not committed yet. */
  long NOW = Long.MAX_VALUE;
}
