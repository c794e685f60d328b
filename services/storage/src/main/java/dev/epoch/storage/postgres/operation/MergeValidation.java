package dev.epoch.storage.postgres.operation;

import dev.epoch.model.row.RowKey;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.ConstraintViolationsException.Violation;
import dev.epoch.storage.postgres.catalog.ConstraintCatalog;
import dev.epoch.storage.postgres.catalog.ConstraintCatalog.ForeignKey;
import dev.epoch.storage.postgres.catalog.ConstraintCatalog.PairRule;
import dev.epoch.storage.postgres.catalog.ConstraintCatalog.RowRule;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.RefusedByTrigger;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.operation.write.PairRuleSql;
import dev.epoch.storage.postgres.state.KeyedStates;
import dev.epoch.storage.postgres.state.PhysicalState;
import dev.epoch.storage.postgres.state.RowMapping;
import dev.epoch.storage.postgres.state.StateSql;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Looks for constraints that staged rows would break, before anything is written: on a branch
 * because PostgreSQL's own constraints do not span an overlay and what is under it, on the live
 * table because PostgreSQL stops at the first.
 */
final class MergeValidation {
  /** Most violations that are reported. */
  static final int MOST = 1_000;

  private final Session session;
  private final ConstraintCatalog catalog;
  private final OtherTables others;
  private final Map<String, MergedTable> merged = new LinkedHashMap<>();
  private final List<Violation> violations = new ArrayList<>();

  /** The branch's view of tables that the operation does not write. */
  public interface OtherTables {
    /** A registered table as the branch sees it now; empty for tables that are not versioned. */
    Optional<Visible> visible(TablePath path);

    /** A table and where its rows are. */
    record Visible(TableHandle table, PhysicalState state) {}
  }

  MergeValidation(Session session, OtherTables others, List<MergedTable> tables) {
    this.session = session;
    this.catalog = new ConstraintCatalog(session);
    this.others = others;
    tables.forEach(table -> merged.put(table.table().path().toString(), table));
  }

  /**
   * Fails with {@link ConstraintViolationsException} if there are violations, and with {@link
   * dev.epoch.storage.error.WriteRefusedException} if a function of a constraint fails.
   */
  void check() {
    try {
      for (MergedTable table : merged.values()) {
        checkRows(table);
        checkPairs(table);
        checkReferences(table);
      }
    } catch (RuntimeException e) {
      throw RefusedByTrigger.of(e);
    }
    if (!violations.isEmpty()) {
      throw new ConstraintViolationsException(violations);
    }
  }

  private int left() {
    return MOST - violations.size();
  }

  private void checkRows(MergedTable table) {
    TableColumns columns = table.staged().columns();
    for (RowRule rule : catalog.rowRules(table.table().path())) {
      boolean holds =
          rule.required() != null
              ? table.requires(rule.required())
              : rule.columns().isEmpty() || table.hasRule(rule.name(), rule.columns());
      if (!holds) {
        continue;
      }
      add(
          table.table(),
          rule.name(),
          "SELECT %s, NULL::text, NULL::text FROM %s WHERE epoch_kind = 1 AND NOT (%s)"
              .formatted(
                  TableColumns.each(columns.key(), c -> c + "::text", ", "),
                  table.staged().name(),
                  holds(rule)),
          (key, _, _) -> "The row " + key + " breaks " + rule.name() + ": " + rule.expression());
    }
  }

  /** Of a composite value, IS NOT NULL asks the fields; NOT NULL does not. */
  private static String holds(RowRule rule) {
    return rule.required() == null ? rule.expression() : rule.required() + " IS DISTINCT FROM NULL";
  }

  private void checkPairs(MergedTable table) {
    StateSql before = new StateSql(table.staged().columns());
    for (PairRule rule : catalog.pairRules(table.table().path())) {
      if (!table.hasRule(rule.name(), rule.columns())) {
        continue;
      }
      PairRuleSql sql = new PairRuleSql(table.staged().columns(), rule);
      for (String statement : sql.violations(table.staged(), before.parts(table.before()))) {
        add(
            table.table(),
            rule.name(),
            statement,
            (key, values, other) ->
                "The rows %s and %s both have (%s) = (%s), which %s forbids"
                    .formatted(
                        key, other, String.join(", ", rule.expressions()), values, rule.name()));
      }
    }
  }

  private void checkReferences(MergedTable table) {
    TablePath path = table.table().path();
    for (ForeignKey key : catalog.foreignKeys(path)) {
      if (!isThere(key)) {
        continue;
      }
      if (key.child().equals(path)) {
        checkChildren(table, key);
      }
      if (key.parent().equals(path)) {
        checkParents(table, key);
      }
    }
  }

  /**
   * Whether both sides have the columns, and the child the rule: a branch may have dropped them.
   */
  private boolean isThere(ForeignKey key) {
    MergedTable child = merged.get(key.child().toString());
    MergedTable parent = merged.get(key.parent().toString());
    return (child == null || child.hasRule(key.name(), key.childColumns()))
        && (parent == null || parent.hasColumns(key.parentColumns()));
  }

  /** Staged rows that refer to nothing. */
  private void checkChildren(MergedTable child, ForeignKey key) {
    String someNull = columns(key.childColumns(), "c", " IS NULL", " OR ");
    String refers =
        key.matchFull()
            ? "NOT (" + columns(key.childColumns(), "c", " IS NULL", " AND ") + ")"
            : "NOT (" + someNull + ")";
    add(
        child.table(),
        key.name(),
        """
        SELECT %s, concat_ws(', ', %s), NULL::text
        FROM %s c
        WHERE c.epoch_kind = 1 AND %s AND %s AND %s\
        """
            .formatted(
                child.staged().columns().keyTexts("c"),
                columns(key.childColumns(), "c", "::text", ", "),
                child.staged().name(),
                part(key.childPart()),
                refers,
                noParent(key, "c", key.childColumns())),
        (row, values, _) ->
            "The row %s refers to (%s) = (%s) in %s, which is not there (%s)"
                .formatted(
                    row, String.join(", ", key.parentColumns()), values, key.parent(), key.name()));
  }

  /**
   * Rows that are not staged and refer to what staged rows take away. What PostgreSQL's own actions
   * do to rows of the live table when it is written is none of that.
   */
  private void checkParents(MergedTable parent, ForeignKey key) {
    Visible child = visible(key.child());
    boolean onBranch = parent.before() instanceof PhysicalState.Overlaid;
    if (child.table() == null && onBranch) {
      // its rows refer to the live table's, which a branch does not change
      return;
    }
    boolean followsDelete = !onBranch && key.followsDelete();
    boolean followsUpdate = !onBranch && key.followsUpdate();
    if (followsDelete && followsUpdate) {
      return;
    }
    TableColumns columns = parent.staged().columns();
    KeyedStates keyed = new KeyedStates(columns, "k");
    KeyedStates.StateAtKey before = keyed.add(parent.before());
    List<String> old = new ArrayList<>();
    List<String> values = new ArrayList<>();
    List<String> now = new ArrayList<>();
    for (int i = 0; i < key.parentColumns().size(); i++) {
      String quoted = requoted(key.parentColumns().get(i));
      values.add(before.column(quoted));
      old.add(before.column(quoted) + " AS epoch_g" + i);
      now.add(columns.undomained(quoted, "k." + quoted));
    }
    List<String> names = numbered("epoch_g", old.size());
    // of tables that are not versioned, the row that is taken away is told
    List<String> parentKey = child.table() == null ? columns.key() : List.of();
    List<String> toldKey = numbered("epoch_k", parentKey.size());
    for (int i = 0; i < parentKey.size(); i++) {
      old.add("k." + parentKey.get(i) + " AS " + toldKey.get(i));
    }
    // a row can leave the partition that is referred to with the same values
    String changed =
        key.parentPart() == null
            ? "record_image_ne(ROW(%s), ROW(%s))"
                .formatted(String.join(", ", values), String.join(", ", now))
            : "TRUE";
    String takenAway =
        followsDelete
            ? "k.epoch_kind <> 0 AND " + changed
            : followsUpdate ? "k.epoch_kind = 0" : "(k.epoch_kind = 0 OR " + changed + ")";
    String gone =
        """
        WITH gone AS MATERIALIZED (
          SELECT DISTINCT g.* FROM (
            SELECT %s FROM %s k %s
            WHERE %s AND %s
          ) g
          WHERE %s
        )
        """
            .formatted(
                String.join(", ", old),
                parent.staged().name(),
                keyed.joins(),
                before.present(),
                takenAway,
                noParent(key, "g", names));
    for (StateSql.Part part : child.unstagedParts()) {
      add(
          child.table() == null ? parent.table() : child.table(),
          key.name(),
          gone
              + """
              SELECT %s, concat_ws(', ', %s), NULL::text
              FROM gone g JOIN %s x ON %s
              WHERE %s AND %s\
              """
                  .formatted(
                      child.table() == null
                          ? columns(toldKey, "g", "::text", ", ")
                          : new TableColumns(child.table().schema()).keyTexts("x"),
                      columns(key.childColumns(), "x", "::text", ", "),
                      part.relation(),
                      related(key, "g", names, "x", key.childColumns()),
                      part.condition(),
                      part(key.childPart())),
          (row, value, _) ->
              (child.table() == null
                      ? "A row of %2$s refers to (%3$s) = (%4$s) in row %1$s of %5$s, which is"
                          + " taken away (%6$s)"
                      : "The row %s of %s refers to (%s) = (%s) in %s, which is taken away (%s)")
                  .formatted(
                      row,
                      key.child(),
                      String.join(", ", key.parentColumns()),
                      value,
                      key.parent(),
                      key.name()),
          child.table() == null ? toldKey.size() : child.table().schema().primaryKey().size());
    }
  }

  /** No row of the parent's final state has these values. */
  private String noParent(ForeignKey key, String alias, List<String> names) {
    Visible parent = visible(key.parent());
    List<String> conditions = new ArrayList<>();
    if (parent.merged() != null) {
      conditions.add(
          "NOT EXISTS (SELECT FROM %s p WHERE p.epoch_kind = 1 AND %s AND %s)"
              .formatted(
                  parent.merged().staged().name(),
                  part(key.parentPart()),
                  related(key, "p", key.parentColumns(), alias, names)));
    }
    for (StateSql.Part part : parent.unstagedParts()) {
      conditions.add(
          "NOT EXISTS (SELECT FROM %s x WHERE %s AND %s AND %s)"
              .formatted(
                  part.relation(),
                  part(key.parentPart()),
                  related(key, "x", key.parentColumns(), alias, names),
                  part.condition()));
    }
    return String.join(" AND ", conditions);
  }

  /** A table in its final state: staged rows, if it is merged, over what is there. */
  private record Visible(TableHandle table, MergedTable merged, PhysicalState state, String live) {
    /** What staged rows do not cover. */
    List<StateSql.Part> unstagedParts() {
      if (state == null) {
        return List.of(new StateSql.Part(live, "TRUE"));
      }
      List<StateSql.Part> parts = new StateSql(new TableColumns(table.schema())).parts(state);
      return merged == null
          ? parts
          : parts.stream()
              .map(part ->
                  new StateSql.Part(
                      part.relation(), part.condition() + " AND " + merged.staged().absent("x")))
              .toList();
    }
  }

  private Visible visible(TablePath path) {
    MergedTable table = merged.get(path.toString());
    if (table != null) {
      return new Visible(table.table(), table, table.before(), null);
    }
    return others
        .visible(path)
        .map(other -> new Visible(other.table(), null, other.state(), null))
        .orElseGet(
            () -> new Visible(null, null, null, Quote.qualified(path.schema(), path.table())));
  }

  private static String related(
      ForeignKey key, String parent, List<String> parentNames, String child, List<String> names) {
    List<String> conditions = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      conditions.add(
          "%s.%s %s %s.%s"
              .formatted(parent, parentNames.get(i), key.operators().get(i), child, names.get(i)));
    }
    return String.join(" AND ", conditions);
  }

  private static String part(String condition) {
    return condition == null ? "TRUE" : "(" + condition + ")";
  }

  private static List<String> numbered(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
  }

  private static String columns(List<String> names, String alias, String suffix, String separator) {
    return TableColumns.each(names, name -> alias + "." + name + suffix, separator);
  }

  /** The catalog quotes where needed, {@link TableColumns} always. */
  private static String requoted(String name) {
    return name.startsWith("\"") ? name : Quote.identifier(name);
  }

  private interface Message {
    String of(String key, String values, String other);
  }

  private void add(TableHandle table, String constraint, String sql, Message message) {
    add(table, constraint, sql, message, table.schema().primaryKey().size());
  }

  private void add(
      TableHandle table, String constraint, String sql, Message message, int keyColumns) {
    if (left() <= 0) {
      return;
    }
    violations.addAll(
        session.list(
            sql + " LIMIT " + left(),
            row -> {
              RowKey key = RowMapping.key(row, 0, keyColumns);
              return new Violation(
                  table.id(),
                  key,
                  constraint,
                  message.of(
                      key.toString(), row.getString(keyColumns), row.getString(keyColumns + 1)));
            }));
  }
}
