package dev.epoch.model.merge;

import java.util.Objects;

/**
 * A resolution and the conflicts it is for.
 *
 * @param selector which conflicts
 * @param resolution how they are settled
 */
public record Decision(ResolutionSelector selector, Resolution resolution) {
  public Decision {
    Objects.requireNonNull(selector, "selector");
    Objects.requireNonNull(resolution, "resolution");
  }
}
