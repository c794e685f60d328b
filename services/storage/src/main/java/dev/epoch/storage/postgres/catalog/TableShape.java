package dev.epoch.storage.postgres.catalog;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.codec.Quote;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a table is like now, and where the columns of any of its states are: working sets, histories
 * and overlays hold all that the table ever had ({@code table_columns.sql}).
 *
 * @param version of the rows of the catalogs that it was read from
 * @param schema of the live table, with the ids of its columns
 * @param columns of the layers
 * @param place of the live relation: of a table that the default branch does not have yet, where it
 *     is hidden
 * @param uncaptured why changes of its rows may not have been captured
 * @param types of its columns
 */
public record TableShape(
    String version,
    TableSchema schema,
    List<LayerColumn> columns,
    TablePath place,
    Optional<String> uncaptured,
    AlteredType.Facts types) {
  /** What a type has in parentheses: a length, or digits and those behind the point. */
  private static final Pattern NUMBERS = Pattern.compile("\\((\\d+)(?:,\\s*(-?\\d+))?\\)");

  /**
   * A column of the layers.
   *
   * @param id in the log
   * @param name in the layers, and in the live table if that has it
   * @param type as the database prints it, without domains
   * @param live whether the live table has it
   * @param kept whether it went, and images have all values that it had
   * @param neverLive whether no live table has had it, but branches
   * @param initial text of what rows began with when it was added, null for NULL
   */
  public record LayerColumn(
      String id,
      String name,
      String type,
      boolean live,
      boolean kept,
      boolean neverLive,
      String initial) {}

  /** What {@link #rows} begins with where it is no relation. */
  public static final String PROJECTED = "(SELECT *, ";

  /** What stands before the relation there. */
  public static final String FROM = " FROM ";

  public TableShape {
    columns = List.copyOf(columns);
  }

  /** Ids, names and types of the live table's columns: {@code epoch.columns_noted}. */
  public String columnsTold() {
    return schema.columns().stream()
        .map(column -> String.join("\u001f", column.id(), column.name(), column.type().name()))
        .collect(Collectors.joining("\u001e"));
  }

  /** Whether the layers have a place for each column. */
  boolean hasPlaces(TableSchema wanted) {
    return wanted.columns().stream()
        .allMatch(
            column -> columns.stream().anyMatch(candidate -> candidate.id().equals(column.id())));
  }

  /**
   * Whether a branch with this schema has a column, a name or a type that the live table does not
   * have.
   */
  public boolean isOwn(TableSchema wanted) {
    return !wanted.equals(schema)
        && wanted.columns().stream()
            .anyMatch(column ->
                columns.stream()
                    .noneMatch(candidate ->
                        candidate.live()
                            && candidate.id().equals(column.id())
                            && candidate.name().equals(column.name())
                            && candidate.type().equals(column.type().base().name())
                            && sameDomain(column)));
  }

  /** Whether the live column is of the same domain, or both are of none. */
  private boolean sameDomain(Column wanted) {
    return schema
        .column(wanted.name())
        .map(Column::type)
        .filter(there ->
            there.kind() == DataType.Kind.DOMAIN || wanted.type().kind() == DataType.Kind.DOMAIN)
        .map(there -> there.name().equals(wanted.type().name()))
        .orElse(true);
  }

  /** Whether the live table has the same columns, and is another one in something else. */
  public boolean differsBesideColumns(TableSchema wanted) {
    return !wanted.equals(schema)
        && wanted.columns().stream()
            .map(Column::id)
            .toList()
            .equals(schema.columns().stream().map(Column::id).toList());
  }

  /** Whether the live table has other columns, under whatever names. */
  public boolean differsInColumns(TableSchema wanted) {
    return !wanted.equals(schema) && !differsBesideColumns(wanted);
  }

  /**
   * The same schema with the names that its columns have in the database; enums that only branches
   * have, and arrays of them, have the type in which the layers keep their labels.
   */
  public TableSchema physical(TableSchema wanted) {
    if (wanted.equals(schema)) {
      return schema;
    }
    Map<String, String> names = new HashMap<>();
    List<Column> renamed = new ArrayList<>();
    for (Column column : wanted.columns()) {
      Optional<LayerColumn> place = place(column);
      String name = place.map(LayerColumn::name).orElse(column.name());
      names.put(column.name(), name);
      renamed.add(
          KeptEnums.as(
              name.equals(column.name()) ? column : column.named(name),
              place.map(LayerColumn::type).orElse("")));
    }
    renamed.replaceAll(column -> FormerExpression.renamed(column, names, schema));
    return renamed.equals(wanted.columns())
        ? wanted
        : new TableSchema(
            renamed,
            wanted.primaryKey().stream().map(name -> names.getOrDefault(name, name)).toList(),
            wanted.constraints(),
            wanted.indexes());
  }

  /**
   * Where a column of some state is: of that type where the table had it with several, else the
   * live one, else the last of those that got a wider type. What came later has what there was.
   */
  private Optional<LayerColumn> place(Column column) {
    List<LayerColumn> same =
        columns.stream().filter(candidate -> candidate.id().equals(column.id())).toList();
    String type = column.type().base().name();
    return same.stream()
        .filter(candidate -> candidate.type().equals(type))
        .reduce((first, second) -> first.live() ? first : second)
        .or(() -> same.stream().filter(LayerColumn::live).findFirst())
        .or(() ->
            same.stream()
                .filter(candidate -> WiderTypes.keepsValues(type, candidate.type()))
                .reduce((_, later) -> later))
        // of a schema-only branch, which gives rows no values of its types
        .or(() -> same.stream().reduce((_, later) -> later));
  }

  /**
   * The live rows with every column of the schema: those that the live table lost are null, or as
   * near as what took their place comes to them.
   *
   * @param rows the live table
   * @param physical of {@link #physical}
   */
  public String rows(String rows, TableSchema physical) {
    List<String> lost =
        columns.stream()
            .filter(column -> !column.live() && physical.indexOf(column.name()) >= 0)
            .map(column -> value(column, physical.column(column.name()).orElseThrow()))
            .toList();
    return lost.isEmpty() ? rows : PROJECTED + String.join(", ", lost) + FROM + rows + ")";
  }

  private String value(LayerColumn lost, Column wanted) {
    String value =
        schema.columns().stream()
            .filter(column -> column.id().equals(lost.id()))
            .findFirst()
            .map(column -> converted(column, wanted, lost.type()))
            .orElse(
                (lost.initial() == null ? "NULL" : Quote.literal(lost.initial()))
                    + "::"
                    + lost.type());
    return value + " AS " + Quote.identifier(lost.name());
  }

  /** What a column of another type has kept of its former value. */
  private static String converted(Column now, Column former, String type) {
    String name = Quote.identifier(now.name());
    DataType.Kind kind = now.type().base().kind();
    if (kind != former.type().base().kind()) {
      return "NULL::" + type;
    }
    return switch (kind) {
      case TEXT -> name + "::" + type;
      case ENUM -> type.equals("text") ? name + "::text" : "NULL::" + type;
      case DECIMAL -> name + "::numeric";
      case INTEGER -> {
        int bits = type.equals("smallint") ? 15 : type.equals("integer") ? 31 : 63;
        yield bits == 63
            ? name + "::bigint"
            : "CASE WHEN %1$s BETWEEN -%2$d AND %3$d THEN %1$s::%4$s END"
                .formatted(name, 1L << bits, (1L << bits) - 1, type);
      }
      default -> "NULL::" + type;
    };
  }

  /**
   * The type of a column in the layers, where texts of its values are others than those of the
   * schema's type.
   *
   * @param physical column of {@link #physical}
   */
  Optional<String> otherType(Column physical) {
    return columns.stream()
        .filter(column -> column.name().equals(physical.name()))
        .filter(column -> !column.type().equals(physical.type().base().name()))
        .filter(column ->
            !column.live()
                || schema
                    .column(column.name())
                    .filter(now -> now.type().base().kind() == physical.type().base().kind())
                    .isEmpty())
        .map(LayerColumn::type)
        .findFirst();
  }

  /**
   * How to read a column whose type was altered since; empty where its values print as they did.
   *
   * @param physical column of {@link #physical}
   */
  Optional<AlteredType> altered(Column physical) {
    return schema
        .column(physical.name())
        .filter(now -> now.id().equals(physical.id()))
        .flatMap(now -> AlteredType.of(physical.type(), now.type(), types));
  }

  /**
   * The expression of a computed column that has another one by now: its values are computed anew
   * from the other columns of a row. Empty where there are the values that there were.
   *
   * @param physical column of {@link #physical}
   */
  Optional<String> formerExpression(Column physical) {
    return schema
        .column(physical.name())
        .filter(now -> now.id().equals(physical.id()))
        .filter(now -> now.generated() && physical.generated())
        .filter(now -> !now.generatedExpression().equals(physical.generatedExpression()))
        .map(_ -> physical.generatedExpression());
  }

  /** Quoted names of all columns of the layers. */
  public List<String> layerColumns() {
    return columns.stream().map(column -> Quote.identifier(column.name())).toList();
  }

  /** Quoted names of columns that went, of which images have all values that there were. */
  List<String> keptColumns() {
    return columns.stream()
        .filter(column -> column.kept() && !column.live())
        .map(column -> Quote.identifier(column.name()))
        .toList();
  }

  /** Names, in the schema, of the columns whose values the live table does not have any more. */
  public List<String> lost(TableSchema wanted) {
    TableSchema physical = physical(wanted);
    return wanted.columns().stream()
        .filter(column ->
            columns.stream()
                        .anyMatch(candidate ->
                            candidate.equals(place(column).orElse(null))
                                && !candidate.live()
                                && !candidate.kept()
                                && !candidate.neverLive())
                    && schema.columns().stream()
                        .noneMatch(
                            now -> now.id().equals(column.id()) && holds(now.type(), column.type()))
                || isLost(physical.columns().get(wanted.columns().indexOf(column))))
        .map(Column::name)
        .collect(Collectors.toList());
  }

  private boolean isLost(Column physical) {
    return altered(physical).filter(AlteredType.Lost.class::isInstance).isPresent()
        || formerExpression(physical).filter(FormerExpression.UNKNOWN::equals).isPresent();
  }

  /** Whether a column that has become of this type has kept whatever it held before. */
  private static boolean holds(DataType now, DataType former) {
    DataType.Kind kind = now.base().kind();
    if (kind != former.base().kind()) {
      return false;
    }
    return switch (kind) {
      case INTEGER -> true;
      case DECIMAL -> scale(now) >= scale(former);
      case TEXT -> length(now) >= length(former);
      default -> false;
    };
  }

  /** Digits behind the point, as many as there may be if the type says nothing. */
  private static int scale(DataType type) {
    Matcher numbers = NUMBERS.matcher(type.base().name());
    if (!numbers.find()) {
      return Integer.MAX_VALUE;
    }
    return numbers.group(2) == null ? 0 : Integer.parseInt(numbers.group(2));
  }

  private static int length(DataType type) {
    Matcher numbers = NUMBERS.matcher(type.base().name());
    return numbers.find() ? Integer.parseInt(numbers.group(1)) : Integer.MAX_VALUE;
  }
}
