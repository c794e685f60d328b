package dev.epoch.storage.location;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.storage.error.BadLocationException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Settings of a storage as users write them: texts and numbers by name. */
public final class GivenSettings {
  private GivenSettings() {}

  /** All that are not null, as texts. */
  public static Map<String, String> texts(Map<String, JsonNode> given) {
    Map<String, String> texts = new LinkedHashMap<>();
    given.forEach((name, value) -> {
      if (value != null && !value.isNull()) {
        if (!value.isValueNode()) {
          throw new BadLocationException("Setting '" + name + "' must be a text or a number", null);
        }
        texts.put(name, value.asText());
      }
    });
    return texts;
  }

  /**
   * A whole number.
   *
   * @param otherwise what it is where it is not given
   */
  public static int number(
      Map<String, String> given, String name, int otherwise, int least, int greatest) {
    String text = given.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(text.strip());
      if (number >= least && number <= greatest) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new BadLocationException(
        "%s must be a number from %d to %d".formatted(name, least, greatest), null);
  }
}
