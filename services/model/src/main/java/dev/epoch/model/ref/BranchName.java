package dev.epoch.model.ref;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * The name of a branch or tag.
 *
 * <p>The rules are those of <a
 * href="https://git-scm.com/docs/git-check-ref-format">git-check-ref-format</a> for {@code
 * refs/heads/NAME} and of {@code git branch}, and a few more: at most {@value #MAX_BYTES} bytes (a
 * file named like it can still get {@code .lock} appended); nothing that could be read as a commit
 * id; no character that hides or disguises the name.
 *
 * @param value the name
 */
public record BranchName(@JsonValue String value) implements Comparable<BranchName> {
  public static final int MAX_BYTES = 244;

  private static final Pattern COMMIT_ID = Pattern.compile("[0-9a-fA-F]{40,64}");

  /**
   * @throws InvalidNameException if the rules forbid it
   */
  @JsonCreator
  public BranchName {
    String fault = fault(value);
    if (fault != null) {
      throw new InvalidNameException("branch", value, fault);
    }
  }

  public static boolean isValid(String name) {
    return fault(name) == null;
  }

  /** What is wrong with it, null if nothing is. */
  private static String fault(String name) {
    if (name == null || name.isEmpty()) {
      return "it is empty";
    }
    if (name.length() > MAX_BYTES || NameCharacters.bytes(name) > MAX_BYTES) {
      return "it is longer than " + MAX_BYTES + " bytes";
    }
    if (name.equals("HEAD") || name.equals("@")) {
      return "it means the current commit";
    }
    if (COMMIT_ID.matcher(name).matches()) {
      return "it looks like a commit id";
    }
    if (name.startsWith("-")) {
      return "it begins with '-'";
    }
    if (name.contains("@{")) {
      return "it contains '@{'";
    }
    if (name.contains("..")) {
      return "it contains '..'";
    }
    if (name.endsWith(".")) {
      return "it ends with '.'";
    }
    int forbidden =
        name.codePoints()
            .filter(c -> " ~^:?*[\\".indexOf(c) >= 0 || !NameCharacters.visible(c))
            .findFirst()
            .orElse(-1);
    if (forbidden >= 0) {
      return NameCharacters.visible(forbidden)
          ? "it contains '" + Character.toString(forbidden) + "'"
          : "it contains the invisible character U+%04X".formatted(forbidden);
    }
    for (String part : name.split("/", -1)) {
      if (part.isEmpty()) {
        return "it begins or ends with '/', or contains '//'";
      }
      if (part.startsWith(".")) {
        return "a part of it begins with '.'";
      }
      if (part.endsWith(".lock")) {
        return "a part of it ends with '.lock'";
      }
    }
    return null;
  }

  @Override
  public int compareTo(BranchName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
