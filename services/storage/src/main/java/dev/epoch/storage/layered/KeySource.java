package dev.epoch.storage.layered;

import java.util.List;

/** Keys that layers decide, or decided otherwise at another position. */
public sealed interface KeySource {

  /** What is not committed on a branch. */
  record OfWorking(String branch) implements KeySource {}

  /** What a branch decides at a position. */
  record OfOverlay(String branch, long position) implements KeySource {}

  /** What a branch began or ceased to decide so behind one position and up to another. */
  record OverlayBetween(String branch, long after, long upTo) implements KeySource {}

  /** What the live table changed behind one position and up to another. */
  record HistoryBetween(long after, long upTo) implements KeySource {}

  /** Every row of a state. */
  record OfState(List<Layer> layers) implements KeySource {
    public OfState {
      layers = List.copyOf(layers);
    }
  }
}
