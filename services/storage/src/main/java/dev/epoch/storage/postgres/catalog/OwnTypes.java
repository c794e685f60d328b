package dev.epoch.storage.postgres.catalog;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.codec.TextNames;
import dev.epoch.storage.postgres.connection.Session;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Enums and domains of a branch's own, which columns of a table have there, and what the log calls
 * them: as they will be called beside the live table ({@code own_types.sql}).
 */
public final class OwnTypes {
  private static final String TYPES =
      "SELECT own, home, rules FROM epoch.own_types_of($1, $2) ORDER BY own";

  private final TextNames homes;
  private final TextNames places;

  /** Of domains, by what the log calls them. */
  private final Map<String, List<String>> rules = new HashMap<>();

  private OwnTypes(Session session, BranchHandle branch, TableHandle table) {
    TextNames atHome = TextNames.NONE;
    TextNames there = TextNames.NONE;
    for (var row : session.list(TYPES, found -> found, branch.id(), table.id())) {
      String own = row.getString(0);
      String home = row.getString(1);
      atHome = atHome.and(own, home);
      there = there.and(home, own);
      if (row.getArrayOfStrings(2) != null) {
        rules.put(home, List.of(row.getArrayOfStrings(2)));
      }
    }
    this.homes = atHome;
    this.places = there;
  }

  /** Those of a table that is open; domains of a layered one. */
  public static OwnTypes of(Session session, BranchHandle branch, TableHandle table) {
    return new OwnTypes(session, branch, table);
  }

  /** Whether the branch has the domains that its head tells of in a table. */
  static boolean areMade(Session session, BranchHandle branch, TableHandle table) {
    return session
        .first(
            """
            SELECT bool_and(epoch.domain_on($1, d.home, d.rules) IS NOT NULL)
            FROM epoch.defined_domains($1, $2) AS d\
            """,
            row -> !Boolean.FALSE.equals(row.getBoolean(0)),
            branch.id(),
            table.id())
        .orElse(true);
  }

  /**
   * Whether a type may be one of a branch's own: it is an enum, an array of one, or a domain that a
   * branch has made.
   */
  static boolean maybeOwn(DataType type) {
    return !type.rules().isEmpty() || KeptEnums.labels(type).isPresent();
  }

  /** A column of the open table as the log has it. */
  Column atHome(Column column) {
    return homes.isEmpty()
        ? column
        : new Column(
            column.id(),
            column.name(),
            atHome(column.type()),
            column.nullable(),
            atHome(column.defaultExpression()),
            atHome(column.generatedExpression()),
            column.identity(),
            column.initialDefault(),
            column.filled());
  }

  Constraint atHome(Constraint constraint) {
    return homes.isEmpty()
        ? constraint
        : new Constraint(
            constraint.name(),
            constraint.kind(),
            constraint.columns(),
            atHome(constraint.definition()),
            constraint.referencesTable(),
            constraint.referencesColumns(),
            constraint.deferrable());
  }

  private DataType atHome(DataType type) {
    String name = atHome(type.name());
    return new DataType(
        type.kind(),
        name,
        type.element() == null ? null : atHome(type.element()),
        type.fields(),
        type.labels(),
        type.kind() == Kind.DOMAIN ? rules.getOrDefault(name, List.of()) : List.of());
  }

  /** A text about the open table as the log has it, null for null. */
  String atHome(String told) {
    return homes.in(told);
  }

  /** The table with the types that its columns have in the open table. */
  public TableHandle placed(TableHandle table) {
    if (places.isEmpty()) {
      return table;
    }
    TableSchema schema = table.schema();
    List<Column> columns = new ArrayList<>();
    schema.columns().forEach(column -> columns.add(column.withType(placed(column.type()))));
    return table.with(
        new TableSchema(columns, schema.primaryKey(), schema.constraints(), schema.indexes()));
  }

  /** The table with columns that get values of domains: these come as values of the base. */
  TableHandle checked(TableHandle table) {
    TableSchema schema = table.schema();
    List<Column> columns = new ArrayList<>();
    for (Column column : schema.columns()) {
      DataType type = column.type();
      columns.add(
          rules.containsKey(type.name())
              ? column.withType(
                  type.base()
                      .renamed(
                          places.in(type.name()) + "::" + type.base().name(),
                          type.base().element()))
              : column);
    }
    return table.with(
        new TableSchema(columns, schema.primaryKey(), schema.constraints(), schema.indexes()));
  }

  private DataType placed(DataType type) {
    return type.renamed(
        places.in(type.name()), type.element() == null ? null : placed(type.element()));
  }
}
