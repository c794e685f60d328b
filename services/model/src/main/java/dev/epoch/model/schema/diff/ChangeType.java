package dev.epoch.model.schema.diff;

import java.util.Locale;

/** What happened to an object or a part of one. */
public enum ChangeType {
  ADDED,
  REMOVED,
  MODIFIED;

  /** As answers name it: {@code added}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static ChangeType of(Object before, Object after) {
    if (before == null) {
      return ADDED;
    }
    return after == null ? REMOVED : MODIFIED;
  }
}
