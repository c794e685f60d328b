package dev.epoch.model.merge.rule;

import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The rules of one table.
 *
 * @param table for rows, and for fields without a rule of their own
 * @param fields by column name
 * @param wholeJson names of JSON columns whose objects are one value; those of others merge key by
 *     key
 */
public record ConflictRules(
    ConflictRule table, Map<String, ConflictRule> fields, Set<String> wholeJson) {
  /** Every conflict waits for somebody. */
  public static final ConflictRules MANUAL = new ConflictRules(new ConflictRule.Manual(), Map.of());

  /** JSON objects merge key by key. */
  public ConflictRules(ConflictRule table, Map<String, ConflictRule> fields) {
    this(table, fields, Set.of());
  }

  public ConflictRules {
    Objects.requireNonNull(table, "table");
    fields = Map.copyOf(fields);
    wholeJson = Set.copyOf(wholeJson);
  }

  public boolean hasOwnRule(String field) {
    return fields.containsKey(field);
  }

  public ConflictRule field(String name) {
    return fields.getOrDefault(name, table);
  }
}
