package dev.epoch.storage.postgres.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.Index;
import dev.epoch.events.table.TableSchema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An open table of a branch as it is now. It is what the branch's head says, but for what
 * PostgreSQL tells of it otherwise than at the last commit: it prints some things of an open table
 * in other words than of the live table, as identities and foreign keys.
 *
 * @param version of the rows of the catalogs that it was read from
 * @param then what PostgreSQL told of it at the last commit, see {@code epoch.table_facts}
 * @param now what it tells now
 * @param columns as they are now, with their ids, by number, in the table's order
 * @param key names of the key columns, in key order
 * @param constraints as they are now, with names of live tables
 * @param indexes as they are now, with names of live tables
 */
public record BranchShape(
    String version,
    JsonNode then,
    JsonNode now,
    Map<String, Column> columns,
    List<String> key,
    List<Constraint> constraints,
    List<Index> indexes) {
  private static final String SHARED_IDENTITY = "epoch.identity_value(";

  /** Where sessions on a branch make tables. */
  private static final Pattern OF_A_BRANCH =
      Pattern.compile("epoch_.*_b[0-9a-z]{12}_changed\\.(?<table>.*)", Pattern.DOTALL);

  /** The table of the branch alone that a foreign key refers to; empty where it is registered. */
  public static Optional<String> unregisteredParent(Constraint constraint) {
    return Optional.ofNullable(constraint.referencesTable())
        .map(OF_A_BRANCH::matcher)
        .filter(Matcher::matches)
        .map(own -> own.group("table"));
  }

  /** Whether a foreign key refers to a table that is not registered. */
  boolean refersToUnregistered() {
    return constraints.stream().anyMatch(key -> unregisteredParent(key).isPresent());
  }

  /** Whether sessions have changed the schema since the branch's last commit. */
  public boolean isChanged() {
    return !then.equals(now);
  }

  /**
   * The schema of the table on the branch.
   *
   * @param head as the log has it at the branch's head
   */
  public TableSchema schema(TableSchema head) {
    if (!isChanged()) {
      return head;
    }
    Map<String, Column> known = new HashMap<>();
    head.columns().forEach(column -> known.put(column.id(), column));
    Map<String, String> names = new HashMap<>();
    List<Column> result = new ArrayList<>();
    columns.forEach((number, column) -> {
      boolean same = then.path("columns").path(number).equals(now.path("columns").path(number));
      Column former = known.get(column.id());
      if (former == null) {
        result.add(column);
      } else {
        names.put(former.name(), column.name());
        result.add(same ? former : altered(former, column));
      }
    });
    List<Constraint> stand =
        parts("constraints", head.constraints(), constraints, Constraint::name).stream()
            .map(constraint -> renamed(constraint, names))
            .filter(constraint -> stands(constraint, result))
            .sorted(Comparator.comparing(Constraint::name))
            .toList();
    return new TableSchema(
        result, key, stand, parts("indexes", head.indexes(), indexes, Index::name));
  }

  private static Column altered(Column former, Column now) {
    boolean shared =
        now.defaultExpression() != null && now.defaultExpression().startsWith(SHARED_IDENTITY);
    return new Column(
        former.id(),
        now.name(),
        now.type(),
        now.nullable(),
        shared ? former.defaultExpression() : now.defaultExpression(),
        now.generatedExpression(),
        shared ? former.identity() : now.identity(),
        former.initialDefault(),
        former.filled());
  }

  /** What is not told of an open table is about columns under the names that they had. */
  private Constraint renamed(Constraint constraint, Map<String, String> names) {
    if (now.path("constraints").has(constraint.name())
        || constraint.columns().stream().allMatch(name -> name.equals(names.get(name)))) {
      return constraint;
    }
    return new Constraint(
        constraint.name(),
        constraint.kind(),
        constraint.columns().stream().map(name -> names.getOrDefault(name, name)).toList(),
        constraints.stream()
            .filter(found -> found.name().equals(constraint.name()))
            .findFirst()
            .map(Constraint::definition)
            .orElse(constraint.definition()),
        constraint.referencesTable(),
        constraint.referencesColumns(),
        constraint.deferrable());
  }

  /** A NOT NULL that has a name stands as long as its column is there and not nullable. */
  private static boolean stands(Constraint constraint, List<Column> columns) {
    return switch (constraint.kind()) {
      case NOT_NULL ->
          columns.stream()
              .anyMatch(
                  column -> constraint.columns().contains(column.name()) && !column.nullable());
      case FOREIGN_KEY ->
          constraint.columns().stream()
              .allMatch(name -> columns.stream().anyMatch(column -> column.name().equals(name)));
      case PRIMARY_KEY, UNIQUE, CHECK, EXCLUSION -> true;
    };
  }

  /**
   * Those of before, unless they went or are others now, and those that are new or others. What the
   * table was opened with and the head does not have is the live table's.
   */
  private <T> List<T> parts(String kind, List<T> before, List<T> found, Function<T, String> name) {
    JsonNode former = then.path(kind);
    JsonNode latter = now.path(kind);
    List<T> result = new ArrayList<>();
    Set<String> kept = new HashSet<>();
    for (T part : before) {
      String named = name.apply(part);
      if (!former.has(named) || former.path(named).equals(latter.path(named))) {
        result.add(part);
        kept.add(named);
      }
    }
    found.stream()
        .filter(part -> latter.has(name.apply(part)) && !kept.contains(name.apply(part)))
        .filter(part ->
            !former.path(name.apply(part)).equals(latter.path(name.apply(part)))
                || before.stream().anyMatch(was -> name.apply(was).equals(name.apply(part))))
        .forEach(result::add);
    result.sort(Comparator.comparing(name));
    return result;
  }
}
