package dev.epoch.model.schema.merge;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * NOT NULL is a fact of a column, and from PostgreSQL 18 on a constraint too: it is merged as the
 * former, and follows as the latter.
 */
final class NotNulls {
  private NotNulls() {}

  static TableSchema without(TableSchema schema) {
    return schema.constraints().stream().noneMatch(NotNulls::isOne)
        ? schema
        : new TableSchema(
            schema.columns(),
            schema.primaryKey(),
            schema.constraints().stream().filter(constraint -> !isOne(constraint)).toList(),
            schema.indexes());
  }

  /** The constraints that columns of the merged schema have on one of the sides. */
  static TableSchema with(TableSchema merged, TableSchema ours, TableSchema theirs) {
    List<Constraint> all = new ArrayList<>(merged.constraints());
    for (Column column : merged.columns()) {
      if (!column.nullable()) {
        of(ours, column)
            .or(() -> of(theirs, column))
            .ifPresent(constraint ->
                all.add(
                    new Constraint(
                        constraint.name(),
                        constraint.kind(),
                        List.of(column.name()),
                        "NOT NULL " + SqlNames.quoted(column.name()),
                        null,
                        List.of(),
                        constraint.deferrable())));
      }
    }
    all.sort(java.util.Comparator.comparing(Constraint::name));
    return new TableSchema(merged.columns(), merged.primaryKey(), all, merged.indexes());
  }

  private static Optional<Constraint> of(TableSchema side, Column column) {
    return side.columns().stream()
        .filter(candidate -> candidate.id().equals(column.id()))
        .findFirst()
        .flatMap(there ->
            side.constraints().stream()
                .filter(NotNulls::isOne)
                .filter(constraint -> constraint.columns().equals(List.of(there.name())))
                .findFirst());
  }

  private static boolean isOne(Constraint constraint) {
    return constraint.kind() == Constraint.Kind.NOT_NULL;
  }
}
