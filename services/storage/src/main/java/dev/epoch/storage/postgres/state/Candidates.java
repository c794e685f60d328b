package dev.epoch.storage.postgres.state;

import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.state.PhysicalState.Live;
import dev.epoch.storage.postgres.state.PhysicalState.Nothing;
import dev.epoch.storage.postgres.state.PhysicalState.Overlaid;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Keys whose rows can differ between two states: all that do, and few that do not. Their number
 * follows the changes, not the table.
 *
 * @param sources each a SELECT of the key columns; empty if the states are the same
 * @param images the one source, if it is a layer's rows with one for each key, else null
 */
public record Candidates(List<String> sources, KeySource images) {

  public Candidates(List<String> sources) {
    this(sources, null);
  }

  /** Two states neither of which is {@link Nothing}. */
  public static Candidates between(TableColumns columns, PhysicalState one, PhysicalState other) {
    List<String> sources = new ArrayList<>();
    List<KeySource> images = new ArrayList<>();
    PhysicalState first = committed(columns, one, sources);
    PhysicalState second = committed(columns, other, sources);
    if (sources.isEmpty() || !first.equals(second)) {
      addBetween(columns, first, second, sources, images);
    }
    boolean alone = sources.size() == 1 && images.size() == 1;
    return new Candidates(List.copyOf(sources), alone ? images.getFirst() : null);
  }

  /** The state; of one in an open table what the layers have of it, and the rest as a source. */
  private static PhysicalState committed(
      TableColumns columns, PhysicalState state, List<String> sources) {
    if (!(state instanceof Live live) || live.live().head() == null) {
      return state;
    }
    sources.add(source(columns, live.live().touchedKeys(), "TRUE"));
    return live.live().head();
  }

  private static void addBetween(
      TableColumns columns,
      PhysicalState one,
      PhysicalState other,
      List<String> sources,
      List<KeySource> images) {
    addBases(columns, baseOf(one), baseOf(other), sources, images);
    addOverlays(columns, one, other, sources, images);
  }

  /** What is not committed in a working state. */
  public static Candidates uncommitted(TableColumns columns, PhysicalState working) {
    String relation =
        switch (working) {
          case Live live when live.now() -> live.live().touchedKeys();
          case Overlaid overlaid when overlaid.now() -> overlaid.overlay().workingSet();
          case Live _, Overlaid _, Nothing _ -> null;
        };
    return relation == null
        ? new Candidates(List.of())
        : new Candidates(
            List.of(source(columns, relation, "TRUE")),
            KeySource.images(LayerSource.all(relation), "TRUE"));
  }

  boolean isEmpty() {
    return sources.isEmpty();
  }

  /** Each key once. */
  KeySource keys() {
    return images != null ? images : KeySource.query(distinct());
  }

  /** A SELECT of the key columns, each key once. */
  public String distinct() {
    return sources.size() == 1
        ? sources.getFirst().replaceFirst("^SELECT ", "SELECT DISTINCT ")
        : String.join("\nUNION\n", sources);
  }

  /** How many there are, counted up to a bound; some may count twice. */
  String count(int bound) {
    return "SELECT count(*) FROM (SELECT FROM (%s) x LIMIT %d) y"
        .formatted(
            sources.stream().map(s -> "(" + s + ")").collect(Collectors.joining(" UNION ALL ")),
            bound);
  }

  private static Live baseOf(PhysicalState state) {
    return switch (state) {
      case Live live -> live;
      case Overlaid overlaid -> overlaid.base();
      case Nothing _ -> throw new IllegalArgumentException("nothing has no base");
    };
  }

  private static void addBases(
      TableColumns columns, Live one, Live other, List<String> sources, List<KeySource> images) {
    addBetween(
        columns,
        one.live().history(),
        one.live().workingSet(),
        Math.min(one.anchor(), other.anchor()),
        Math.max(one.anchor(), other.anchor()),
        sources,
        images);
  }

  private static void addOverlays(
      TableColumns columns,
      PhysicalState one,
      PhysicalState other,
      List<String> sources,
      List<KeySource> images) {
    if (one instanceof Overlaid a
        && other instanceof Overlaid b
        && a.overlay().equals(b.overlay())) {
      addBetween(
          columns,
          a.overlay().history(),
          a.overlay().workingSet(),
          Math.min(a.position(), b.position()),
          Math.max(a.position(), b.position()),
          sources,
          images);
      return;
    }
    for (PhysicalState state : List.of(one, other)) {
      if (state instanceof Overlaid overlaid) {
        sources.addAll(entries(columns, overlaid));
      }
    }
  }

  /** Keys of the entries that an overlay has at its position, and of a few that it has not. */
  public static List<String> entries(TableColumns columns, Overlaid state) {
    OverlayRelations overlay = state.overlay();
    List<String> sources = new ArrayList<>();
    sources.add(source(columns, overlay.rows(), "TRUE"));
    sources.add(source(columns, overlay.tombstones(), "TRUE"));
    if (!state.now()) {
      sources.add(
          source(
              columns,
              overlay.history(),
              "x.epoch_kind > 0 AND " + LayerSource.at("", state.position()).condition("x")));
      sources.add(source(columns, overlay.workingSet(), "x.epoch_kind > 0"));
    }
    return sources;
  }

  /**
   * Between two commits, the history has for each key that changed one image that was current at
   * the first: entries of a key follow each other without gaps.
   */
  private static void addBetween(
      TableColumns columns,
      String history,
      String workingSet,
      long low,
      long high,
      List<String> sources,
      List<KeySource> images) {
    if (low == high) {
      return;
    }
    if (high == PhysicalState.NOW) {
      sources.add(source(columns, history, "x.epoch_to > " + low));
      sources.add(source(columns, workingSet, "TRUE"));
    } else {
      LayerSource former = LayerSource.at(history, low);
      String changed = former.condition("x") + " AND x.epoch_to <= " + high;
      sources.add(source(columns, history, changed));
      images.add(KeySource.images(former, changed));
    }
  }

  private static String source(TableColumns columns, String relation, String condition) {
    return "SELECT " + columns.key("x") + " FROM " + relation + " x WHERE " + condition;
  }
}
