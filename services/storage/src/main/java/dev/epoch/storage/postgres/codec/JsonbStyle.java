package dev.epoch.storage.postgres.codec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.DataType;
import dev.epoch.model.value.JsonText;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Documents of the type {@code jsonb} as PostgreSQL prints them: shorter keys first, a space behind
 * colons and commas, numbers without exponent.
 *
 * @param type for what is refused
 */
record JsonbStyle(DataType type) implements JsonText.Style {
  private static final Comparator<String> KEY_ORDER =
      Comparator.comparing(
          key -> key.getBytes(StandardCharsets.UTF_8),
          Comparator.<byte[]>comparingInt(key -> key.length)
              .thenComparing(Arrays::compareUnsigned));

  @Override
  public String comma() {
    return ", ";
  }

  @Override
  public String colon() {
    return ": ";
  }

  @Override
  public Comparator<String> keyOrder() {
    return KEY_ORDER;
  }

  @Override
  public String number(JsonNode number) {
    if (number.isIntegralNumber()) {
      return number.bigIntegerValue().toString();
    }
    BigDecimal decimal = number.decimalValue();
    NumberText.requirePrintable(type, decimal);
    return decimal.toPlainString();
  }

  @Override
  public void check(String text) {
    if (text.indexOf('\0') >= 0) {
      throw BadValues.refused(type, "a string holds a zero character");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw BadValues.refused(type, "a string holds half of a character");
    }
  }
}
