package dev.epoch.storage.postgres.catalog;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.events.table.TableSchema;
import java.util.List;
import java.util.Optional;

/**
 * Columns of enums that only branches have, and of arrays of them: layers keep their labels as text
 * ({@code own_types.sql}).
 */
public final class KeptEnums {
  private static final String TEXT = "text";
  private static final String TEXTS = "text[]";

  private KeptEnums() {}

  /**
   * A column as the layers have it: the same labels, of the type that the database has there. Any
   * other column is what it was.
   *
   * @param kept type in the layers
   */
  static Column as(Column column, String kept) {
    return labels(column.type())
        .filter(_ -> kept.equals(TEXT) || kept.equals(TEXTS))
        .map(labels -> typed(column, kept, labels))
        .orElse(column);
  }

  /** A schema with the labels of all enums, and of arrays of them, as texts. */
  public static TableSchema asTexts(TableSchema schema) {
    return new TableSchema(
        schema.columns().stream()
            .map(column -> as(column, column.type().kind() == Kind.ARRAY ? TEXTS : TEXT))
            .toList(),
        schema.primaryKey(),
        schema.constraints(),
        schema.indexes());
  }

  /** The labels of an enum, or of the elements of an array of one; empty for other types. */
  static Optional<List<String>> labels(DataType type) {
    DataType element = type.kind() == Kind.ARRAY && type.element() != null ? type.element() : type;
    return element.kind() == Kind.ENUM ? Optional.of(element.labels()) : Optional.empty();
  }

  private static Column typed(Column column, String kept, List<String> labels) {
    DataType label = new DataType(Kind.ENUM, TEXT, null, List.of(), labels);
    return column.withType(
        kept.equals(TEXT) ? label : new DataType(Kind.ARRAY, TEXTS, label, List.of(), List.of()));
  }

  /**
   * A column of texts, or of arrays of them, in the place of one of labels, of the base in the
   * place of a domain; without a default.
   */
  public static Column text(Column column) {
    DataType text =
        column.type().kind() == Kind.DOMAIN ? column.type().base() : DataType.of(Kind.TEXT, TEXT);
    return new Column(
        column.id(),
        column.name(),
        column.type().kind() == Kind.ARRAY
            ? new DataType(Kind.ARRAY, TEXTS, text, List.of(), List.of())
            : text,
        column.nullable(),
        null,
        null,
        column.identity());
  }
}
