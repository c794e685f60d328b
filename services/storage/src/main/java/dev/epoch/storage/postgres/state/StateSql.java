package dev.epoch.storage.postgres.state;

import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.state.PhysicalState.Live;
import dev.epoch.storage.postgres.state.PhysicalState.Nothing;
import dev.epoch.storage.postgres.state.PhysicalState.Overlaid;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The rows of a state as SQL: parts that have no key in common, each one relation with anti-joins
 * on the key.
 *
 * <pre>
 *   overlay's history ── overlay's working set ── overlay rows, tombstones ─┐   what stands left
 *                                                                          │   hides what stands
 *        ┌─────────────────────────────────────────────────────────────────┘   right of it
 *        └─ live history ── live working set ── live rows
 * </pre>
 */
public final class StateSql {
  private final TableColumns columns;
  private final Set<LayerSource> empty;
  private final boolean fewRows;

  public StateSql(TableColumns columns) {
    this(columns, Set.of());
  }

  /**
   * @param empty relations that are known to hold nothing in the snapshot in which the SQL will run
   */
  StateSql(TableColumns columns, Set<LayerSource> empty) {
    this(columns, empty, false);
  }

  private StateSql(TableColumns columns, Set<LayerSource> empty, boolean fewRows) {
    this.columns = columns;
    this.empty = empty;
    this.fewRows = fewRows;
  }

  /** For reading few rows in a transaction that follows {@link JoinStrategy#FEW}. */
  StateSql ofFewRows() {
    return new StateSql(columns, empty, true);
  }

  /**
   * Rows of one relation that belong to the state.
   *
   * @param relation what to write behind FROM
   * @param condition about alias {@code x}
   */
  public record Part(String relation, String condition) {}

  /** A complete SELECT of the table's columns. */
  String select(PhysicalState state) {
    return select(state, null);
  }

  /**
   * A complete SELECT of the table's columns, in the shape that the planner takes for one relation:
   * the condition on the rows at the bottom stands above the UNION ALL, so that their indexes are
   * of use in joins and orders, and no step of its own runs for each of them.
   *
   * @param bottom a shorter way to say, about alias {@code x}, that nothing hides a row at the
   *     bottom; null for none
   */
  String select(PhysicalState state, String bottom) {
    List<Part> parts = parts(state);
    return parts.size() < 2
        ? union(state, part -> rowsOf(part, columns.all("x")))
        : select(parts, bottom);
  }

  /** The same of several parts, the last one being that at the bottom. */
  String select(List<Part> parts, String bottom) {
    String number = unusedName();
    StringBuilder union = new StringBuilder();
    for (int i = 0; i < parts.size() - 1; i++) {
      union.append("SELECT ").append(i + 1).append(" AS ").append(number).append(", ");
      union.append(columns.all("x")).append(" FROM ").append(parts.get(i).relation()).append(" x");
      if (!parts.get(i).condition().equals("TRUE")) {
        union.append(" WHERE ").append(parts.get(i).condition());
      }
      union.append("\nUNION ALL\n");
    }
    Part last = parts.getLast();
    return "SELECT %s FROM (\n%sSELECT 0, %s FROM %s x\n) x WHERE x.%s <> 0 OR %s"
        .formatted(
            columns.all("x"),
            union,
            columns.all("x"),
            last.relation(),
            number,
            bottom == null ? last.condition() : bottom);
  }

  private String unusedName() {
    String name = "epoch_part";
    while (columns.all().contains(Quote.identifier(name))) {
      name += "_";
    }
    return Quote.identifier(name);
  }

  /** What hides rows at the bottom of a state, but for what is known to be empty. */
  List<LayerSource> hiding(PhysicalState state) {
    return layers(state).stream().filter(layer -> !empty.contains(layer)).toList();
  }

  /** One statement per part, put together. */
  String union(PhysicalState state, Function<Part, String> statement) {
    List<Part> parts = parts(state);
    if (parts.isEmpty()) {
      return "SELECT "
          + TableColumns.each(
              columns.all(), name -> "NULL::" + columns.undomainedType(name) + " AS " + name, ", ")
          + " WHERE FALSE";
    }
    return parts.stream().map(statement).collect(Collectors.joining("\nUNION ALL\n"));
  }

  private static String rowsOf(Part part, String selected) {
    return "SELECT " + selected + " FROM " + part.relation() + " x WHERE " + part.condition();
  }

  public List<Part> parts(PhysicalState state) {
    return switch (state) {
      case Nothing _ -> List.of();
      case Live live -> liveParts(live, List.of());
      case Overlaid overlaid -> overlaidParts(overlaid);
    };
  }

  /** Every relation whose rows decide about the state, but for the rows at the bottom. */
  static Set<LayerSource> layers(PhysicalState state) {
    Set<LayerSource> layers = new LinkedHashSet<>();
    switch (state) {
      case Nothing _ -> {}
      case Live live -> {
        if (!live.now()) {
          layers.add(LayerSource.at(live.live().history(), live.anchor()));
          layers.add(LayerSource.all(live.live().workingSet()));
        }
      }
      case Overlaid overlaid -> {
        OverlayRelations overlay = overlaid.overlay();
        if (!overlaid.now()) {
          layers.add(LayerSource.at(overlay.history(), overlaid.position()));
          layers.add(LayerSource.all(overlay.workingSet()));
        }
        layers.add(LayerSource.all(overlay.rows()));
        layers.add(LayerSource.all(overlay.tombstones()));
        layers.addAll(layers(overlaid.base()));
      }
    }
    return layers;
  }

  private List<Part> liveParts(Live live, List<LayerSource> hiddenBy) {
    List<Part> parts = new ArrayList<>();
    List<LayerSource> above = new ArrayList<>(hiddenBy);
    if (!live.now()) {
      LayerSource history = LayerSource.at(live.live().history(), live.anchor());
      addImages(parts, history, above);
      addImages(parts, LayerSource.all(live.live().workingSet()), above);
    }
    parts.add(new Part(live.live().rows(), condition(null, above)));
    return parts;
  }

  private List<Part> overlaidParts(Overlaid overlaid) {
    OverlayRelations overlay = overlaid.overlay();
    List<Part> parts = new ArrayList<>();
    List<LayerSource> above = new ArrayList<>();
    if (!overlaid.now()) {
      LayerSource history = LayerSource.at(overlay.history(), overlaid.position());
      LayerSource workingSet = LayerSource.all(overlay.workingSet());
      addShowingThrough(parts, overlaid.base(), history, workingSet);
      addImages(parts, history, above);
      addImages(parts, workingSet, above);
    }
    LayerSource rows = LayerSource.all(overlay.rows());
    if (!empty.contains(rows)) {
      parts.add(new Part(overlay.rows(), condition(null, above)));
      above.add(rows);
    }
    LayerSource tombstones = LayerSource.all(overlay.tombstones());
    if (!empty.contains(tombstones)) {
      above.add(tombstones);
    }
    parts.addAll(liveParts(overlaid.base(), above));
    return parts;
  }

  /** The rows among the images of a layer; from here on it hides what comes below. */
  private void addImages(List<Part> parts, LayerSource layer, List<LayerSource> above) {
    if (!empty.contains(layer)) {
      parts.add(
          new Part(
              layer.relation(), condition("x.epoch_kind = 1 AND " + layer.condition("x"), above)));
      above.add(layer);
    }
  }

  /** Keys that had no entry in the overlay then and have, or had, one since: the base's rows. */
  private void addShowingThrough(
      List<Part> parts, Live base, LayerSource history, LayerSource workingSet) {
    List<String> keys = new ArrayList<>();
    for (LayerSource layer : List.of(history, workingSet)) {
      if (!empty.contains(layer)) {
        keys.add(
            "SELECT %s FROM %s x WHERE x.epoch_kind = 0 AND %s%s"
                .formatted(
                    columns.key("x"),
                    layer.relation(),
                    layer.condition("x"),
                    layer == workingSet && !empty.contains(history)
                        ? " AND " + LayerSource.absentUnjoined(List.of(history), columns, "x")
                        : ""));
      }
    }
    if (keys.isEmpty()) {
      return;
    }
    KeyedStates keyed = new KeyedStates(columns, "k");
    KeyedStates.StateAtKey state = keyed.add(base);
    parts.add(
        new Part(
            "(SELECT %s FROM (%s) k %s WHERE %s)"
                .formatted(
                    state.namedColumns(),
                    String.join(" UNION ALL ", keys),
                    keyed.joins(),
                    state.present()),
            "TRUE"));
  }

  private String condition(String own, List<LayerSource> above) {
    List<String> conditions = new ArrayList<>();
    if (own != null) {
      conditions.add(own);
    }
    if (fewRows) {
      above.forEach(layer -> conditions.add(layer.absent(columns, "x")));
    } else if (!above.isEmpty()) {
      conditions.add(LayerSource.absentUnjoined(above, columns, "x"));
    }
    return conditions.isEmpty() ? "TRUE" : String.join(" AND ", conditions);
  }
}
