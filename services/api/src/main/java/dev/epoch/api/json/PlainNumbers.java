package dev.epoch.api.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.JsonGeneratorDelegate;
import java.io.IOException;
import java.math.BigDecimal;

/**
 * Writes decimals digit by digit, {@code 0.0000001} instead of {@code 1E-7}, unless the zeros would
 * be longer than any column's.
 */
final class PlainNumbers extends JsonGeneratorDelegate {
  private static final int MOST_ZEROS = 150_000;

  PlainNumbers(JsonGenerator generator) {
    super(generator, false);
  }

  @Override
  public void writeNumber(BigDecimal number) throws IOException {
    if (number == null || Math.abs((long) number.scale()) > MOST_ZEROS) {
      super.writeNumber(number);
    } else {
      super.writeNumber(number.toPlainString());
    }
  }
}
