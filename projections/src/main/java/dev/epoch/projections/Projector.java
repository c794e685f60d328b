package dev.epoch.projections;

/** Builds one read model from the log. */
public sealed interface Projector permits TableProjector, EffectProjector {

  /** When a projector runs. */
  enum Lifecycle {
    /** In the transaction that appends: what it shows is never behind the log. */
    INLINE,
    /** After the append, from a checkpoint of its own. */
    ASYNCHRONOUS
  }

  /** Unique, in wire form: {@code branch-heads}. */
  String name();

  Lifecycle lifecycle();
}
