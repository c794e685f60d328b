package dev.epoch.model.schema.migration;

import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What makes one schema another, and what brings the first one back. Names are qualified by their
 * schemas.
 *
 * @param up statements in the order that they run in
 * @param down those that undo them
 * @param difference that the statements carry out
 */
public record Migration(List<Statement> up, List<Statement> down, SchemaDifference difference) {
  public Migration {
    up = List.copyOf(up);
    down = List.copyOf(down);
  }

  /** In the dialect of PostgreSQL. */
  public static Migration between(
      DatabaseSchema before, DatabaseSchema after, MigrationOptions options) {
    return new Migration(
        statements(before, after, options),
        sorted(new Plan(after, before, options, true)),
        SchemaDifference.between(before, after));
  }

  /** One way alone. */
  public static List<Statement> statements(
      DatabaseSchema before, DatabaseSchema after, MigrationOptions options) {
    return sorted(new Plan(before, after, options, false));
  }

  private static List<Statement> sorted(Plan plan) {
    new ObjectPlanner(plan).plan();
    new TablePlanner(plan).plan();
    return plan.sorted();
  }

  /**
   * Statements that give objects to roles, to be run after others.
   *
   * @param statements the others
   * @param after what there is when they have run
   * @param owners of objects; what nobody is known to own gets no statement, tables get none
   */
  public static List<String> owners(
      List<Statement> statements, DatabaseSchema after, Map<ObjectId, String> owners) {
    return statements.stream()
        .map(Statement::object)
        .distinct()
        .filter(id -> id.kind() != ObjectKind.TABLE && owners.containsKey(id))
        .map(id -> after.objects().get(id))
        .filter(Objects::nonNull)
        .map(object ->
            "ALTER %s %s OWNER TO %s"
                .formatted(
                    ObjectDdl.keyword(object),
                    ObjectDdl.named(object.id()),
                    Names.quote(owners.get(object.id()))))
        .toList();
  }

  /** The differences one by one, each with its statements. */
  public List<MigrationChange> changes() {
    return MigrationChange.of(this);
  }

  public boolean isEmpty() {
    return up.isEmpty();
  }

  /** Whether the way up takes something away for good. */
  public boolean destructive() {
    return up.stream().anyMatch(Statement::destructive);
  }

  /**
   * What whoever runs the way up ought to know: everything but what a small table does not feel.
   */
  public List<Hazard> warnings() {
    List<Hazard> warnings = new ArrayList<>();
    up.forEach(
        statement -> statement.hazards().stream().filter(Hazard::warns).forEach(warnings::add));
    return warnings;
  }
}
