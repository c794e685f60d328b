package dev.epoch.api.record;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.json.ApiJson;
import java.util.Collection;
import java.util.stream.Collectors;

/** Lines of CSV as RFC 4180 has them: null is nothing, the empty text is two quotes. */
public final class CsvLine {
  private CsvLine() {}

  public static String ofTexts(Collection<String> texts) {
    return texts.stream().map(CsvLine::field).collect(Collectors.joining(",", "", "\r\n"));
  }

  public static String ofValues(Collection<JsonNode> values) {
    return values.stream().map(CsvLine::value).collect(Collectors.joining(",", "", "\r\n"));
  }

  private static String value(JsonNode value) {
    if (value == null || value.isNull() || value.isMissingNode()) {
      return "";
    }
    return field(value.isTextual() ? value.textValue() : ApiJson.text(value));
  }

  private static String field(String text) {
    boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> c == ',' || c == '"' || c < ' ');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
