package dev.epoch.storage.delta;

import dev.epoch.model.value.ArrayText;
import dev.epoch.model.value.ArrayText.Item;
import dev.epoch.model.value.ArrayText.Items;
import dev.epoch.model.value.ArrayText.Leaf;
import dev.epoch.model.value.ArrayText.Parsed;
import dev.epoch.model.value.CanonicalForm;
import dev.epoch.model.value.CompositeText;
import dev.epoch.model.value.Values;
import io.delta.kernel.data.ArrayValue;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.MapValue;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.BinaryType;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.ByteType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.MapType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TimestampType;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/** Values of Kernel's vectors as canonical texts. */
final class DeltaValues {
  private static final long MICROSECONDS = 1_000_000;
  private static final long NANOSECONDS = 1_000;

  private DeltaValues() {}

  /** Reads a column. */
  @FunctionalInterface
  interface Reader {

    /** The canonical text of a row's value, null for NULL. */
    String read(ColumnVector vector, int row);
  }

  /** How a column of this type is read. */
  static Reader reader(DataType type) {
    Reader reader = notNull(type);
    return (vector, row) -> vector.isNullAt(row) ? null : reader.read(vector, row);
  }

  private static Reader notNull(DataType type) {
    return switch (type) {
      case BooleanType _ -> (vector, row) -> String.valueOf(vector.getBoolean(row));
      case ByteType _ -> (vector, row) -> String.valueOf(vector.getByte(row));
      case ShortType _ -> (vector, row) -> String.valueOf(vector.getShort(row));
      case IntegerType _ -> (vector, row) -> String.valueOf(vector.getInt(row));
      case LongType _ -> (vector, row) -> String.valueOf(vector.getLong(row));
      case StringType _ -> (vector, row) -> vector.getString(row);
      case BinaryType _ -> (vector, row) -> HexFormat.of().formatHex(vector.getBinary(row));
      case FloatType _ -> canonical(type, (vector, row) -> String.valueOf(vector.getFloat(row)));
      case DoubleType _ -> canonical(type, (vector, row) -> String.valueOf(vector.getDouble(row)));
      case DecimalType _ ->
          canonical(type, (vector, row) -> vector.getDecimal(row).toPlainString());
      case DateType _ ->
          canonical(type, (vector, row) -> LocalDate.ofEpochDay(vector.getInt(row)).toString());
      case TimestampType _ ->
          canonical(type, (vector, row) -> instant(vector.getLong(row)).toString());
      case TimestampNTZType _ ->
          canonical(
              type,
              (vector, row) ->
                  LocalDateTime.ofInstant(instant(vector.getLong(row)), ZoneOffset.UTC).toString());
      case ArrayType array -> {
        Reader element = notNull(array.getElementType());
        boolean dimension = array.getElementType() instanceof ArrayType;
        yield (vector, row) ->
            print(items(vector.getArray(row), array.getElementType(), element, dimension));
      }
      case MapType map -> map(map);
      case StructType struct -> struct(struct);
      default -> throw new IllegalStateException("refused before: " + type);
    };
  }

  private static Reader canonical(DataType type, Reader reader) {
    CanonicalForm form = Values.form(DeltaTypes.type("", type));
    return (vector, row) -> form.canonical(reader.read(vector, row));
  }

  private static Instant instant(long microseconds) {
    return Instant.ofEpochSecond(
        Math.floorDiv(microseconds, MICROSECONDS),
        Math.floorMod(microseconds, MICROSECONDS) * NANOSECONDS);
  }

  private static String print(Items items) {
    return ArrayText.print(new Parsed("", items), ',');
  }

  /** Elements, or arrays of them. */
  private static Items items(ArrayValue array, DataType type, Reader element, boolean dimension) {
    ColumnVector elements = array.getElements();
    List<Item> items = new ArrayList<>(array.getSize());
    for (int i = 0; i < array.getSize(); i++) {
      if (elements.isNullAt(i)) {
        items.add(new Leaf(null));
      } else if (dimension) {
        DataType inner = ((ArrayType) type).getElementType();
        items.add(items(elements.getArray(i), inner, notNull(inner), inner instanceof ArrayType));
      } else {
        items.add(new Leaf(element.read(elements, i)));
      }
    }
    return new Items(items);
  }

  private static Reader map(MapType type) {
    Reader key = reader(type.getKeyType());
    Reader value = reader(type.getValueType());
    return (vector, row) -> {
      MapValue map = vector.getMap(row);
      List<String> entries = new ArrayList<>(map.getSize());
      for (int i = 0; i < map.getSize(); i++) {
        List<String> pair = new ArrayList<>(2);
        pair.add(key.read(map.getKeys(), i));
        pair.add(value.read(map.getValues(), i));
        entries.add(CompositeText.print(pair));
      }
      entries.sort(Comparator.naturalOrder());
      return print(new Items(entries.stream().<Item>map(Leaf::new).toList()));
    };
  }

  private static Reader struct(StructType type) {
    List<Reader> fields = type.fields().stream().map(field -> reader(field.getDataType())).toList();
    return (vector, row) -> {
      List<String> values = new ArrayList<>(fields.size());
      for (int i = 0; i < fields.size(); i++) {
        values.add(fields.get(i).read(vector.getChild(i), row));
      }
      return CompositeText.print(values);
    };
  }
}
