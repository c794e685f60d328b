package dev.epoch.model.schema.merge;

/** A decision that means nothing for its conflict: a union of what cannot be united. */
public final class ResolutionDoesNotFitException extends IllegalArgumentException {
  ResolutionDoesNotFitException(SchemaConflict conflict, String resolution) {
    super(
        "The conflict about %s cannot be resolved by %s: take ours or theirs"
            .formatted(conflict.path(), resolution));
  }
}
