package dev.epoch.model.ref;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * The name of a repository: 1 to 100 letters (a to z, A to Z), digits, '.', '_' and '-', with a
 * letter or digit first. So it can be a folder and a part of a URL as it is.
 *
 * @param value the name
 */
public record RepositoryName(@JsonValue String value) implements Comparable<RepositoryName> {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  /**
   * @throws InvalidNameException if the rules forbid it
   */
  @JsonCreator
  public RepositoryName {
    if (value == null || !FORM.matcher(value).matches()) {
      throw new InvalidNameException(
          "repository",
          value,
          "1 to 100 letters, digits, '.', '_' or '-', a letter or digit first");
    }
  }

  public static boolean isValid(String name) {
    return name != null && FORM.matcher(name).matches();
  }

  @Override
  public int compareTo(RepositoryName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
