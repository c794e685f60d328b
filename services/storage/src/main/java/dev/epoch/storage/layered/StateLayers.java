package dev.epoch.storage.layered;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.layered.Layer.History;
import dev.epoch.storage.layered.Layer.Live;
import dev.epoch.storage.layered.Layer.Overlay;
import dev.epoch.storage.layered.Layer.Working;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.List;

/**
 * A state as layers, the first that decides a key first.
 *
 * <pre>
 *   committed on the default branch   History(anchor)  Live
 *   committed on a branch             Overlay(branch, position)  History(anchor)  Live
 *   working on a branch               Working(branch)  then what its head is
 *   working on the default branch     Live
 * </pre>
 *
 * @param layers none for a state without rows
 */
public record StateLayers(List<Layer> layers) {
  public StateLayers {
    layers = List.copyOf(layers);
  }

  /**
   * The layers of a state of one table; {@link TableState.Another} and {@link
   * TableState.Difference} are none of them.
   */
  public static StateLayers of(TableState state) {
    return switch (state) {
      case TableState.Empty _ -> new StateLayers(List.of());
      case TableState.Committed(RowsLocation location) -> at(location);
      case TableState.Working working when working.branch().isDefault() ->
          new StateLayers(List.of(new History(Layer.UNCOMMITTED), new Live()));
      case TableState.Working working -> {
        List<Layer> layers = new ArrayList<>();
        layers.add(new Working(working.branch().id()));
        layers.addAll(at(working.head()).layers);
        yield new StateLayers(layers);
      }
      case TableState.Another _, TableState.Difference _ ->
          throw new IllegalArgumentException("no state of one table: " + state);
    };
  }

  /** The layers of what was committed. */
  public static StateLayers at(RowsLocation location) {
    List<Layer> layers = new ArrayList<>();
    if (location.overlay() != null) {
      layers.add(new Overlay(location.overlay(), location.overlayPosition()));
    }
    layers.add(new History(location.anchor()));
    layers.add(new Live());
    return new StateLayers(layers);
  }

  /** The layers of the default branch alone, at a position. */
  public static StateLayers live(long anchor) {
    return new StateLayers(List.of(new History(anchor), new Live()));
  }

  /**
   * Where two states can differ: every key whose row is not the same in both is in one of these,
   * and what they have is in the order of what changed, not of the table. Against a state without
   * rows it is all of the other.
   */
  public static List<KeySource> between(StateLayers from, StateLayers to) {
    List<KeySource> sources = new ArrayList<>();
    if (from.layers.isEmpty() || to.layers.isEmpty()) {
      StateLayers rows = from.layers.isEmpty() ? to : from;
      return rows.layers.isEmpty() ? List.of() : List.of(new KeySource.OfState(rows.layers));
    }
    working(from, sources);
    if (!from.layers.getFirst().equals(to.layers.getFirst())) {
      working(to, sources);
    }
    Overlay ours = from.overlay();
    Overlay theirs = to.overlay();
    if (ours != null && theirs != null && ours.branch().equals(theirs.branch())) {
      if (ours.position() != theirs.position()) {
        sources.add(
            new KeySource.OverlayBetween(
                ours.branch(),
                Math.min(ours.position(), theirs.position()),
                Math.max(ours.position(), theirs.position())));
      }
    } else {
      overlay(ours, sources);
      overlay(theirs, sources);
    }
    long anchor = from.anchor();
    long other = to.anchor();
    if (anchor != other) {
      sources.add(new KeySource.HistoryBetween(Math.min(anchor, other), Math.max(anchor, other)));
    }
    return sources;
  }

  private static void working(StateLayers state, List<KeySource> sources) {
    if (state.layers.getFirst() instanceof Working(String branch)) {
      sources.add(new KeySource.OfWorking(branch));
    }
  }

  private static void overlay(Overlay overlay, List<KeySource> sources) {
    if (overlay != null) {
      sources.add(new KeySource.OfOverlay(overlay.branch(), overlay.position()));
    }
  }

  private Overlay overlay() {
    for (Layer layer : layers) {
      if (layer instanceof Overlay overlay) {
        return overlay;
      }
    }
    return null;
  }

  private long anchor() {
    for (Layer layer : layers) {
      if (layer instanceof History(long anchor)) {
        return anchor;
      }
    }
    return Layer.UNCOMMITTED;
  }
}
