package dev.epoch.model.merge;

import java.util.Objects;

/**
 * A field, or a part of a JSON field, that both sides changed differently.
 *
 * @param name of the column
 * @param path of the part, as a JSON pointer (RFC 6901); empty for the whole field
 * @param base canonical text, JSON text for a part; null for SQL NULL, an absent part or row
 * @param ours likewise
 * @param theirs likewise
 */
public record FieldConflict(String name, String path, String base, String ours, String theirs) {
  public FieldConflict {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(path, "path");
  }

  public static FieldConflict whole(String name, String base, String ours, String theirs) {
    return new FieldConflict(name, "", base, ours, theirs);
  }

  /** Column and path: what a selector may call it, unique in a conflict. */
  public String label() {
    return name + path;
  }
}
