package dev.epoch.storage.postgres.state;

import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.state.PhysicalState.Live;
import dev.epoch.storage.postgres.state.PhysicalState.Nothing;
import dev.epoch.storage.postgres.state.PhysicalState.Overlaid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * States looked up for given keys: each relation that can say something about a key is joined once,
 * by its key, whatever the number of states that need it. So one key costs a handful of index
 * probes, and many keys a handful of hash joins.
 *
 * <pre>{@code
 * FROM <keys> k
 * LEFT JOIN <history> j1 ON j1.id = k.id AND j1.epoch_from <= 7 AND 7 < j1.epoch_to
 * LEFT JOIN <working set> j2 ON j2.id = k.id
 * LEFT JOIN <table> j3 ON j3.id = k.id
 * }</pre>
 */
public final class KeyedStates {
  private final TableColumns columns;
  private final String keys;
  private final Set<LayerSource> empty;
  private final Map<LayerSource, String> aliases = new LinkedHashMap<>();

  /**
   * @param keys alias of what has the keys, in columns named like the table's
   */
  public KeyedStates(TableColumns columns, String keys) {
    this(columns, keys, Set.of(), null);
  }

  /**
   * @param empty relations that are known to hold nothing in the snapshot in which the SQL will
   *     run: they are not joined
   * @param images the layer that has the keys, which is not joined either; or null
   */
  KeyedStates(TableColumns columns, String keys, Set<LayerSource> empty, LayerSource images) {
    this.columns = columns;
    this.keys = keys;
    this.empty = empty;
    if (images != null) {
      aliases.put(images, keys);
    }
  }

  /** Makes a state available; its expressions are valid behind {@link #joins()}. */
  public StateAtKey add(PhysicalState state) {
    List<Step> steps = new ArrayList<>();
    addSteps(state, steps);
    return new StateAtKey(List.copyOf(steps));
  }

  /** The LEFT JOIN clauses of all states added so far. */
  public String joins() {
    StringBuilder sql = new StringBuilder();
    aliases.forEach((layer, alias) -> {
      if (!alias.equals(keys)) {
        sql.append(
            "\nLEFT JOIN %s %s ON %s%s"
                .formatted(
                    layer.relation(),
                    alias,
                    columns.sameKey(alias, keys),
                    layer.position() == PhysicalState.NOW
                        ? ""
                        : " AND " + layer.conditionAtKey(alias)));
      }
    });
    return sql.toString();
  }

  private String join(LayerSource layer) {
    return aliases.computeIfAbsent(layer, _ -> "j" + (aliases.size() + 1));
  }

  private void addSteps(PhysicalState state, List<Step> steps) {
    switch (state) {
      case Nothing _ -> {}
      case Live live -> {
        if (!live.now()) {
          filled(LayerSource.at(live.live().history(), live.anchor()))
              .forEach(alias -> steps.add(Step.images(alias)));
          filled(LayerSource.all(live.live().workingSet()))
              .forEach(alias -> steps.add(Step.images(alias)));
        }
        steps.add(Step.row(join(LayerSource.all(live.live().rows())), columns));
      }
      case Overlaid overlaid -> {
        OverlayRelations overlay = overlaid.overlay();
        List<String> images = new ArrayList<>();
        if (!overlaid.now()) {
          for (LayerSource former :
              List.of(
                  LayerSource.at(overlay.history(), overlaid.position()),
                  LayerSource.all(overlay.workingSet()))) {
            for (String alias : filled(former)) {
              steps.add(Step.entries(alias, images));
              images.add(alias);
            }
          }
        }
        filled(LayerSource.all(overlay.rows()))
            .forEach(alias -> steps.add(Step.overlayRow(alias, columns, images)));
        filled(LayerSource.all(overlay.tombstones()))
            .forEach(alias -> steps.add(Step.tombstone(alias, columns, images)));
        addSteps(overlaid.base(), steps);
      }
    }
  }

  /** The alias of a relation that may hold something, or nothing. */
  private List<String> filled(LayerSource layer) {
    return empty.contains(layer) ? List.of() : List.of(join(layer));
  }

  /**
   * A place to look, in order.
   *
   * @param decides condition under which nothing further is looked at
   * @param present whether there is a row if it decides
   * @param alias where its columns are, null if it never has a row
   */
  private record Step(String decides, String present, String alias) {
    static Step images(String alias) {
      return new Step(alias + ".epoch_kind IS NOT NULL", alias + ".epoch_kind = 1", alias);
    }

    /**
     * Images of an overlay: kind 0 lets the base show through.
     *
     * @param before aliases of images that are looked at first
     */
    static Step entries(String alias, List<String> before) {
      return new Step(
          alias + ".epoch_kind > 0" + untouched(before), alias + ".epoch_kind = 1", alias);
    }

    static Step row(String alias, TableColumns columns) {
      return new Step(there(alias, columns), "TRUE", alias);
    }

    static Step overlayRow(String alias, TableColumns columns, List<String> images) {
      return new Step(there(alias, columns) + untouched(images), "TRUE", alias);
    }

    static Step tombstone(String alias, TableColumns columns, List<String> images) {
      return new Step(there(alias, columns) + untouched(images), "FALSE", null);
    }

    private static String there(String alias, TableColumns columns) {
      return alias + "." + columns.key().getFirst() + " IS NOT NULL";
    }

    private static String untouched(List<String> images) {
      StringBuilder sql = new StringBuilder();
      images.forEach(alias -> sql.append(" AND ").append(alias).append(".epoch_kind IS NULL"));
      return sql.toString();
    }
  }

  /** Expressions of one state at the key. */
  public final class StateAtKey {
    private final List<Step> steps;

    private StateAtKey(List<Step> steps) {
      this.steps = steps;
    }

    /** Whether there is a row; never null. */
    public String present() {
      if (steps.isEmpty()) {
        return "FALSE";
      }
      StringBuilder sql = new StringBuilder("CASE");
      steps.forEach(step ->
          sql.append(" WHEN ").append(step.decides()).append(" THEN ").append(step.present()));
      return sql.append(" ELSE FALSE END").toString();
    }

    /** The value of a column, given by its quoted name; of no meaning where there is no row. */
    public String column(String name) {
      if (steps.isEmpty()) {
        return "NULL::" + columns.undomainedType(name);
      }
      if (steps.size() == 1) {
        return columns.undomained(name, steps.getFirst().alias() + "." + name);
      }
      StringBuilder sql = new StringBuilder("CASE");
      for (Step step : steps) {
        sql.append(" WHEN ").append(step.decides()).append(" THEN ");
        sql.append(
            step.alias() == null ? "NULL" : columns.undomained(name, step.alias() + "." + name));
      }
      return sql.append(" END").toString();
    }

    /** All columns, named like the table's. */
    String namedColumns() {
      return TableColumns.each(columns.all(), name -> column(name) + " AS " + name, ", ");
    }

    /** All columns, named by a prefix and their place: {@code prefix0, prefix1, ...}. */
    public String numberedColumns(String prefix) {
      StringBuilder sql = new StringBuilder();
      for (int i = 0; i < columns.all().size(); i++) {
        sql.append(i == 0 ? "" : ", ").append(column(columns.all().get(i)));
        sql.append(" AS ").append(prefix).append(i);
      }
      return sql.toString();
    }

    /** {@code ROW(...)} of all columns. */
    public String image() {
      return "ROW(" + TableColumns.each(columns.all(), this::column, ", ") + ")";
    }
  }
}
