package dev.epoch.model.merge;

import com.fasterxml.jackson.annotation.JsonValue;

/** What happens to the fields that both sides changed differently. All others merge as always. */
public enum MergeStrategy {
  /** They are conflicts for somebody to resolve. */
  DEFAULT("three_way"),
  /** The target's value stays. */
  OURS("ours"),
  /** The source's value comes. */
  THEIRS("theirs");

  private final String wireName;

  MergeStrategy(String wireName) {
    this.wireName = wireName;
  }

  @JsonValue
  public String wireName() {
    return wireName;
  }

  /**
   * @throws IllegalArgumentException if no strategy has this name
   */
  public static MergeStrategy of(String wireName) {
    for (MergeStrategy strategy : values()) {
      if (strategy.wireName.equals(wireName)) {
        return strategy;
      }
    }
    throw new IllegalArgumentException("no merge strategy '" + wireName + "'");
  }
}
