package dev.epoch.api.schema;

import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.gateway.schema.ConstraintService.How;
import dev.epoch.storage.schema.SchemaMigrations.Settings;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /schema/apply}. */
@Schema(name = "ApplySchema")
public record ApplySchema(
    @Schema(description = "Only this table, with what it needs") String table,
    @Schema(description = "Ref whose schema the live tables get") String from,
    @Schema(description = "Instead of from: the index of the table that is built anew")
        String reindex,
    @Schema(description = "The default branch, which is the live tables") String toBranch,
    @Schema(description = "Tell the statements only") Boolean dryRun,
    @Schema(description = "Also what loses data") Boolean force,
    @Schema(description = "Statements that let writers go on") Boolean online,
    @Schema(description = "Hash of the live schema that a plan was made for") String schemaHash,
    @Schema(description = "30s unless given") String lockTimeout,
    @Schema(description = "5m unless given") String statementTimeout,
    @Schema(description = "For want of locks; 3 unless given") Integer retries,
    @Schema(description = "Before the first of them; 500ms unless given") String initialDelay,
    @Schema(description = "Longest between them; 30s unless given") String maxDelay,
    @Schema(description = "All that can in one transaction; true unless given")
        Boolean transaction) {
  private static final Duration INITIAL_DELAY = Duration.ofMillis(500);
  private static final Duration MAX_DELAY = Duration.ofSeconds(30);

  public Settings settings() {
    if ((from == null || from.isBlank()) == (reindex == null)) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", "from", "Should be given, or reindex"));
    }
    if (reindex != null && (table == null || schemaHash != null)) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "value_error", "reindex", "Goes with the name of a table, and with no plan"));
    }
    How how = ChangeLimits.how(online, lockTimeout, statementTimeout, retries);
    if (Boolean.TRUE.equals(online) && Boolean.TRUE.equals(transaction)) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", "transaction", "No transaction takes what is online"));
    }
    return new Settings(
        how.limits().lock(),
        how.limits().statement(),
        how.limits().retries(),
        ChangeLimits.duration("initial_delay", initialDelay, INITIAL_DELAY),
        ChangeLimits.duration("max_delay", maxDelay, MAX_DELAY),
        !Boolean.TRUE.equals(online) && !Boolean.FALSE.equals(transaction));
  }
}
