package dev.epoch.model.merge;

import java.util.Map;
import java.util.Objects;

/**
 * The rules of one table.
 *
 * @param table for rows, and for fields without a rule of their own
 * @param fields by column name
 */
public record ConflictRules(ConflictRule table, Map<String, ConflictRule> fields) {
  /** Every conflict waits for somebody. */
  public static final ConflictRules MANUAL = new ConflictRules(new ConflictRule.Manual(), Map.of());

  public ConflictRules {
    Objects.requireNonNull(table, "table");
    fields = Map.copyOf(fields);
  }

  boolean hasOwnRule(String field) {
    return fields.containsKey(field);
  }

  ConflictRule field(String name) {
    return fields.getOrDefault(name, table);
  }
}
