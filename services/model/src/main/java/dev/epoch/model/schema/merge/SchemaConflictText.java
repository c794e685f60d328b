package dev.epoch.model.schema.merge;

import java.util.Locale;

/** Conflicts as people read them after a merge, and in the status of a branch. */
public final class SchemaConflictText {
  private SchemaConflictText() {}

  /**
   * What the merge prints.
   *
   * <pre>
   * CONFLICT (constraint): chk_customers_email modified in both branches
   *
   * On main:
   *   CHECK (email ~ '@')
   *
   * On feature/add-phone:
   *   CHECK (email LIKE '%@%.%')
   * </pre>
   */
  public static String merge(SchemaConflict conflict, String ours, String theirs) {
    return """
    CONFLICT (%s): %s %s

    On %s:
      %s

    On %s:
      %s
    """
        .formatted(
            kind(conflict),
            conflict.name().isEmpty() ? conflict.object().name() : conflict.name(),
            what(conflict, ours, theirs),
            ours,
            side(conflict.ours()),
            theirs,
            side(conflict.theirs()));
  }

  /** A line of the status: {@code both modified: customers.chk_customers_email}. */
  public static String status(SchemaConflict conflict) {
    String how =
        conflict.ours() == null
            ? "deleted by us"
            : conflict.theirs() == null
                ? "deleted by them"
                : conflict.base() == null ? "both added" : "both modified";
    String path = conflict.path();
    String schema = conflict.object().name().schema();
    return "%-17s%s"
        .formatted(how + ":", schema.equals("public") ? path.substring(schema.length() + 1) : path);
  }

  private static String kind(SchemaConflict conflict) {
    return conflict.part() == SchemaConflict.Part.OBJECT
        ? conflict.object().kind().label()
        : conflict.part().name().toLowerCase(Locale.ROOT);
  }

  private static String what(SchemaConflict conflict, String ours, String theirs) {
    if (conflict.ours() == null || conflict.theirs() == null) {
      return "deleted on %s and %s on %s"
          .formatted(
              conflict.ours() == null ? ours : theirs,
              conflict.fact().isEmpty() ? "modified" : conflict.fact(),
              conflict.ours() == null ? theirs : ours);
    }
    String fact = conflict.fact().isEmpty() ? "" : " (" + conflict.fact() + ")";
    return (conflict.base() == null ? "added" : "modified") + " in both branches" + fact;
  }

  private static String side(String text) {
    return text == null ? "(not there)" : text;
  }
}
