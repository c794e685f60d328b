package dev.epoch.projections;

/**
 * A read model outside the metadata database. Applying an event again must change nothing: it may
 * happen after a crash.
 */
public non-sealed interface EffectProjector extends Projector {
  /** Applies one event; may wait for other systems, on a virtual thread. */
  void apply(ProjectedEvent event);

  /**
   * Another process went on with the projection: events may have passed that this one was not
   * given, so that what it remembers of former ones does not hold.
   */
  default void passedOver() {}
}
