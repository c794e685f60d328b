package dev.epoch.projections;

/**
 * A read model outside the metadata database. Applying an event again must change nothing: it may
 * happen after a crash.
 */
public non-sealed interface EffectProjector extends Projector {
  @Override
  default Lifecycle lifecycle() {
    return Lifecycle.ASYNCHRONOUS;
  }

  /** Applies one event; may wait for other systems, on a virtual thread. */
  void apply(ProjectedEvent event);
}
