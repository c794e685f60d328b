package dev.epoch.model.merge;

import dev.epoch.model.encoding.CanonicalBytes;

/**
 * What tells that a conflict is one that was there before, in another merge maybe: the same table,
 * key, kind and constraint, and the same base, ours and theirs. 32 hexadecimal digits of a SHA-256.
 */
public final class ConflictMarks {
  private static final int LENGTH = 32;

  private ConflictMarks() {}

  /** Of the conflict as a whole, with all of its fields. */
  public static String ofRow(RowConflict conflict) {
    CanonicalBytes bytes = new CanonicalBytes().text("row").text(conflict.id());
    bytes.integer(conflict.fields().size());
    conflict.fields().forEach(field -> add(bytes, field));
    return bytes.sha256().hex().substring(0, LENGTH);
  }

  /** Of one of its fields, whatever the others are. */
  public static String ofField(RowConflict conflict, FieldConflict field) {
    CanonicalBytes bytes = new CanonicalBytes().text("field").text(conflict.id());
    add(bytes, field);
    return bytes.sha256().hex().substring(0, LENGTH);
  }

  private static void add(CanonicalBytes bytes, FieldConflict field) {
    bytes.text(field.label());
    bytes.optionalText(field.base());
    bytes.optionalText(field.ours());
    bytes.optionalText(field.theirs());
  }
}
