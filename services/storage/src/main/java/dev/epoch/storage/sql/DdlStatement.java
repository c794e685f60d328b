package dev.epoch.storage.sql;

import dev.epoch.model.schema.migration.Hazard;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * One statement that changes a schema.
 *
 * @param sql without a semicolon at the end
 * @param alone whether it cannot run in a transaction
 * @param hazards what its text shows that it may do besides
 * @param altered the table of an ALTER TABLE that takes values away, or may
 * @param names all words of it that may be names
 * @param schemas what stands in front of a dot, or behind the word SCHEMA
 */
public record DdlStatement(
    String sql,
    boolean alone,
    List<Hazard> hazards,
    Optional<Altered> altered,
    Set<String> names,
    Set<String> schemas) {
  public DdlStatement {
    Objects.requireNonNull(sql, "sql");
    hazards = List.copyOf(hazards);
    names = Set.copyOf(names);
    schemas = Set.copyOf(schemas);
  }

  /**
   * A table whose columns go or change their types.
   *
   * @param table as the statement names it, quoted
   * @param dropped names of columns
   * @param retyped names of columns
   */
  public record Altered(String table, List<String> dropped, List<String> retyped) {
    public Altered {
      dropped = List.copyOf(dropped);
      retyped = List.copyOf(retyped);
    }
  }

  /** Whether something is taken away for good. */
  public boolean destructive() {
    return hazards.stream().anyMatch(Hazard::destructive);
  }
}
