package dev.epoch.model.schema.merge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Conflicts as they are found, and what was decided about them. */
final class Decisions {
  private final Map<String, SchemaResolution> resolutions;
  private final List<SchemaConflict> open = new ArrayList<>();

  /**
   * @param resolutions by {@link SchemaConflict#path}
   */
  Decisions(Map<String, SchemaResolution> resolutions) {
    this.resolutions = Map.copyOf(resolutions);
  }

  /** Those without a decision. */
  List<SchemaConflict> open() {
    return open;
  }

  /** Whether there is a conflict of this path without a decision. */
  boolean isOpen(String path) {
    return open.stream().anyMatch(conflict -> conflict.path().equals(path));
  }

  /**
   * The side that was chosen, ours where nothing was decided: then the conflict is open.
   *
   * @param union what both say together; empty if there is no such thing
   * @param custom what a text says; empty if it says nothing here
   */
  <T> T decide(
      SchemaConflict conflict,
      T ours,
      T theirs,
      Supplier<Optional<T>> union,
      Function<String, Optional<T>> custom) {
    return switch (resolutions.get(conflict.path())) {
      case null -> {
        open.add(conflict);
        yield ours;
      }
      case SchemaResolution.Ours _ -> ours;
      case SchemaResolution.Theirs _ -> theirs;
      case SchemaResolution.Union _ ->
          union.get().orElseThrow(() -> new ResolutionDoesNotFitException(conflict, "union"));
      case SchemaResolution.Custom given ->
          custom
              .apply(given.definition())
              .orElseThrow(() -> new ResolutionDoesNotFitException(conflict, "custom"));
    };
  }

  <T> T decide(SchemaConflict conflict, T ours, T theirs) {
    return decide(conflict, ours, theirs, Optional::empty, _ -> Optional.empty());
  }
}
