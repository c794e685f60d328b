package dev.epoch.gateway.merge.schema;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.Index;
import dev.epoch.events.table.StoredSchema;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.column.RetypedRows;
import dev.epoch.gateway.column.SameColumns;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.merge.BaseRow;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.schema.SchemaHash;
import dev.epoch.model.schema.merge.MergedTable;
import dev.epoch.storage.TableHandle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The schema of a table after a merge, where the sides have different ones: three-way, by the ids
 * of columns. Rows are merged against it; what a side does not have is there as it was at the base.
 *
 * @param now schema of the target
 * @param schema of the merged rows; while conflicts are open that of the target
 * @param conflicts without a decision; then no row is merged
 * @param oursMissing places of columns that the target lacks and the base has
 * @param oursLacking places of columns that the target lacks
 * @param theirsMissing places of columns that the source lacks
 * @param notNull names of columns that take no nulls, and did on one of the sides
 * @param constraints names of those that one of the sides did not have, and of domains of columns
 * @param initial by the place of columns that the base lacks: what its rows have there. What
 *     databases keep for them may be values of a column that was dropped before
 * @param rows of base, target and source as rows of the schema
 */
public record MergedSchema(
    TableSchema now,
    TableSchema schema,
    List<RowConflict> conflicts,
    List<Integer> oursMissing,
    List<Integer> oursLacking,
    List<Integer> theirsMissing,
    List<String> notNull,
    List<String> constraints,
    Map<Integer, String> initial,
    RetypedRows rows) {
  private static final int BASE = 0;
  private static final int OURS = 1;
  private static final int THEIRS = 2;

  /**
   * @param table the target's, with the schema that it has now: on the default branch with what is
   *     not committed
   * @param bases entries of the table at the base
   * @param values tells whose values of dropped columns changed
   */
  public static MergedSchema of(
      RepositoryState state,
      TableHandle table,
      TableEntry theirs,
      List<TableEntry> bases,
      SchemaConflicts decisions,
      DroppedColumns.Values values) {
    TableSchema now = table.schema();
    TableSchema source = state.tables().schema(theirs.schemaHash());
    TableSchema base = base(state, theirs, bases, decisions);
    // rows of several bases are merged by the identities that they have
    SameColumns same =
        bases.size() > 1 ? new SameColumns(base, now, source) : SameColumns.of(base, now, source);
    if (source.equals(now) && same.ours().equals(now)) {
      return same(now, source, base);
    }
    TableSchema ours = same.ours();
    TableSchema there = same.theirs();
    TableSchema agreed;
    while (true) {
      MergedTable merged = decisions.merge(base, ours, there);
      refuseUnified(theirs, there, merged);
      if (!merged.isDecided()) {
        return open(now, decisions.conflicts(merged.conflicts()));
      }
      agreed = merged.schema();
      requireSameKey(theirs, same.ours(), agreed);
      DroppedColumns dropped =
          DroppedColumns.of(table, base, ours, there, agreed, decisions, values);
      if (!dropped.conflicts().isEmpty()) {
        return open(now, dropped.conflicts());
      }
      if (dropped.ours().equals(ours) && dropped.theirs().equals(there)) {
        break;
      }
      ours = dropped.ours();
      there = dropped.theirs();
    }
    TableSchema schema = same.identified(agreed, now, source);
    TableSchema merged = agreed;
    RetypedRows rows =
        bases.size() > 1
            ? none(schema)
            : new RetypedRows(
                schema,
                merged,
                List.of(
                    new RetypedRows.State(base, base),
                    new RetypedRows.State(now, same.ours()),
                    new RetypedRows.State(source, same.theirs())));
    if (source.equals(base) && schema.equals(now) && rows.isEmpty()) {
      return same(now, source, base);
    }
    return new MergedSchema(
        now,
        schema,
        List.of(),
        missing(merged, same.ours()).stream()
            .filter(i -> has(base, merged.columns().get(i)))
            .toList(),
        missing(merged, same.ours()),
        missing(merged, same.theirs()),
        notNull(merged, same.ours(), same.theirs()),
        constraints(merged, same.ours(), same.theirs()),
        initial(schema, merged, base),
        rows);
  }

  private static void refuseUnified(TableEntry table, TableSchema there, MergedTable merged) {
    if (merged.unified().entrySet().stream()
        .anyMatch(same -> !same.getKey().equals(same.getValue()))) {
      throw refused(
          table,
          "Both sides added columns %s to table '%s', which are other ones to Epoch"
              .formatted(
                  there.columns().stream()
                      .filter(column -> merged.unified().containsKey(column.id()))
                      .map(Column::name)
                      .toList(),
                  table.name()),
          "Drop or rename them on one side, and commit that");
    }
  }

  private static MergedSchema open(TableSchema now, List<RowConflict> conflicts) {
    return new MergedSchema(
        now, now, conflicts, List.of(), List.of(), List.of(), List.of(), List.of(), Map.of(),
        none(now));
  }

  /** Of a table whose schema the source does not change. */
  public static MergedSchema unchanged(TableSchema schema) {
    return new MergedSchema(
        schema,
        schema,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Map.of(),
        none(schema));
  }

  private static MergedSchema same(TableSchema now, TableSchema source, TableSchema base) {
    return new MergedSchema(
        now,
        now,
        List.of(),
        List.of(),
        List.of(),
        missing(now, source),
        notNull(now, now, source),
        constraints(now, now, source),
        initial(now, now, base),
        none(now));
  }

  private static RetypedRows none(TableSchema schema) {
    return RetypedRows.none(schema, 3);
  }

  /**
   * The same, where rows of the table are asked for all keys and unique indexes but those that the
   * database sees to.
   */
  MergedSchema asking(List<Constraint> seenTo, List<Index> indexes) {
    List<String> names = new ArrayList<>(constraints);
    Stream.concat(
            schema.constraints().stream()
                .filter(constraint ->
                    constraint.kind() == Constraint.Kind.UNIQUE
                        || constraint.kind() == Constraint.Kind.FOREIGN_KEY)
                .filter(constraint -> !has(seenTo, constraint))
                .map(Constraint::name),
            schema.indexes().stream()
                .filter(index -> index.unique() && !indexes.contains(index))
                .map(Index::name))
        .filter(name -> !names.contains(name))
        .forEach(names::add);
    return new MergedSchema(
        now,
        schema,
        conflicts,
        oursMissing,
        oursLacking,
        theirsMissing,
        notNull,
        names,
        initial,
        rows);
  }

  private static Map<Integer, String> initial(
      TableSchema schema, TableSchema merged, TableSchema base) {
    Map<Integer, String> initial = new HashMap<>();
    for (int place : missing(merged, base)) {
      Column column = schema.columns().get(place);
      if (!column.generated()) {
        initial.put(place, column.initialDefault());
      }
    }
    return initial;
  }

  /** Several bases are merged with each other; a table that no base has began as registered. */
  private static TableSchema base(
      RepositoryState state, TableEntry theirs, List<TableEntry> bases, SchemaConflicts decisions) {
    TableSchema registered = state.tables().byId().get(theirs.tableId()).schema();
    TableSchema base = null;
    for (TableEntry entry : bases) {
      TableSchema schema = state.tables().schema(entry.schemaHash());
      base =
          base == null || base.equals(schema)
              ? schema
              : decisions.undecided().merge(registered, base, schema).schema();
    }
    return base == null ? registered : base;
  }

  /** What the schema demands of rows is one thing, what tells them apart is another. */
  private static void requireSameKey(TableEntry table, TableSchema now, TableSchema merged) {
    if (!keyIds(now).equals(keyIds(merged))) {
      throw refused(
          table,
          "The merge would change the key that tells rows of '" + table.name() + "' apart",
          "Remove the table and register it again where it has the new key");
    }
  }

  private static List<String> keyIds(TableSchema schema) {
    return schema.primaryKey().stream()
        .map(name -> schema.column(name).map(Column::id).orElse(name))
        .toList();
  }

  private static RefusedException refused(TableEntry table, String problem, String remedy) {
    return new RefusedException(
        Code.SCHEMA_CHANGED, problem, Map.of("table", table.name(), "remedy", remedy));
  }

  private static List<Integer> missing(TableSchema merged, TableSchema side) {
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < merged.columns().size(); i++) {
      if (!has(side, merged.columns().get(i))) {
        missing.add(i);
      }
    }
    return missing;
  }

  private static boolean has(TableSchema side, Column column) {
    return in(side, column).isPresent();
  }

  private static Optional<Column> in(TableSchema side, Column column) {
    return side.columns().stream().filter(c -> c.id().equals(column.id())).findFirst();
  }

  private static List<String> notNull(TableSchema merged, TableSchema ours, TableSchema theirs) {
    return merged.columns().stream()
        .filter(column -> !column.nullable() && !column.generated())
        .filter(column ->
            in(ours, column).map(Column::nullable).orElse(true)
                || in(theirs, column).map(Column::nullable).orElse(true))
        .map(Column::name)
        .toList();
  }

  private static List<String> constraints(
      TableSchema merged, TableSchema ours, TableSchema theirs) {
    List<String> names = new ArrayList<>();
    merged.constraints().stream()
        .filter(constraint -> constraint.kind() != Constraint.Kind.NOT_NULL)
        .filter(constraint -> constraint.kind() != Constraint.Kind.PRIMARY_KEY)
        .filter(constraint -> !has(ours, constraint) || !has(theirs, constraint))
        .map(Constraint::name)
        .forEach(names::add);
    merged.columns().stream()
        .filter(column -> !column.type().rules().isEmpty())
        .filter(column -> !hasType(ours, column) || !hasType(theirs, column))
        .map(column -> column.type().name())
        .distinct()
        .forEach(names::add);
    return names;
  }

  private static boolean hasType(TableSchema side, Column column) {
    return in(side, column).filter(there -> there.type().equals(column.type())).isPresent();
  }

  private static boolean has(TableSchema side, Constraint constraint) {
    return has(side.constraints(), constraint);
  }

  private static boolean has(List<Constraint> constraints, Constraint constraint) {
    return constraints.stream()
        .anyMatch(there ->
            there.kind() == constraint.kind()
                && there.definition().equals(constraint.definition()));
  }

  /** Whether rows are asked for something that one of the sides did not demand. */
  boolean asks() {
    return !notNull.isEmpty() || !constraints.isEmpty();
  }

  /** Whether the target's schema becomes another. */
  public boolean changes() {
    return !schema.equals(now);
  }

  /** Of the schema that the target has afterwards. */
  public Digest hash() {
    return SchemaHash.of(schema);
  }

  /** What the target has afterwards, with its hash. */
  public StoredSchema stored(String tableId) {
    return new StoredSchema(tableId, hash(), schema);
  }

  /**
   * Whether rows that nobody changed may have to be written, or come: the source has columns that
   * the base lacks, or the target gets one that it has with another identity.
   */
  public boolean isWiderThanBase() {
    return rows.isMoved(OURS)
        || initial.keySet().stream().anyMatch(place -> !theirsMissing.contains(place));
  }

  /** What rows are read with; the methods below take rows so. */
  public TableSchema reading() {
    return rows.reading();
  }

  /** Whether sides have columns of the schema with other identities. */
  public boolean isRetyped() {
    return !rows.isEmpty();
  }

  /** The target's row with the columns of the schema alone, as they are there. */
  public Row found(Row ours) {
    return rows.asItIs(ours);
  }

  /** A row of the base, whatever is kept of columns that it does not have. */
  public Row base(Row base) {
    return begun(rows.of(BASE, base), initial.keySet());
  }

  /**
   * The same for a merge with rows of the sides: no side is unchanged where one of them has a value
   * that cannot be compared.
   *
   * @throws RefusedException if a side has given a row a value that the type of the other cannot
   *     have
   */
  public BaseRow base(String table, RowKey key, Row base, Row ours, Row theirs) {
    if (rows.isEmpty()) {
      return BaseRow.of(base(base));
    }
    List<RetypedRows.Unlike> unlike = new ArrayList<>(rows.unlike(OURS, ours, BASE, base));
    unlike.addAll(rows.unlike(THEIRS, theirs, BASE, base));
    Set<String> disputed = new HashSet<>();
    for (RetypedRows.Unlike value : unlike) {
      Column column = schema.columns().get(value.place());
      if (value.misfit()) {
        throw misfit(table, key, column, value.text());
      }
      disputed.add(column.name());
    }
    return base == null ? BaseRow.of(null) : new BaseRow(base(base), disputed, false);
  }

  private static RefusedException misfit(String table, RowKey key, Column column, String text) {
    return new RefusedException(
        Code.SCHEMA_CHANGED,
        "Row %s of '%s', which one side added or changed, has '%s' in column '%s': the other side has given that the type %s"
            .formatted(key, table, text, column.name(), column.type().name()),
        Map.of(
            "table",
            table,
            "column",
            column.name(),
            "remedy",
            "Give the row another value, or the column a type for it on the other side, commit, and merge again"));
  }

  /**
   * A row of the source: what it does not have is as it was at the base.
   *
   * @param base as {@link #base} has it
   */
  public Row theirs(Row base, Row theirs) {
    return begun(filled(base, rows.of(THEIRS, theirs), theirsMissing), theirsMissing);
  }

  /** A row of the target, likewise. */
  public Row ours(Row base, Row ours) {
    return begun(filled(base, rows.of(OURS, ours), oursMissing), oursLacking);
  }

  /** With what rows begin with in columns that the base lacks, as far as these are among some. */
  private Row begun(Row side, Collection<Integer> places) {
    Row row = side;
    if (side != null && !initial.isEmpty()) {
      for (int place : places) {
        if (initial.containsKey(place) && !Objects.equals(initial.get(place), row.get(place))) {
          row = row.with(place, initial.get(place));
        }
      }
    }
    return row;
  }

  private static Row filled(Row base, Row side, List<Integer> missing) {
    Row row = side;
    if (base != null && side != null) {
      for (int column : missing) {
        if (!Objects.equals(base.get(column), row.get(column))) {
          row = row.with(column, base.get(column));
        }
      }
    }
    return row;
  }
}
