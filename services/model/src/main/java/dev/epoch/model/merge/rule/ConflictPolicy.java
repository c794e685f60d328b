package dev.epoch.model.merge.rule;

import dev.epoch.events.ConflictSettings;
import dev.epoch.events.ConflictSettings.Rule;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The rules that settings of a repository, or of one merge, make for its tables: of a field its own
 * rule, else that of its table, else the default.
 *
 * @param settings that say it
 */
public record ConflictPolicy(ConflictSettings settings) {
  /** Every conflict waits for somebody. */
  public static final ConflictPolicy MANUAL = new ConflictPolicy(ConflictSettings.NONE);

  public ConflictPolicy {
    Objects.requireNonNull(settings, "settings");
  }

  /** The rules of a table. */
  public ConflictRules forTable(String table, TableSchema schema) {
    Rule ofTable = ruleOf(table);
    Map<String, ConflictRule> fields = new LinkedHashMap<>();
    Set<String> wholeJson = new HashSet<>();
    for (Column column : schema.columns()) {
      Rule own = settings.fieldRules().get(table + "." + column.name());
      if (own != null && own.strategy() != null) {
        fields.put(column.name(), ConflictRule.of(own.strategy(), own.timestampField()));
      }
      String json = own == null || own.json() == null ? ofTable.json() : own.json();
      if ("whole".equals(json) && column.type().isJson()) {
        wholeJson.add(column.name());
      }
    }
    ConflictRule rule =
        ofTable.strategy() == null
            ? new ConflictRule.Manual()
            : ConflictRule.of(ofTable.strategy(), ofTable.timestampField());
    return new ConflictRules(rule, fields, wholeJson);
  }

  private Rule ruleOf(String table) {
    Rule own = settings.tableRules().getOrDefault(table, Rule.NOTHING);
    Rule otherwise = settings.defaultRule();
    return new Rule(
        own.strategy() == null ? otherwise.strategy() : own.strategy(),
        own.strategy() == null ? otherwise.timestampField() : own.timestampField(),
        own.json() == null ? otherwise.json() : own.json());
  }
}
