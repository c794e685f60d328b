package dev.epoch.api.merge;

import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.events.ConflictSettings;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What settles conflicts without asking anybody; of a repository, or of one merge. */
@Schema(name = "ConflictRules")
public record ConflictRules(
    @Pattern(regexp = STRATEGIES, message = STRATEGIES_MESSAGE)
        @Schema(description = "Where no rule of a table or field says it", example = "manual")
        String defaultStrategy,
    @Pattern(regexp = STRATEGIES, message = STRATEGIES_MESSAGE)
        @Schema(description = "Another name of default_strategy")
        String strategy,
    @Schema(description = "For last_write_wins: column that says when a row was written")
        String timestampField,
    @Pattern(regexp = "by_key|whole", message = "Should be by_key or whole")
        @Schema(description = "How JSON objects merge: by_key (also if nothing is said), whole")
        String json,
    @Schema(description = "Only false is accepted: conflicts of schemas are decided by people")
        Boolean autoResolveSchema,
    @Size(max = 500) @Schema(description = "By table name")
        Map<String, @NotNull @Valid Rule> tableRules,
    @Size(max = 500) @Schema(description = "By table.column")
        Map<String, @NotNull @Valid Rule> fieldRules) {
  private static final String STRATEGIES =
      "manual|source_wins|target_wins|last_write_wins|sum|max|min|append_only";
  private static final String STRATEGIES_MESSAGE =
      "Should be manual, source_wins, target_wins, last_write_wins, sum, max, min or append_only";

  /** A rule; what is left out is said by a wider one. */
  @Schema(name = "ConflictRule")
  public record Rule(
      @Pattern(regexp = STRATEGIES, message = STRATEGIES_MESSAGE)
          @Schema(
              description =
                  "manual, source_wins, target_wins, last_write_wins, sum, max, min, append_only")
          String strategy,
      @Schema(description = "For last_write_wins: column that says when a row was written")
          String timestampField,
      @Pattern(regexp = "by_key|whole", message = "Should be by_key or whole")
          @Schema(description = "How JSON objects merge: by_key, whole")
          String json) {

    private ConflictSettings.Rule settings() {
      return new ConflictSettings.Rule(strategy, timestampField, json);
    }

    /** As clients see it. */
    public static Rule of(ConflictSettings.Rule rule) {
      return new Rule(rule.strategy(), rule.timestampField(), rule.json());
    }
  }

  /**
   * As the log has them; null for null.
   *
   * @throws InvalidRequestException if two keys contradict each other
   */
  public static ConflictSettings settings(ConflictRules given) {
    if (given == null) {
      return null;
    }
    if (given.defaultStrategy != null && given.strategy != null) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", "strategy", "Give default_strategy or strategy"));
    }
    if (Boolean.TRUE.equals(given.autoResolveSchema)) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "value_error",
              "auto_resolve_schema",
              "Conflicts of schemas are decided by people; leave it out, or false"));
    }
    String strategy = given.defaultStrategy == null ? given.strategy : given.defaultStrategy;
    return new ConflictSettings(
        new ConflictSettings.Rule(strategy, given.timestampField, given.json),
        settings(given.tableRules),
        settings(given.fieldRules));
  }

  private static Map<String, ConflictSettings.Rule> settings(Map<String, Rule> given) {
    Map<String, ConflictSettings.Rule> rules = new LinkedHashMap<>();
    if (given != null) {
      given.forEach((name, rule) -> rules.put(name, rule.settings()));
    }
    return rules;
  }

  /** As clients see them. */
  public static ConflictRules of(ConflictSettings settings) {
    return new ConflictRules(
        settings.defaultRule().strategy() == null ? "manual" : settings.defaultRule().strategy(),
        null,
        settings.defaultRule().timestampField(),
        settings.defaultRule().json(),
        null,
        rules(settings.tableRules()),
        rules(settings.fieldRules()));
  }

  private static Map<String, Rule> rules(Map<String, ConflictSettings.Rule> settings) {
    Map<String, Rule> rules = new java.util.TreeMap<>();
    settings.forEach((name, rule) -> rules.put(name, Rule.of(rule)));
    return rules;
  }
}
