package dev.epoch.events.table;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;

/**
 * A constraint of a table.
 *
 * @param name unique in the table
 * @param kind what it demands
 * @param columns it is about, in its order
 * @param definition as the database prints it
 * @param referencesTable {@code schema.table} that a foreign key points to, or null
 * @param referencesColumns that a foreign key points to
 * @param deferrable whether it may be checked at the end of a transaction
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Constraint(
    String name,
    Kind kind,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> columns,
    String definition,
    String referencesTable,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> referencesColumns,
    boolean deferrable) {

  /** What a constraint demands. */
  public enum Kind {
    PRIMARY_KEY,
    UNIQUE,
    FOREIGN_KEY,
    CHECK,
    EXCLUSION,
    NOT_NULL
  }

  public Constraint {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(definition, "definition");
    columns = columns == null ? List.of() : List.copyOf(columns);
    referencesColumns = referencesColumns == null ? List.of() : List.copyOf(referencesColumns);
  }
}
