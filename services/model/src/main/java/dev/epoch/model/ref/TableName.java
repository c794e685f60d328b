package dev.epoch.model.ref;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The name of a table in a repository: 1 to {@value #MAX_BYTES} bytes of UTF-8 (what a PostgreSQL
 * identifier can hold), any characters that can be seen; not {@code .} and {@code ..}, which
 * clients take out of a URL.
 *
 * @param value the name
 */
public record TableName(@JsonValue String value) implements Comparable<TableName> {
  public static final int MAX_BYTES = 63;

  /**
   * @throws InvalidNameException if the rules forbid it
   */
  @JsonCreator
  public TableName {
    String fault = fault(value);
    if (fault != null) {
      throw new InvalidNameException("table", value, fault);
    }
  }

  public static boolean isValid(String name) {
    return fault(name) == null;
  }

  private static String fault(String name) {
    if (name == null || name.isEmpty()) {
      return "it is empty";
    }
    if (name.length() > MAX_BYTES || NameCharacters.bytes(name) > MAX_BYTES) {
      return "it is longer than " + MAX_BYTES + " bytes";
    }
    if (name.equals(".") || name.equals("..")) {
      return "in a path it means another place";
    }
    if (!NameCharacters.allVisible(name)) {
      return "it contains an invisible character";
    }
    return null;
  }

  @Override
  public int compareTo(TableName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
