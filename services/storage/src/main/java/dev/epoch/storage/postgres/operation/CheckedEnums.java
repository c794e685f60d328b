package dev.epoch.storage.postgres.operation;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Enums that the live schema does not have, while constraints that name them are looked at: the
 * layers have their labels as text. They are temporary, and dropped in the same transaction.
 */
final class CheckedEnums implements AutoCloseable {
  private final Session session;
  private final Map<String, String> types = new LinkedHashMap<>();

  /**
   * @param schema as the log has it
   * @param physical the same as the layers have it
   */
  CheckedEnums(Session session, TableSchema schema, TableSchema physical) {
    this.session = session;
    for (int i = 0; i < schema.columns().size(); i++) {
      DataType type = enumOf(schema.columns().get(i).type());
      if (isKept(schema.columns().get(i), physical.columns().get(i))
          && !types.containsKey(type.name())) {
        String temporary = "pg_temp.epoch_enum_" + types.size();
        List<String> labels = new ArrayList<>();
        type.labels().forEach(label -> labels.add(Quote.literal(label)));
        session.run("CREATE TYPE %s AS ENUM (%s)".formatted(temporary, String.join(", ", labels)));
        types.put(type.name(), temporary);
      }
    }
  }

  private static boolean isKept(Column column, Column physical) {
    return enumOf(column.type()).kind() == Kind.ENUM
        && !column.type().name().equals(physical.type().name());
  }

  private static DataType enumOf(DataType type) {
    return type.kind() == Kind.ARRAY && type.element() != null ? type.element() : type;
  }

  /** An expression of a column of the layers, with the column's own type. */
  String value(String expression, Column column, Column physical) {
    return isKept(column, physical) ? expression + "::" + told(column.type().name()) : expression;
  }

  /** A text of the log as the database takes it here. */
  String told(String text) {
    String result = text;
    for (Map.Entry<String, String> type : types.entrySet()) {
      result =
          Pattern.compile("(?<![\\w$\".])" + Pattern.quote(type.getKey()) + "(?![\\w$\"])")
              .matcher(result)
              .replaceAll(Matcher.quoteReplacement(type.getValue()));
    }
    return result;
  }

  @Override
  public void close() {
    types.values().forEach(type -> session.run("DROP TYPE " + type));
  }
}
