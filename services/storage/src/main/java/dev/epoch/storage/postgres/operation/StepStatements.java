package dev.epoch.storage.postgres.operation;

import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.migration.SchemaSteps;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.storage.operation.Operation.SchemaStep;
import dev.epoch.storage.postgres.ddl.PostgresDialect;
import java.util.ArrayList;
import java.util.List;

/** The statements of a schema's steps. They name objects in the users' schemas. */
final class StepStatements {
  private final SchemaSteps steps;

  /**
   * @param steps null for none
   */
  StepStatements(SchemaSteps steps) {
    this.steps = steps;
  }

  /**
   * @param step null for none
   */
  static StepStatements of(SchemaStep step) {
    return new StepStatements(step == null ? null : step.steps());
  }

  /** What is run before rows are written. */
  List<String> first() {
    return steps == null ? List.of() : sql(between(steps.before(), steps.between()));
  }

  /** What is run when rows are written. What is replaced, or made anew, stays whose it is. */
  List<String> last() {
    if (steps == null) {
      return List.of();
    }
    List<Statement> last = between(steps.between(), steps.after());
    List<Statement> all = new ArrayList<>(between(steps.before(), steps.between()));
    all.addAll(last);
    return withOwners(last, all);
  }

  /** All in one, where no rows are written; without what runs in no transaction. */
  List<String> all() {
    if (steps == null) {
      return List.of();
    }
    List<Statement> all =
        between(steps.before(), steps.after()).stream()
            .filter(statement -> !statement.alone())
            .toList();
    return withOwners(all, all);
  }

  /** What takes everything back before rows are restored. */
  List<String> undo() {
    return steps == null ? List.of() : sql(between(steps.after(), steps.back()));
  }

  /** What does the rest when rows are restored. */
  List<String> undoLast() {
    return steps == null ? List.of() : sql(between(steps.back(), steps.before()));
  }

  private List<String> withOwners(List<Statement> statements, List<Statement> all) {
    List<String> sql = new ArrayList<>(sql(statements));
    sql.addAll(PostgresDialect.owners(all, steps.after(), steps.after().owners()));
    sql.addAll(PostgresDialect.owners(all, steps.after(), steps.before().owners()));
    return sql;
  }

  private static List<Statement> between(DatabaseSchema from, DatabaseSchema to) {
    return new PostgresDialect().statements(from, to, MigrationOptions.TRANSACTIONAL);
  }

  private static List<String> sql(List<Statement> statements) {
    return statements.stream().map(Statement::sql).toList();
  }
}
