package dev.epoch.promoter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the migration that a schema change takes may do besides what it is for.
 *
 * @param all of them
 */
public record Hazards(List<Hazard> all) {
  public static final Hazards NONE = new Hazards(List.of());

  /** How bad it is. */
  public enum Risk {
    NONE,
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL;

    /** As files name it. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One of them.
   *
   * @param kind {@code data_loss}, {@code may_fail}, {@code lock}, {@code rewrite}, ...
   * @param text for people
   */
  public record Hazard(String kind, Risk risk, String text) {
    /** For people. */
    @Override
    public String toString() {
      return risk.word() + " " + text;
    }
  }

  public Hazards {
    all = List.copyOf(all);
  }

  static Hazards of(JsonNode hazards) {
    List<Hazard> all = new ArrayList<>();
    for (JsonNode hazard : hazards) {
      all.add(
          new Hazard(
              hazard.path("kind").asText(),
              risk(hazard.path("risk").asText()),
              "%s: %s (%s)"
                  .formatted(
                      hazard.path("operation").asText(),
                      hazard.path("object").asText(),
                      hazard.path("description").asText())));
    }
    return new Hazards(all);
  }

  static Hazards unknown(String why) {
    return new Hazards(List.of(new Hazard("unknown", Risk.CRITICAL, "not known: " + why)));
  }

  /** Of a risk that this version does not know, the worst is assumed. */
  private static Risk risk(String label) {
    for (Risk risk : Risk.values()) {
      if (risk.name().equalsIgnoreCase(label)) {
        return risk;
      }
    }
    return Risk.CRITICAL;
  }

  /** Those that are worse than what is allowed. */
  List<Hazard> over(Risk allowed) {
    return all.stream().filter(hazard -> hazard.risk().compareTo(allowed) > 0).toList();
  }
}
