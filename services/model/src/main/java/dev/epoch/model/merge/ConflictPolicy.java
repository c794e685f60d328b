package dev.epoch.model.merge;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The rules of a repository.
 *
 * @param defaultRule where nothing else is said
 * @param tables by table name
 * @param fields by {@code table.column}
 */
public record ConflictPolicy(
    ConflictRule defaultRule, Map<String, ConflictRule> tables, Map<String, ConflictRule> fields) {
  public static final ConflictPolicy MANUAL =
      new ConflictPolicy(new ConflictRule.Manual(), Map.of(), Map.of());

  public ConflictPolicy {
    Objects.requireNonNull(defaultRule, "defaultRule");
    tables = Map.copyOf(tables);
    fields = Map.copyOf(fields);
  }

  public ConflictRules forTable(String table) {
    Map<String, ConflictRule> ofTable = new LinkedHashMap<>();
    String prefix = table + ".";
    fields.forEach((field, rule) -> {
      if (field.startsWith(prefix)) {
        ofTable.put(field.substring(prefix.length()), rule);
      }
    });
    return new ConflictRules(tables.getOrDefault(table, defaultRule), ofTable);
  }
}
