package dev.epoch.engine.processing;

import dev.epoch.engine.Decision;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.ConflictSettings;
import dev.epoch.events.ConflictSettings.Rule;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Rules that could never settle anything are refused, not ignored. */
public final class ConflictSettingsCheck {
  private ConflictSettingsCheck() {}

  /** Of a repository: rules may be about tables that are registered later. */
  static Optional<Decision> refuse(RepositoryState state, ConflictSettings settings) {
    return problem(state, settings, false).map(Decision::reject);
  }

  /**
   * Of one merge: rules have to be about tables that there are.
   *
   * @param settings null for none
   */
  public static Optional<Rejection> ofMerge(RepositoryState state, ConflictSettings settings) {
    return settings == null ? Optional.empty() : problem(state, settings, true);
  }

  private static Optional<Rejection> problem(
      RepositoryState state, ConflictSettings settings, boolean registered) {
    Optional<Rejection> ofDefault = timestamp("the default rule", settings.defaultRule());
    if (ofDefault.isPresent()) {
      return ofDefault;
    }
    for (Map.Entry<String, Rule> rule : new TreeMap<>(settings.tableRules()).entrySet()) {
      Optional<RegisteredTable> table = state.tables().named(rule.getKey());
      Optional<Rejection> problem =
          timestamp("the rule for " + rule.getKey(), rule.getValue())
              .or(() ->
                  table.isPresent()
                      ? noTimestamp(rule.getKey(), rule.getValue(), table.get().schema())
                      : unknownTable(rule.getKey(), registered));
      if (problem.isPresent()) {
        return problem;
      }
    }
    for (Map.Entry<String, Rule> rule : new TreeMap<>(settings.fieldRules()).entrySet()) {
      Optional<Rejection> problem =
          timestamp("the rule for " + rule.getKey(), rule.getValue())
              .or(() -> field(state, rule.getKey(), rule.getValue(), registered));
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  private static Optional<Rejection> field(
      RepositoryState state, String name, Rule rule, boolean registered) {
    Optional<RegisteredTable> table =
        state.tables().idByName().keySet().stream()
            .filter(known -> name.startsWith(known + "."))
            .max(java.util.Comparator.comparingInt(String::length))
            .flatMap(state.tables()::named);
    if (table.isEmpty()) {
      return name.indexOf('.') <= 0 || name.endsWith(".")
          ? refused("'" + name + "' is no field", "Write it as table.column")
          : unknownTable(name.substring(0, name.indexOf('.')), registered);
    }
    TableSchema schema = table.get().schema();
    String columnName = name.substring(table.get().name().length() + 1);
    Optional<Column> column = schema.column(columnName);
    if (column.isEmpty()) {
      return refused(
          "Table '" + table.get().name() + "' has no column '" + columnName + "'",
          "epoch table show " + table.get().name() + " lists its columns");
    }
    DataType type = column.get().type();
    if ("sum".equals(rule.strategy()) && !type.isNumber() && !type.isJson()) {
      return refused(
          "Column '" + name + "' is no number: it cannot be summed", "Choose another strategy");
    }
    if (rule.json() != null && !type.isJson()) {
      return refused(
          "Column '" + name + "' is no JSON: it has nothing to merge by key", "Leave json out");
    }
    return noTimestamp(name, rule, schema);
  }

  private static Optional<Rejection> noTimestamp(String name, Rule rule, TableSchema schema) {
    return rule.timestampField() != null && schema.column(rule.timestampField()).isEmpty()
        ? refused(
            "The rule for " + name + " goes by '" + rule.timestampField() + "', no column of it",
            "Name a column of the table as timestamp_field")
        : Optional.empty();
  }

  private static Optional<Rejection> timestamp(String name, Rule rule) {
    boolean needed = "last_write_wins".equals(rule.strategy());
    if (needed == (rule.timestampField() != null)) {
      return Optional.empty();
    }
    return needed
        ? refused(
            "last_write_wins needs a timestamp_field: " + name + " has none",
            "Name the column that says when a row was written")
        : refused(
            name + " has a timestamp_field without last_write_wins", "Leave timestamp_field out");
  }

  private static Optional<Rejection> unknownTable(String table, boolean registered) {
    return registered
        ? Optional.of(
            new Rejection(
                Code.TABLE_NOT_FOUND,
                "Table '" + table + "' is not registered",
                Map.of("table", table)))
        : Optional.empty();
  }

  private static Optional<Rejection> refused(String message, String remedy) {
    return Optional.of(Rejection.of(Code.VALIDATION, message, remedy));
  }
}
