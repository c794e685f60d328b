package dev.epoch.events;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What settles conflicts of merges without asking anybody; the narrowest rule counts.
 *
 * @param defaultRule where nothing else is said
 * @param tableRules by table name
 * @param fieldRules by {@code table.column}
 */
public record ConflictSettings(
    Rule defaultRule, Map<String, Rule> tableRules, Map<String, Rule> fieldRules) {
  /** Every conflict waits for somebody. */
  public static final ConflictSettings NONE =
      new ConflictSettings(Rule.NOTHING, Map.of(), Map.of());

  public ConflictSettings {
    defaultRule = defaultRule == null ? Rule.NOTHING : defaultRule;
    tableRules = tableRules == null ? Map.of() : Map.copyOf(tableRules);
    fieldRules = fieldRules == null ? Map.of() : Map.copyOf(fieldRules);
  }

  /**
   * A rule; what is null is said by a wider one.
   *
   * @param strategy manual, source_wins, target_wins, last_write_wins, sum, max, min, append_only,
   *     or null
   * @param timestampField for last_write_wins, else null
   * @param json {@code by_key}: objects merge key by key, {@code whole}: they are one value; or
   *     null
   */
  public record Rule(String strategy, String timestampField, String json) {
    /** Says nothing. */
    public static final Rule NOTHING = new Rule(null, null, null);

    /** This, and where it says nothing what the other says. */
    Rule over(Rule below) {
      return new Rule(
          strategy == null ? below.strategy() : strategy,
          strategy == null ? below.timestampField() : timestampField,
          json == null ? below.json() : json);
    }

    /** The same without what another one says. */
    private Rule under(Rule above) {
      return new Rule(
          above.strategy() == null ? strategy : null,
          above.strategy() == null ? timestampField : null,
          above.json() == null ? json : null);
    }
  }

  /**
   * These settings, and where they say nothing the others. A rule beats what the others say about
   * the same and about what is narrower: one for a table their rules for its fields, too.
   */
  public ConflictSettings over(ConflictSettings below) {
    Objects.requireNonNull(below, "below");
    Map<String, Rule> tables = new TreeMap<>();
    below.tableRules.forEach((table, rule) -> tables.put(table, rule.under(defaultRule)));
    tableRules.forEach(
        (table, rule) -> tables.merge(table, rule, (lower, upper) -> upper.over(lower)));
    Map<String, Rule> fields = new TreeMap<>();
    below.fieldRules.forEach((field, rule) -> {
      Rule left = rule.under(defaultRule);
      for (Map.Entry<String, Rule> table : tableRules.entrySet()) {
        if (field.startsWith(table.getKey() + ".")) {
          left = left.under(table.getValue());
        }
      }
      fields.put(field, left);
    });
    fieldRules.forEach(
        (field, rule) -> fields.merge(field, rule, (lower, upper) -> upper.over(lower)));
    return new ConflictSettings(defaultRule.over(below.defaultRule), tables, fields);
  }
}
