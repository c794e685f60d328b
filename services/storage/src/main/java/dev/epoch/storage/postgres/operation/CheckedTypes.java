package dev.epoch.storage.postgres.operation;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.codec.TextNames;
import dev.epoch.storage.postgres.connection.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Enums and domains that the live schema does not have, while constraints that name them, or what
 * domains demand, are looked at: the layers have their labels as text, and values of the base. They
 * are temporary, and dropped in the same transaction.
 */
final class CheckedTypes implements AutoCloseable {
  private final Session session;

  /** By what the log calls them: kind and name. */
  private final Map<String, String> types = new LinkedHashMap<>();

  private TextNames names = TextNames.NONE;

  /**
   * @param schema as the log has it
   * @param physical the same as the layers have it
   */
  CheckedTypes(Session session, TableSchema schema, TableSchema physical) {
    this.session = session;
    for (int i = 0; i < schema.columns().size(); i++) {
      Column column = schema.columns().get(i);
      DataType type = elementOf(column.type());
      if (type.kind() == Kind.DOMAIN && !type.rules().isEmpty()) {
        make(
            "DOMAIN",
            type.name(),
            "AS " + type.base().name() + " " + String.join(" ", type.rules()));
      } else if (isKept(column, physical.columns().get(i))) {
        List<String> labels = new ArrayList<>();
        type.labels().forEach(label -> labels.add(Quote.literal(label)));
        make("TYPE", type.name(), "AS ENUM (" + String.join(", ", labels) + ")");
      }
    }
  }

  private void make(String kind, String name, String definition) {
    String temporary = "pg_temp.epoch_type_" + types.size();
    if (types.putIfAbsent(name, kind + " " + temporary) == null) {
      session.run("CREATE %s %s %s".formatted(kind, temporary, definition));
      names = names.and(name, temporary);
    }
  }

  private static boolean isKept(Column column, Column physical) {
    return elementOf(column.type()).kind() == Kind.ENUM
        && !column.type().name().equals(physical.type().name());
  }

  private static DataType elementOf(DataType type) {
    return type.kind() == Kind.ARRAY && type.element() != null ? type.element() : type;
  }

  /** An expression of a column of the layers, with the column's own type; domains aside. */
  String value(String expression, Column column, Column physical) {
    return isKept(column, physical) ? expression + "::" + told(column.type().name()) : expression;
  }

  /** A text of the log as the database takes it here. */
  String told(String text) {
    return names.in(text);
  }

  @Override
  public void close() {
    types.values().forEach(type -> session.run("DROP " + type));
  }
}
