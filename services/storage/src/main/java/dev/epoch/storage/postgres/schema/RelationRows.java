package dev.epoch.storage.postgres.schema;

import dev.epoch.storage.postgres.connection.Session;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Columns, constraints and indexes of relations, whose texts cost PostgreSQL more to print than all
 * else. Each relation's stand beside the version of what they are read from, so that a later
 * reading asks for those that have changed:
 *
 * <pre>
 *   versions of all relations, version of all names --> columns, constraints, indexes of few
 * </pre>
 *
 * @param names version of what definitions name; with another one, all are read again
 * @param byRelation by id
 */
record RelationRows(String names, Map<Long, OfRelation> byRelation) {
  private static final Pattern ONLY = Pattern.compile("\\{(AND [^}]*)}");

  private static final String VERSIONS = CatalogRows.resource("versions");
  private static final String NAMES = CatalogRows.resource("names");
  private static final String COLUMNS = CatalogRows.resource("columns");
  private static final String CONSTRAINTS = CatalogRows.resource("constraints");
  private static final String INDEXES = CatalogRows.resource("indexes");

  /** No relation has the id. Constraints of domains have it. */
  private static final long NONE = 0;

  /**
   * @param version of what they were read from; null if nobody asked
   */
  record OfRelation(String version, List<Row> columns, List<Row> constraints, List<Row> indexes) {}

  List<Row> columns() {
    return all(OfRelation::columns);
  }

  List<Row> constraints() {
    return all(OfRelation::constraints);
  }

  List<Row> indexes() {
    return all(OfRelation::indexes);
  }

  private List<Row> all(Function<OfRelation, List<Row>> part) {
    List<Row> rows = new ArrayList<>();
    byRelation.values().forEach(relation -> rows.addAll(part.apply(relation)));
    return rows;
  }

  /** All rows, for once. */
  static Supplier<RelationRows> ask(Session session, int version, String[] schemas) {
    Supplier<Parts> parts = Parts.ask(session, version, schemas, null);
    return () -> new RelationRows(null, parts.get().byRelation(Map.of()));
  }

  /**
   * All rows, to be kept for the next time.
   *
   * @param former of these schemas, null if there are none
   */
  static Supplier<RelationRows> ask(
      Session session, int version, String[] schemas, RelationRows former) {
    Supplier<List<Row>> versionRows = session.ask(VERSIONS, Function.identity(), (Object) schemas);
    Supplier<List<String>> namesRow = session.ask(NAMES, row -> row.getString(0));
    return () -> {
      Map<Long, String> versions = new HashMap<>();
      versionRows.get().forEach(row -> versions.put(row.getLong(0), row.getString(1)));
      String names = namesRow.get().getFirst();
      if (former == null || !names.equals(former.names())) {
        return new RelationRows(
            names, Parts.ask(session, version, schemas, null).get().byRelation(versions));
      }
      Map<Long, OfRelation> rows = new HashMap<>();
      List<Long> changed = new ArrayList<>();
      versions.forEach((relation, now) -> {
        OfRelation known = former.byRelation().get(relation);
        if (known != null && now.equals(known.version())) {
          rows.put(relation, known);
        } else {
          changed.add(relation);
        }
      });
      rows.putAll(
          Parts.ask(session, version, schemas, changed.toArray(Long[]::new))
              .get()
              .byRelation(versions));
      return new RelationRows(names, rows);
    };
  }

  private record Parts(List<Row> columns, List<Row> constraints, List<Row> indexes) {
    /**
     * @param only ids of relations, null for all of the schemas
     */
    static Supplier<Parts> ask(Session session, int version, String[] schemas, Long[] only) {
      Function<String, Supplier<List<Row>>> ask =
          sql ->
              only == null
                  ? session.ask(
                      ONLY.matcher(sql).replaceAll(""), Function.identity(), (Object) schemas)
                  : session.ask(
                      ONLY.matcher(sql).replaceAll("$1"), Function.identity(), schemas, only);
      Supplier<List<Row>> columns = ask.apply(COLUMNS);
      Supplier<List<Row>> constraints = ask.apply(CONSTRAINTS);
      Supplier<List<Row>> indexes = ask.apply(CatalogRows.ofVersion(INDEXES, version));
      return () -> new Parts(columns.get(), constraints.get(), indexes.get());
    }

    Map<Long, OfRelation> byRelation(Map<Long, String> versions) {
      Map<Long, List<Row>> columnsOf = by(columns);
      Map<Long, List<Row>> constraintsOf = by(constraints);
      Map<Long, List<Row>> indexesOf = by(indexes);
      Map<Long, OfRelation> relations = new HashMap<>();
      for (Map<Long, List<Row>> part : List.of(columnsOf, constraintsOf, indexesOf)) {
        for (long relation : part.keySet()) {
          relations.computeIfAbsent(
              relation,
              id ->
                  new OfRelation(
                      id == NONE ? null : versions.get(id),
                      columnsOf.getOrDefault(id, List.of()),
                      constraintsOf.getOrDefault(id, List.of()),
                      indexesOf.getOrDefault(id, List.of())));
        }
      }
      return relations;
    }

    private static Map<Long, List<Row>> by(List<Row> rows) {
      return rows.stream().collect(Collectors.groupingBy(row -> row.getLong("relation")));
    }
  }
}
