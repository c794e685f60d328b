package dev.epoch.storage.postgres.state;

import dev.epoch.storage.postgres.catalog.TableColumns;

/**
 * Where keys come from, each once.
 *
 * @param query a SELECT of the key columns, each key once; null if the keys are a layer's
 * @param relation what has the columns of the key; for FROM, which gives it an alias
 * @param images the layer that the relation is, so that nobody has to look up again what stands
 *     beside the keys; null if it has nothing but keys
 */
record KeySource(String query, String relation, LayerSource images) {

  /** Keys that a query finds. */
  static KeySource query(String keys) {
    return new KeySource(keys, "k", null);
  }

  /**
   * The rows of a layer.
   *
   * @param condition about alias {@code x}; leaves rows that count, one for a key
   */
  static KeySource images(LayerSource images, String condition) {
    String rows = "(SELECT * FROM " + images.relation() + " x WHERE " + condition + ")";
    return new KeySource(null, rows, images);
  }

  /**
   * The same, but a query finds the keys in their order: they are narrow, and planners of
   * PostgreSQL 17 and later know then that what they join them with is in order too.
   */
  KeySource ordered(TableColumns columns) {
    return query == null
        ? this
        : new KeySource(query + "\nORDER BY " + columns.keyList(), relation, images);
  }

  /** The WITH clause that the relation needs; empty for none. */
  String with() {
    return query == null ? "" : "WITH k AS MATERIALIZED (\n" + query + "\n)\n";
  }
}
