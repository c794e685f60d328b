package dev.epoch.projections;

/** Builds one read model from the log, from a checkpoint of its own. */
public sealed interface Projector permits TableProjector, EffectProjector {

  /** Unique, in wire form: {@code branch-heads}. */
  String name();
}
