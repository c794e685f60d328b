package dev.epoch.gateway.schema;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Kind;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an open table of a branch says of the branch's schema. It is made like the table that it
 * stands for, but for what it cannot have: an identity of its own, references to tables that are
 * layered, the owner and grants of the live table. These differences are nobody's change.
 */
final class OpenTableShape {
  /** What an open table has in the place of an identity: branches share the sequence. */
  private static final String SHARED_IDENTITY = "epoch.identity_value(";

  private OpenTableShape() {}

  /**
   * The table as the branch means it.
   *
   * @param open as it is in the branch's schema
   * @param base the table that it was made like
   * @param own all that the branch has of its own: other tables are layered
   */
  static TableDefinition of(TableDefinition open, TableDefinition base, DatabaseSchema own) {
    List<ColumnDefinition> columns =
        open.columns().stream().map(column -> withIdentity(column, open, base)).toList();
    List<ConstraintDefinition> constraints = new ArrayList<>(open.constraints());
    base.constraints().stream()
        .filter(constraint -> constraint.kind() == Kind.FOREIGN_KEY)
        .filter(constraint -> own.table(constraint.references().table()).isEmpty())
        .filter(constraint ->
            open.constraints().stream().noneMatch(c -> c.name().equals(constraint.name())))
        .filter(constraint ->
            constraint.columns().stream().allMatch(name -> open.column(name).isPresent()))
        .forEach(constraints::add);
    constraints.sort(Comparator.comparing(ConstraintDefinition::name));
    Set<ObjectId> needs = new HashSet<>(open.dependsOn());
    needs.addAll(base.dependsOn());
    return new TableDefinition(
        open.name(),
        columns,
        constraints,
        open.indexes(),
        open.triggers(),
        open.policies(),
        open.rowSecurity(),
        base.partitioning(),
        base.partitionOf(),
        open.unlogged(),
        open.storageParameters().isEmpty() ? base.storageParameters() : open.storageParameters(),
        open.comment() == null ? base.comment() : open.comment(),
        base.privileges(),
        needs);
  }

  private static ColumnDefinition withIdentity(
      ColumnDefinition column, TableDefinition open, TableDefinition base) {
    boolean shared =
        column.identity() == null
            && column.defaultValue() != null
            && column.defaultValue().expression().startsWith(SHARED_IDENTITY);
    if (!shared) {
      return column;
    }
    Optional<ColumnDefinition> same =
        base.column(column.name()).filter(candidate -> candidate.identity() != null);
    // renamed on the branch: the one that is not there under its own name
    return same.or(() ->
            base.columns().stream()
                .filter(candidate -> candidate.identity() != null)
                .filter(candidate -> open.column(candidate.name()).isEmpty())
                .findFirst())
        .map(former ->
            new ColumnDefinition(
                column.id(),
                column.name(),
                column.type(),
                column.nullable(),
                null,
                column.generated(),
                former.identity(),
                column.collation(),
                column.comment()))
        .orElse(column);
  }
}
