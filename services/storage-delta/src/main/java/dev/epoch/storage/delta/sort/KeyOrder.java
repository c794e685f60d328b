package dev.epoch.storage.delta.sort;

import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Comparator;

/**
 * The order of keys: numbers and times by what they mean, texts and bytes by their bytes. Keys are
 * equal if their canonical texts are.
 */
public final class KeyOrder implements Comparator<Row> {
  private final int[] places;
  private final Comparator<String>[] orders;

  /** The order of a table's primary key. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  public KeyOrder(TableSchema schema) {
    this.places = schema.keyIndexes();
    this.orders = new Comparator[places.length];
    for (int i = 0; i < places.length; i++) {
      orders[i] = order(schema.columns().get(places[i]).type());
    }
  }

  private static Comparator<String> order(DataType type) {
    return switch (type.base().kind()) {
      case INTEGER, DECIMAL -> Comparator.comparing(BigDecimal::new);
      case FLOAT -> Comparator.comparing(Double::valueOf);
      case DATE -> Comparator.comparing(LocalDate::parse);
      case TIMESTAMP -> Comparator.comparing(LocalDateTime::parse);
      case TIMESTAMP_WITH_ZONE -> Comparator.comparing(Instant::parse);
      case BOOLEAN,
          TEXT,
          BYTES,
          TIME,
          TIME_WITH_ZONE,
          INTERVAL,
          UUID,
          JSON,
          JSON_BINARY,
          ARRAY,
          ENUM,
          COMPOSITE,
          DOMAIN,
          RANGE,
          NETWORK,
          BITS,
          TEXT_SEARCH,
          OTHER ->
          KeyOrder::compareBytes;
    };
  }

  private static int compareBytes(String one, String other) {
    return Arrays.compareUnsigned(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int compare(Row one, Row other) {
    for (int i = 0; i < places.length; i++) {
      int order = orders[i].compare(one.get(places[i]), other.get(places[i]));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }
}
