package dev.epoch.storage.postgres.state;

import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.state.RowQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reading the rows of one state: all, some, or one. */
final class RowsSql {
  private static final long LONGEST_PAGE = 10_000;

  private final TableColumns columns;

  RowsSql(TableColumns columns) {
    this.columns = columns;
  }

  /** A SELECT of the columns as text. */
  String rows(SnapshotState state, RowQuery query, SqlParameters parameters) {
    List<String> filters = filters(query, parameters);
    String end = "";
    if (query.ordered() || query.limit().isPresent() && query.after() != null) {
      end += " ORDER BY " + columns.key("x");
    }
    if (query.limit().isPresent()) {
      end += " LIMIT " + query.limit().getAsLong();
    }
    String endOfParts = end;
    StateSql all = new StateSql(columns, state.empty());
    StateSql sql = isPage(query) ? all.ofFewRows() : all;
    String union =
        sql.union(
            state.physical(),
            part ->
                "(SELECT %s FROM %s x WHERE %s%s)"
                    .formatted(
                        columns.all("x"),
                        part.relation(),
                        String.join(" AND ", concat(part.condition(), filters)),
                        endOfParts));
    return "SELECT " + columns.sent("x") + " FROM (" + union + ") x" + end;
  }

  /** Whether the query is for few rows along the index of the key. */
  static boolean isPage(RowQuery query) {
    return query.ordered() && query.limit().orElse(Long.MAX_VALUE) <= LONGEST_PAGE;
  }

  private List<String> filters(RowQuery query, SqlParameters parameters) {
    List<String> filters = new ArrayList<>();
    if (query.after() != null) {
      List<String> names = new ArrayList<>();
      List<String> values = new ArrayList<>();
      for (int i = 0; i < columns.key().size(); i++) {
        String name = columns.key().get(i);
        names.add("x." + name);
        values.add(columns.parameter(name, parameters.add(query.after().get(i))));
      }
      filters.add(columns.behind(names, values));
    }
    for (Map.Entry<String, String> wanted : query.where().entrySet()) {
      filters.add(filter(Quote.identifier(wanted.getKey()), wanted.getValue(), parameters));
    }
    return filters;
  }

  private String filter(String name, String value, SqlParameters parameters) {
    String column = "x." + name;
    if (value == null) {
      return column + " IS NOT DISTINCT FROM NULL";
    }
    String parameter = parameters.add(value);
    return columns.comparable(name) && columns.storedType(name).equals(columns.undomainedType(name))
        ? columns.equal(name, column, columns.parameter(name, parameter))
        : columns.text(name, column) + " = " + parameter + "::text";
  }

  private static List<String> concat(String first, List<String> others) {
    List<String> all = new ArrayList<>();
    all.add(first);
    all.addAll(others);
    return all;
  }

  /**
   * A SELECT with one row: whether the state has a row of the key, and its columns as text. The key
   * is $1, $2, ...
   */
  String row(PhysicalState state) {
    KeyedStates keyed = new KeyedStates(columns, "k");
    KeyedStates.StateAtKey found = keyed.add(state);
    List<String> key = new ArrayList<>();
    for (int i = 0; i < columns.key().size(); i++) {
      String name = columns.key().get(i);
      key.add(columns.parameter(name, "$" + (i + 1)) + " AS " + name);
    }
    return "SELECT %s, %s FROM (SELECT %s) k %s"
        .formatted(
            found.present(),
            TableColumns.each(columns.all(), name -> columns.text(name, found::column), ", "),
            String.join(", ", key),
            keyed.joins());
  }
}
