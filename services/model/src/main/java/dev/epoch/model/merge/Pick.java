package dev.epoch.model.merge;

/** What is put in the place of a field conflict. */
sealed interface Pick {
  /** The value of one side. */
  enum Side implements Pick {
    BASE,
    OURS,
    THEIRS;

    String of(FieldConflict conflict) {
      return switch (this) {
        case BASE -> conflict.base();
        case OURS -> conflict.ours();
        case THEIRS -> conflict.theirs();
      };
    }
  }

  /** A new value: canonical text, JSON text for a part of a JSON field, or null. */
  record Text(String value) implements Pick {}

  default String text(FieldConflict conflict) {
    return switch (this) {
      case Side side -> side.of(conflict);
      case Text(String value) -> value;
    };
  }
}
