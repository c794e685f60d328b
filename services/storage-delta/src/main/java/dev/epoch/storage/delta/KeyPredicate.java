package dev.epoch.storage.delta;

import dev.epoch.model.row.RowKey;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.expressions.Literal;
import io.delta.kernel.expressions.Predicate;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructType;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/** Which files can hold a key, for Kernel to skip the others. */
final class KeyPredicate {
  private KeyPredicate() {}

  /** Columns of the key that Kernel compares; empty if there are none. */
  static Optional<Predicate> of(StructType type, List<String> primaryKey, RowKey key) {
    Optional<Predicate> all = Optional.empty();
    for (int i = 0; i < primaryKey.size(); i++) {
      String name = primaryKey.get(i);
      Optional<Predicate> one =
          literal(type.get(name).getDataType(), key.get(i))
              .map(literal -> new Predicate("=", new Column(name), literal));
      Optional<Predicate> former = all;
      all =
          one.flatMap(p -> former.map(f -> new Predicate("AND", f, p)))
              .or(() -> one)
              .or(() -> former);
    }
    return all;
  }

  /** Of types whose texts and values are one to one. */
  private static Optional<Literal> literal(DataType type, String text) {
    try {
      return switch (type) {
        case StringType _ -> Optional.of(Literal.ofString(text));
        case IntegerType _ -> Optional.of(Literal.ofInt(Integer.parseInt(text)));
        case LongType _ -> Optional.of(Literal.ofLong(Long.parseLong(text)));
        case DateType _ ->
            Optional.of(Literal.ofDate(Math.toIntExact(LocalDate.parse(text).toEpochDay())));
        default -> Optional.empty();
      };
    } catch (NumberFormatException | DateTimeException | ArithmeticException noSuchValue) {
      return Optional.empty();
    }
  }
}
