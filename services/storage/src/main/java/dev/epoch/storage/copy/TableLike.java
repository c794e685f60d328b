package dev.epoch.storage.copy;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.Index;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.copy.MadeTable.NearestType;
import dev.epoch.storage.error.NotVersionableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The statement that makes a table like one of another database, and what it leaves out. */
public final class TableLike {
  private final TableSchema like;
  private final boolean isSameKind;
  private final UnaryOperator<String> quote;
  private final BiFunction<DataType, Boolean, String> types;
  private final List<String> leftOut = new ArrayList<>();
  private final String statement;

  /**
   * @param name of the new table, quoted
   * @param like the other table; its generated columns are left out
   * @param isSameKind whether it is in a database of the same kind
   * @param quote a name as statements have it
   * @param types what stands for a type, of a column that must be unique, or not
   */
  public TableLike(
      String name,
      TablePath path,
      TableSchema like,
      boolean isSameKind,
      UnaryOperator<String> quote,
      BiFunction<DataType, Boolean, String> types) {
    if (like.appendOnly()) {
      throw new NotVersionableException(
          "Table " + path.table() + " would have no key: rows of the other one have none",
          "Copy a table with a primary key, or one registered with --key");
    }
    this.like = like;
    this.isSameKind = isSameKind;
    this.quote = quote;
    this.types = types;
    this.statement = "CREATE TABLE %s (%s)".formatted(name, String.join(", ", parts()));
  }

  public String statement() {
    return statement;
  }

  /** The table, as the database has it. */
  public MadeTable made(TableSchema schema) {
    List<NearestType> nearest = new ArrayList<>();
    for (Column column : schema.columns()) {
      DataType other = like.column(column.name()).orElseThrow().type();
      if (column.type().base().kind() != other.base().kind()) {
        nearest.add(new NearestType(column.name(), other.name(), column.type().name()));
      }
    }
    return new MadeTable(schema, statement, nearest, leftOut);
  }

  private List<String> parts() {
    List<String> parts = new ArrayList<>();
    for (Column column : like.columns()) {
      if (column.generated()) {
        leftOut.add("generated column " + column.name());
      } else {
        parts.add(column(column));
      }
    }
    parts.add("PRIMARY KEY (" + names(like.primaryKey()) + ")");
    Set<String> written =
        like.columns().stream()
            .filter(column -> !column.generated())
            .map(Column::name)
            .collect(Collectors.toSet());
    for (Constraint constraint : like.constraints()) {
      constraint(constraint, written, parts);
    }
    for (Index index : like.indexes()) {
      leftOut.add("index " + index.name());
    }
    return parts;
  }

  private String column(Column column) {
    StringBuilder text = new StringBuilder();
    text.append(quote.apply(column.name()))
        .append(' ')
        .append(types.apply(column.type(), isUnique(column)));
    if (column.identity() != null) {
      leftOut.add("numbers that the database gives column " + column.name());
    } else if (column.defaultExpression() != null) {
      String given =
          isSameKind
              ? PortableExpression.ofOwn(column.defaultExpression())
              : PortableExpression.ofDefault(column.defaultExpression());
      if (given == null) {
        leftOut.add("default of column " + column.name() + ": " + column.defaultExpression());
      } else {
        text.append(" DEFAULT ").append(given);
      }
    }
    return text.append(column.nullable() ? "" : " NOT NULL").toString();
  }

  private boolean isUnique(Column column) {
    return like.primaryKey().contains(column.name())
        || like.constraints().stream()
            .anyMatch(constraint ->
                constraint.kind() == Constraint.Kind.UNIQUE
                    && constraint.columns().contains(column.name()));
  }

  private void constraint(Constraint constraint, Set<String> written, List<String> parts) {
    switch (constraint.kind()) {
      case PRIMARY_KEY, NOT_NULL -> {}
      case UNIQUE -> {
        if (written.containsAll(constraint.columns()) && !constraint.columns().isEmpty()) {
          parts.add("UNIQUE (" + names(constraint.columns()) + ")");
        } else {
          leftOut.add("constraint " + constraint.name() + ": " + constraint.definition());
        }
      }
      case CHECK -> {
        String check =
            PortableExpression.ofCheck(constraint.definition(), written, isSameKind, quote);
        if (check == null) {
          leftOut.add("constraint " + constraint.name() + ": " + constraint.definition());
        } else {
          parts.add(check);
        }
      }
      case FOREIGN_KEY, EXCLUSION ->
          leftOut.add("constraint " + constraint.name() + ": " + constraint.definition());
    }
  }

  private String names(List<String> columns) {
    return columns.stream().map(quote).collect(Collectors.joining(", "));
  }
}
