package dev.epoch.client;

import java.util.List;
import java.util.Objects;

/** Compares states of the data and of the schema. */
public final class Diffs {

  private final Scope scope;

  Diffs(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * Two states to compare.
   *
   * @param base ref
   * @param target ref
   * @param working take the target with what is not yet committed on it
   */
  public record Range(String base, String target, boolean working) {

    private Boolean workingOrNull() {
      return working ? true : null;
    }
  }

  /** The changed tables. */
  public Diff tables(Range range) {
    return Diff.of(
        scope.send(
            scope
                .get("commits", "diff")
                .query("base", range.base())
                .query("target", range.target())
                .query("working", range.workingOrNull())));
  }

  /**
   * One page of the changed records of a table.
   *
   * @param type only these, or null for all
   * @param limit null to let the server choose
   * @param after where the page starts, from the page before, or null
   */
  public Diff.RecordPage records(
      String table, Range range, Diff.Type type, Integer limit, String after) {
    return Diff.RecordPage.of(
        scope.send(
            scope
                .get("diff", table)
                .query("base", range.base())
                .query("target", range.target())
                .query("working", range.workingOrNull())
                .query("type", type == null ? null : type.wire())
                .query("limit", limit)
                .query("after", after)));
  }

  /** The changes of one table's schema. */
  public List<Diff.SchemaChange> schema(String table, Range range) {
    return Json.items(
            scope.send(
                scope
                    .get("schema", "diff")
                    .query("base", range.base())
                    .query("target", range.target())
                    .query("working", range.workingOrNull())
                    .query("table", table)),
            "changes")
        .stream()
        .map(Diff.SchemaChange::of)
        .toList();
  }
}
