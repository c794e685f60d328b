package dev.epoch.model.merge;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.merge.rule.ConflictRules;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.model.value.Values;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Three-way merge of the rows of one table, field by field.
 *
 * <pre>
 *   row      theirs = ours, or theirs = base        ours stays
 *            ours = base                            theirs comes, or goes
 *            one side deleted it                    conflict: modify/delete, delete/modify
 *            base has none                          conflict: add/add, with the fields that differ
 *            all three there, both changed          field by field:
 *
 *   field    base  ours  theirs   merged
 *             a     a     a       a
 *             a     a     b       b
 *             a     b     a       b
 *             a     b     b       b        the same change; both count where a rule adds them up
 *             a     b     c       JSON objects: key by key; else conflict: modify/modify
 * </pre>
 *
 * What conflicts is settled by the table's {@link ConflictRules} where they have an answer, then by
 * the {@link MergeStrategy}; what is left is a conflict for somebody to resolve. Rules also see
 * fields to which both sides gave one value; fields that one side alone changed merge the same
 * under every rule and strategy. Fields are equal when {@link Values#same} says so; generated
 * columns are not looked at.
 *
 * <p>All rows have the columns of the schema, in its order. Safe for several threads.
 */
public final class RowMerge {
  private final String tableId;
  private final String tableName;
  private final TableSchema schema;
  private final MergeStrategy strategy;
  private final ConflictRules rules;
  private final RuleBook ruleBook;
  private final List<Column> columns;
  private final boolean hasGenerated;
  private final boolean[] adds;

  public RowMerge(
      String tableId,
      String tableName,
      TableSchema schema,
      MergeStrategy strategy,
      ConflictRules rules) {
    this.tableId = Objects.requireNonNull(tableId, "tableId");
    this.tableName = Objects.requireNonNull(tableName, "tableName");
    this.schema = Objects.requireNonNull(schema, "schema");
    this.strategy = Objects.requireNonNull(strategy, "strategy");
    this.rules = Objects.requireNonNull(rules, "rules");
    ruleBook = new RuleBook(schema, rules);
    columns = schema.columns();
    hasGenerated = columns.stream().anyMatch(Column::generated);
    adds = new boolean[columns.size()];
    for (int i = 0; i < adds.length; i++) {
      Column column = columns.get(i);
      adds[i] =
          rules.field(column.name()).seesEqualChanges()
              && !column.generated()
              && !schema.primaryKey().contains(column.name());
    }
  }

  /** Whether two equal changes of a field may be another than one of them. */
  public boolean addsUp() {
    for (boolean column : adds) {
      if (column) {
        return true;
      }
    }
    return false;
  }

  boolean addsUp(int column) {
    return adds[column];
  }

  boolean hasOwnRule(String column) {
    return rules.hasOwnRule(column);
  }

  public MergeOutcome merge(ThreeWayRow row) {
    return merge(row.key(), BaseRow.of(row.base()), row.ours(), row.theirs());
  }

  /** Merges against a base that may be {@link VirtualBase virtual}. */
  public MergeOutcome merge(RowKey key, BaseRow base, Row ours, Row theirs) {
    return attempt(key, base, ours, theirs).outcome();
  }

  /**
   * The same, and tells what rules settle.
   *
   * @param told each field that a rule settled, or row; not what the strategy settled
   */
  public MergeOutcome merge(
      RowKey key, BaseRow base, Row ours, Row theirs, Consumer<RuleDecision> told) {
    return attempt(key, base, ours, theirs, told).outcome();
  }

  /** The merge as far as rules and strategy bring it. */
  MergeAttempt attempt(RowKey key, BaseRow base, Row ours, Row theirs) {
    return attempt(key, base, ours, theirs, _ -> {});
  }

  private MergeAttempt attempt(
      RowKey key, BaseRow base, Row ours, Row theirs, Consumer<RuleDecision> told) {
    MergeAttempt attempt = new MergeAttempt(this, key, base, ours, theirs);
    if (attempt.presenceOpen()) {
      Optional<Pick.Side> ruled = ruleBook.presence();
      ruled.ifPresent(side -> told.accept(RuleDecision.ofRow(tableName, key, rules.table(), side)));
      Optional<Pick.Side> side = ruled.or(this::strategySide);
      side.ifPresent(pick ->
          attempt.takePresent(
              switch (pick) {
                case BASE -> base.row();
                case OURS -> ours;
                case THEIRS -> theirs;
              }));
    } else {
      attempt.settle(conflict -> ruled(key, conflict, base, attempt, ours, theirs, told));
      attempt.settleAgreed(conflict -> ruled(key, conflict, base, attempt, ours, theirs, told));
      attempt.settle(conflict -> strategySide());
    }
    return attempt;
  }

  private Optional<Pick> ruled(
      RowKey key,
      FieldConflict conflict,
      BaseRow base,
      MergeAttempt attempt,
      Row ours,
      Row theirs,
      Consumer<RuleDecision> told) {
    Optional<Pick> pick =
        ruleBook.field(conflict, base, attempt.baseKnown(conflict.name()), ours, theirs);
    pick.ifPresent(value ->
        told.accept(
            RuleDecision.ofField(tableName, key, conflict, rules.field(conflict.name()), value)));
    return pick;
  }

  private Optional<Pick.Side> strategySide() {
    return switch (strategy) {
      case DEFAULT -> Optional.empty();
      case OURS -> Optional.of(Pick.Side.OURS);
      case THEIRS -> Optional.of(Pick.Side.THEIRS);
    };
  }

  /** The same merge with another strategy. */
  public RowMerge with(MergeStrategy other) {
    return new RowMerge(tableId, tableName, schema, other, rules);
  }

  /** Whether objects of this JSON column merge key by key. */
  boolean mergesByKey(String column) {
    return !rules.wholeJson().contains(column);
  }

  String tableId() {
    return tableId;
  }

  String tableName() {
    return tableName;
  }

  int width() {
    return columns.size();
  }

  Column column(int index) {
    return columns.get(index);
  }

  int indexOf(String column) {
    return schema.indexOf(column);
  }

  /** Place of a column that a decision may write, else -1. */
  int writable(String column) {
    int i = schema.indexOf(column);
    return i < 0 || columns.get(i).generated() || schema.primaryKey().contains(column) ? -1 : i;
  }

  /** Whether two rows, null for absent ones, have the same stored values. */
  boolean sameRow(Row a, Row b) {
    if (a == null || b == null) {
      return a == b;
    }
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      if (!column.generated() && !Values.same(column.type(), a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * The row, with the generated values of a known row that has the same stored ones, else nulls.
   */
  Row withoutStaleValues(Row row, Row... known) {
    if (!hasGenerated) {
      return row;
    }
    for (Row candidate : known) {
      if (candidate != null && sameStoredTexts(row, candidate)) {
        return candidate;
      }
    }
    Row clean = row;
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).generated()) {
        clean = clean.with(i, null);
      }
    }
    return clean;
  }

  private boolean sameStoredTexts(Row a, Row b) {
    for (int i = 0; i < columns.size(); i++) {
      if (!columns.get(i).generated() && !Objects.equals(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }
}
