package dev.epoch.model.value;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.Optional;

/**
 * Documents by RFC 8785 (JCS): no white space, keys in the order of their UTF-16 code units, the
 * least escaping, numbers as ECMAScript prints them.
 *
 * <p>It leaves the RFC where the RFC would lose something: a number that no double holds exactly
 * keeps all its digits, printed by the same rule; half a surrogate pair is escaped; a document that
 * names a key twice stays as it is.
 */
final class CanonicalJson {
  private static final JsonText.Style STYLE =
      new JsonText.Style() {
        @Override
        public Comparator<String> keyOrder() {
          return Comparator.naturalOrder();
        }

        @Override
        public String number(JsonNode number) {
          return number.isIntegralNumber() && number.canConvertToLong()
              ? Long.toString(number.longValue())
              : EcmaNumber.of(decimal(number));
        }
      };

  private CanonicalJson() {}

  static String of(String text) {
    Optional<JsonNode> document = JsonDocuments.readExactly(text);
    return document.isEmpty() ? text : JsonText.write(document.get(), STYLE);
  }

  private static BigDecimal decimal(JsonNode number) {
    return number.isIntegralNumber()
        ? new BigDecimal(number.bigIntegerValue())
        : number.decimalValue();
  }
}
