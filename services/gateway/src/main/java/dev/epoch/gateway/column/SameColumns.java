package dev.epoch.gateway.column;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Schemas in which a column has one identity that has several in the log: a branch that gives a
 * column another type, or that adds one which another side adds otherwise, has another column of
 * the same name there.
 *
 * @param base what both sides began with, as it is
 * @param ours the target's schema with the identities of the base
 * @param theirs the source's, likewise, or with those of {@code ours} where both have added a
 *     column
 */
public record SameColumns(TableSchema base, TableSchema ours, TableSchema theirs) {

  public static SameColumns of(TableSchema base, TableSchema ours, TableSchema theirs) {
    TableSchema left = as(base, ours, SameColumns::retyped);
    TableSchema right = as(base, theirs, SameColumns::retyped);
    return new SameColumns(
        base,
        left,
        as(
            left,
            right,
            (there, column) ->
                !has(base, there.id())
                    && !has(base, column.id())
                    && !isNamedAlike(there.type(), column.type())));
  }

  /** Whether two types of one name are others: neither can have the place of the other. */
  private static boolean isNamedAlike(DataType one, DataType other) {
    return one.name().equals(other.name()) && !one.equals(other);
  }

  /** A later schema with the identities of an earlier one. */
  public static TableSchema as(TableSchema before, TableSchema after) {
    return as(before, after, SameColumns::retyped);
  }

  /**
   * What became of both, with the identities that columns have where somebody has the type: of the
   * target, else of the source, else of the base; else those of the target.
   *
   * @param now the target's schema as it is
   * @param source the source's, likewise
   */
  public TableSchema identified(TableSchema merged, TableSchema now, TableSchema source) {
    List<Column> columns = new ArrayList<>();
    for (Column found : merged.columns()) {
      Column column = found.withType(NamedType.of(found.type()));
      Optional<Column> own = own(column, ours, now);
      Optional<Column> other = own(column, theirs, source);
      Predicate<Column> typed = there -> there.type().name().equals(column.type().name());
      columns.add(
          own.filter(typed)
              .or(() -> other.filter(typed))
              .or(() -> own(column, base, base).filter(typed))
              .or(() -> own)
              .or(() -> other)
              .filter(there -> !there.id().equals(column.id()))
              .map(there -> identified(column, there))
              .orElse(column));
    }
    return new TableSchema(columns, merged.primaryKey(), merged.constraints(), merged.indexes());
  }

  /** A side's column as the side itself has it. */
  private static Optional<Column> own(Column column, TableSchema same, TableSchema side) {
    for (int i = 0; i < same.columns().size(); i++) {
      if (same.columns().get(i).id().equals(column.id())) {
        return Optional.of(side.columns().get(i));
      }
    }
    return Optional.empty();
  }

  /** Whether two columns may be one. */
  private interface Same {
    boolean test(Column before, Column after);
  }

  /** Rows were given values of the other type: {@link Column#filled}. */
  private static boolean retyped(Column before, Column after) {
    return before.wasFilled() || after.wasFilled();
  }

  private static TableSchema as(TableSchema before, TableSchema after, Same same) {
    List<Column> columns = new ArrayList<>();
    for (Column column : after.columns()) {
      columns.add(
          Optional.of(column)
              .filter(own -> !own.generated() && !has(before, own.id()))
              .flatMap(own -> before.column(own.name()))
              .filter(Predicate.not(Column::generated))
              .filter(former -> !has(after, former.id()) && same.test(former, column))
              .map(former -> identified(column, former.id()))
              .orElse(column));
    }
    return columns.equals(after.columns())
        ? after
        : new TableSchema(columns, after.primaryKey(), after.constraints(), after.indexes());
  }

  private static boolean has(TableSchema schema, String id) {
    return schema.columns().stream().anyMatch(column -> column.id().equals(id));
  }

  private static Column identified(Column column, String id) {
    return new Column(
        id,
        column.name(),
        column.type(),
        column.nullable(),
        column.defaultExpression(),
        column.generatedExpression(),
        column.identity(),
        column.initialDefault(),
        column.filled());
  }

  /** The column with the identity of another one, and what rows began with there. */
  private static Column identified(Column column, Column like) {
    return new Column(
        like.id(),
        column.name(),
        column.type(),
        column.nullable(),
        column.defaultExpression(),
        column.generatedExpression(),
        column.identity(),
        like.initialDefault(),
        like.filled());
  }
}
