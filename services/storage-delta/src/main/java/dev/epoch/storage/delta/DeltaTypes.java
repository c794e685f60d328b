package dev.epoch.storage.delta;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Field;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.storage.error.NotVersionableException;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.BinaryType;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.ByteType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FieldMetadata;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.MapType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TimestampType;
import java.util.List;

/**
 * Types of Delta as types of Epoch. A map is an array of pairs, in the order of their keys' texts;
 * an array of arrays is an array of two dimensions.
 */
final class DeltaTypes {
  /** Names of what a field's metadata says. */
  private static final String PHYSICAL_NAME = "delta.columnMapping.physicalName";

  private static final String DEFAULT = "CURRENT_DEFAULT";
  private static final String GENERATED = "delta.generationExpression";
  private static final String IDENTITY = "delta.identity.start";
  private static final String IDENTITY_INSERTS = "delta.identity.allowExplicitInsert";

  private DeltaTypes() {}

  /**
   * A column. Its id is its physical name, where columns are mapped, and else its name.
   *
   * @throws NotVersionableException if the type is not known
   */
  static Column column(StructField field) {
    FieldMetadata metadata = field.getMetadata();
    String id =
        metadata.contains(PHYSICAL_NAME) ? metadata.getString(PHYSICAL_NAME) : field.getName();
    return new Column(
        id,
        field.getName(),
        type(field.getName(), field.getDataType()),
        field.isNullable(),
        text(metadata, DEFAULT),
        text(metadata, GENERATED),
        identity(metadata));
  }

  private static String text(FieldMetadata metadata, String name) {
    return metadata.get(name) instanceof String text ? text : null;
  }

  private static String identity(FieldMetadata metadata) {
    if (!metadata.contains(IDENTITY)) {
      return null;
    }
    return Boolean.TRUE.equals(metadata.get(IDENTITY_INSERTS)) ? "by default" : "always";
  }

  /**
   * The type of a column.
   *
   * @param column for messages
   */
  static DataType type(String column, io.delta.kernel.types.DataType type) {
    return switch (type) {
      case BooleanType _ -> DataType.of(Kind.BOOLEAN, "boolean");
      case ByteType _ -> DataType.of(Kind.INTEGER, "tinyint");
      case ShortType _ -> DataType.of(Kind.INTEGER, "smallint");
      case IntegerType _ -> DataType.of(Kind.INTEGER, "integer");
      case LongType _ -> DataType.of(Kind.INTEGER, "bigint");
      case FloatType _ -> DataType.of(Kind.FLOAT, "real");
      case DoubleType _ -> DataType.of(Kind.FLOAT, "double");
      case DecimalType decimal ->
          DataType.of(
              Kind.DECIMAL, "decimal(%d,%d)".formatted(decimal.getPrecision(), decimal.getScale()));
      case StringType _ -> DataType.of(Kind.TEXT, "string");
      case BinaryType _ -> DataType.of(Kind.BYTES, "binary");
      case DateType _ -> DataType.of(Kind.DATE, "date");
      case TimestampType _ -> DataType.of(Kind.TIMESTAMP_WITH_ZONE, "timestamp");
      case TimestampNTZType _ -> DataType.of(Kind.TIMESTAMP, "timestamp_ntz");
      case ArrayType array -> array(type(column, array.getElementType()));
      case StructType struct -> struct(column, struct);
      case MapType map -> map(type(column, map.getKeyType()), type(column, map.getValueType()));
      default ->
          throw new NotVersionableException(
              "The column %s has the type %s, which Epoch does not read".formatted(column, type),
              "Leave the column out of the table");
    };
  }

  /** The element of an array of arrays is that of the inner ones. */
  private static DataType array(DataType element) {
    boolean dimension = element.kind() == Kind.ARRAY && !element.name().startsWith("map<");
    return new DataType(
        Kind.ARRAY,
        "array<%s>".formatted(element.name()),
        dimension ? element.element() : element,
        List.of(),
        List.of());
  }

  private static DataType struct(String column, StructType struct) {
    List<Field> fields =
        struct.fields().stream()
            .map(field ->
                new Field(
                    field.getName(),
                    type("%s.%s".formatted(column, field.getName()), field.getDataType())))
            .toList();
    String name =
        fields.stream()
            .map(field -> "%s:%s".formatted(field.name(), field.type().name()))
            .reduce((a, b) -> a + "," + b)
            .orElse("");
    return new DataType(Kind.COMPOSITE, "struct<%s>".formatted(name), null, fields, List.of());
  }

  private static DataType map(DataType key, DataType value) {
    DataType entry =
        new DataType(
            Kind.COMPOSITE,
            "entry",
            null,
            List.of(new Field("key", key), new Field("value", value)),
            List.of());
    return new DataType(
        Kind.ARRAY, "map<%s,%s>".formatted(key.name(), value.name()), entry, List.of(), List.of());
  }
}
