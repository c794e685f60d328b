package dev.epoch.storage.postgres.catalog;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.ApplicationPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The columns of a table as parts of SQL texts; names are quoted everywhere. */
public final class TableColumns {
  /** Kinds of types whose operators are in pg_catalog, wherever the type is. */
  private static final Set<DataType.Kind> POLYMORPHIC =
      Set.of(DataType.Kind.ENUM, DataType.Kind.COMPOSITE, DataType.Kind.ARRAY, DataType.Kind.RANGE);

  private static final Set<String> PRINTED_ALIKE =
      Set.of("smallint", "integer", "bigint", "boolean", "uuid");

  private final TableSchema schema;
  private final Map<String, Column> byQuotedName = new LinkedHashMap<>();
  private final List<String> all;
  private final List<String> key;
  private final List<String> layers;
  private final List<String> kept;
  private final List<String> writable;

  /** Quoted names of columns that are of a domain where they are read, or in the live table. */
  private final Set<String> domains = new HashSet<>();

  /** Types in the layers, by quoted name, where they are of another kind than the schema's. */
  private final Map<String, String> stored = new HashMap<>();

  /** How to read columns, by quoted name, whose types were altered since the schema. */
  private final Map<String, AlteredType> altered = new HashMap<>();

  /** Expressions, by quoted name, of computed columns that have another one by now. */
  private final Map<String, String> computed = new HashMap<>();

  public TableColumns(TableSchema schema) {
    this(schema, null);
  }

  /**
   * For reading states of a branch that gives columns types which no row has yet.
   *
   * @param shape of the table, null if that is not known
   */
  public static TableColumns ofState(TableSchema schema, TableShape shape) {
    TableColumns columns = new TableColumns(schema);
    columns.store(shape);
    return columns;
  }

  /**
   * @param shape of the table, null if all its layers have just these columns
   */
  public TableColumns(TableSchema schema, TableShape shape) {
    this.schema = schema;
    schema.columns().forEach(column -> byQuotedName.put(Quote.identifier(column.name()), column));
    this.all = List.copyOf(byQuotedName.keySet());
    this.key = schema.primaryKey().stream().map(Quote::identifier).toList();
    this.layers = shape == null ? all : shape.layerColumns();
    this.kept =
        shape == null
            ? List.of()
            : shape.keptColumns().stream().filter(name -> !all.contains(name)).toList();
    this.writable = all.stream().filter(name -> !byQuotedName.get(name).generated()).toList();
    store(shape);
  }

  private void store(TableShape shape) {
    if (shape != null) {
      byQuotedName.forEach(
          (name, column) -> shape.otherType(column).ifPresent(type -> stored.put(name, type)));
      byQuotedName.forEach(
          (name, column) -> shape.altered(column).ifPresent(type -> altered.put(name, type)));
      byQuotedName.forEach((name, column) ->
          shape.formerExpression(column).ifPresent(former -> computed.put(name, former)));
      shape.schema().columns().stream()
          .filter(column -> column.type().kind() == DataType.Kind.DOMAIN)
          .map(column -> Quote.identifier(column.name()))
          .filter(byQuotedName::containsKey)
          .forEach(domains::add);
    }
  }

  public TableSchema schema() {
    return schema;
  }

  /** All columns, in the order of rows. */
  public List<String> all() {
    return all;
  }

  /** All columns of working sets and histories, also those that a schema has not. */
  public String layerList() {
    return String.join(", ", layers);
  }

  /** {@link #layerList} with an alias. */
  public String layers(String alias) {
    return each(layers, name -> alias + "." + name, ", ");
  }

  /** All columns of working sets and histories. */
  public List<String> layers() {
    return layers;
  }

  /** Columns that went, of which images have all values that there were. */
  public List<String> kept() {
    return kept;
  }

  /** The key columns, in key order. */
  public List<String> key() {
    return key;
  }

  /** Columns that are not generated. */
  public List<String> writable() {
    return writable;
  }

  /** Columns that are neither generated nor part of the key. */
  List<String> writableBesideKey() {
    return writable.stream().filter(name -> !key.contains(name)).toList();
  }

  public String allList() {
    return String.join(", ", all);
  }

  public String keyList() {
    return String.join(", ", key);
  }

  /** {@code x."a", x."b"}. */
  public String all(String alias) {
    return each(all, name -> alias + "." + name, ", ");
  }

  /** The columns that the user's table has, in its order. */
  public String users(String alias) {
    return each(
        schema.usersColumns().stream().map(column -> Quote.identifier(column.name())).toList(),
        name -> alias + "." + name,
        ", ");
  }

  public String key(String alias) {
    return each(key, name -> alias + "." + name, ", ");
  }

  /**
   * Whether an image of a history, {@code past}, is the one at a position for the key of {@code
   * keyed}. The end is compared together with the key, so that the index of both is taken: the one
   * of ends alone, which the planner prefers where the statistics are older than the changes, would
   * read every later image for each key.
   */
  public String pastAt(String past, String keyed, String position) {
    return "%s AND %s.epoch_from <= %s AND (%s, %s) < (%s, %s.epoch_to)"
        .formatted(sameKey(past, keyed), past, position, key(keyed), position, key(past), past);
  }

  /** All columns as {@code RowMapping} takes them, in the order of rows. */
  public String sent(String alias) {
    return each(all, name -> sent(name, alias + "." + name), ", ");
  }

  /**
   * What {@code RowMapping} makes a column's text of: the text, or the value itself where that is
   * less work to send and to read, and Java prints it as PostgreSQL does.
   */
  public String sent(String name, String expression) {
    if (stored.containsKey(name) || altered.containsKey(name) || computed.containsKey(name)) {
      return text(name, expression);
    }
    return PRINTED_ALIKE.contains(byQuotedName.get(name).type().name())
        ? expression
        : expression + "::text";
  }

  /** A column's text, where rows have another type that of the values which they would have. */
  public String text(String name, String expression) {
    if (computed.containsKey(name)) {
      return compute(name, siblings(name, expression)) + "::text";
    }
    if (altered.containsKey(name)) {
      return altered.get(name).former(expression);
    }
    String former = stored.get(name);
    return former == null
        ? expression + "::text"
        : "epoch.converted(%s::text, %s, %s)"
            .formatted(expression, Quote.literal(former), Quote.literal(undomainedType(name)));
  }

  /**
   * {@link #text(String, String)} where it takes more than the column's name to find another one.
   *
   * @param expressions of all columns, by quoted name
   */
  public String text(String name, Function<String, String> expressions) {
    return computed.containsKey(name)
        ? compute(name, expressions) + "::text"
        : text(name, expressions.apply(name));
  }

  /** What the expression of then makes of the values of a row. */
  private String compute(String name, Function<String, String> expressions) {
    return "(SELECT %s FROM (SELECT %s) former)"
        .formatted(
            computed.get(name),
            each(all, other -> expressions.apply(other) + " AS " + other, ", "));
  }

  /** Other columns beside one: under their names, or numbered in their order. */
  private Function<String, String> siblings(String name, String expression) {
    String end = expression.endsWith("." + name) ? name : Integer.toString(all.indexOf(name));
    if (!expression.endsWith(end)) {
      throw new IllegalArgumentException(expression);
    }
    String prefix = expression.substring(0, expression.length() - end.length());
    return other -> prefix + (end.equals(name) ? other : Integer.toString(all.indexOf(other)));
  }

  /** Whether types or expressions of columns are others by now. */
  public boolean isAltered() {
    return !altered.isEmpty() || !computed.isEmpty();
  }

  /** A column of a state, of its own type; a text where that was altered since. */
  public String typed(String name, String expression) {
    if (computed.containsKey(name)) {
      return compute(name, siblings(name, expression));
    }
    return altered.containsKey(name) ? altered.get(name).former(expression) : expression;
  }

  public String keyTexts(String alias) {
    return each(key, name -> text(name, alias + "." + name), ", ");
  }

  /**
   * The row as one record, to be compared with {@code record_image_eq} and {@code record_image_ne},
   * which look at the stored bytes: unlike {@code =} they exist for every type, and they tell apart
   * what is equal but not the same ({@code 1.0} and {@code 1.00}, {@code 'a'::citext} and {@code
   * 'A'}).
   */
  public String image(String alias) {
    return "ROW(" + each(all, name -> undomained(name, alias + "." + name), ", ") + ")";
  }

  /** An expression of the column's type, or of the base type if that is a domain. */
  public String undomained(String name, String expression) {
    return byQuotedName.get(name).type().kind() == DataType.Kind.DOMAIN || domains.contains(name)
        ? "(" + expression + ")::" + undomainedType(name)
        : expression;
  }

  /** The type, or the base type if that is a domain, as SQL spells it. */
  public String undomainedType(String name) {
    return byQuotedName.get(name).type().base().name();
  }

  /** The type that values of a column have in the layers, domains aside. */
  public String storedType(String name) {
    return stored.getOrDefault(name, undomainedType(name));
  }

  /** {@code x."id" = y."id" AND ...}. */
  public String sameKey(String left, String right) {
    return each(key, name -> equal(name, left + "." + name, right + "." + name), " AND ");
  }

  /** {@link #sameKey} whose operators have their schemas, for any search_path. */
  public String sameKeyInAnyPath(String left, String right) {
    return each(
        key,
        name -> {
          String operator = operator(name, "=");
          return left
              + "."
              + name
              + " "
              + (operator.equals("=") ? ApplicationPath.EQUAL : operator)
              + " "
              + right
              + "."
              + name;
        },
        " AND ");
  }

  /** Both expressions have the same value of this column's type, in the type's own sense. */
  public String equal(String name, String left, String right) {
    return left + " " + operator(name, "=") + " " + right;
  }

  /** The keys in these expressions come behind the others, in the order of the key. */
  public String behind(List<String> expressions, List<String> others) {
    if (key.stream().allMatch(name -> operator(name, ">").equals(">"))) {
      return "ROW(" + String.join(", ", expressions) + ") > ROW(" + String.join(", ", others) + ")";
    }
    List<String> cases = new ArrayList<>();
    StringBuilder equalSoFar = new StringBuilder();
    for (int i = 0; i < key.size(); i++) {
      String name = key.get(i);
      cases.add(equalSoFar + expressions.get(i) + " " + operator(name, ">") + " " + others.get(i));
      equalSoFar.append(equal(name, expressions.get(i), others.get(i))).append(" AND ");
    }
    return "(" + String.join(" OR ", cases) + ")";
  }

  /** The operator of the column's type: that of an extension's type is in the type's schema. */
  private String operator(String name, String operator) {
    DataType type = byQuotedName.get(name).type().base();
    String schemaOfType = POLYMORPHIC.contains(type.kind()) ? null : schemaOf(type.name());
    return schemaOfType == null ? operator : "OPERATOR(" + schemaOfType + "." + operator + ")";
  }

  private static String schemaOf(String typeName) {
    boolean quoted = false;
    for (int i = 0; i < typeName.length(); i++) {
      char c = typeName.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && (c == '(' || c == ' ')) {
        return null;
      } else if (!quoted && c == '.') {
        return typeName.substring(0, i);
      }
    }
    return null;
  }

  /** Whether values may be long: not those of a fixed size. */
  public boolean maybeLarge(String name) {
    return switch (byQuotedName.get(name).type().base().kind()) {
      case BOOLEAN,
          INTEGER,
          FLOAT,
          DATE,
          TIME,
          TIME_WITH_ZONE,
          TIMESTAMP,
          TIMESTAMP_WITH_ZONE,
          INTERVAL,
          UUID,
          ENUM,
          NETWORK ->
          false;
      case DECIMAL,
          TEXT,
          BYTES,
          JSON,
          JSON_BINARY,
          ARRAY,
          COMPOSITE,
          RANGE,
          BITS,
          TEXT_SEARCH,
          DOMAIN,
          OTHER ->
          true;
    };
  }

  /** Whether the type has an equality operator. */
  public boolean comparable(String name) {
    return comparable(byQuotedName.get(name).type());
  }

  private static boolean comparable(DataType type) {
    return switch (type.kind()) {
      case JSON, OTHER -> false;
      case DOMAIN, ARRAY -> comparable(type.element());
      case COMPOSITE -> type.fields().stream().allMatch(field -> comparable(field.type()));
      case BOOLEAN,
          INTEGER,
          DECIMAL,
          FLOAT,
          TEXT,
          BYTES,
          DATE,
          TIME,
          TIME_WITH_ZONE,
          TIMESTAMP,
          TIMESTAMP_WITH_ZONE,
          INTERVAL,
          UUID,
          JSON_BINARY,
          ENUM,
          RANGE,
          NETWORK,
          BITS,
          TEXT_SEARCH ->
          true;
    };
  }

  /** Fails for names that are no columns of the table. */
  public void requireKnown(java.util.Collection<String> names) {
    for (String name : names) {
      if (schema.indexOf(name) < 0) {
        throw new dev.epoch.storage.error.BadValueException(
            "There is no column " + name, "The table has: " + String.join(", ", names()));
      }
    }
  }

  private List<String> names() {
    return schema.columns().stream().map(Column::name).toList();
  }

  /** A parameter that carries the text of a value of this column. */
  public String parameter(String name, String parameter) {
    AlteredType type = altered.get(name);
    return type == null
        ? parameter + "::text::" + undomainedType(name)
        : "(" + type.now(parameter + "::text") + ")::" + undomainedType(name);
  }

  /** The type, as SQL spells it. */
  String type(String name) {
    return byQuotedName.get(name).type().name();
  }

  public Column column(String name) {
    return byQuotedName.get(name);
  }

  public static String each(List<String> names, Function<String, String> part, String separator) {
    return names.stream().map(part).collect(Collectors.joining(separator));
  }
}
