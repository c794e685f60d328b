package dev.epoch.api.schema;

import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.gateway.migration.DdlService;
import dev.epoch.storage.schema.SchemaMigrations.Settings;
import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /schema/exec}. */
@Schema(name = "ExecuteDdl")
public record ExecuteDdl(
    @Schema(description = "One or more statements", examples = "ALTER TABLE users ADD phone text")
        @NotBlank
        String sql,
    @Schema(description = "The default branch unless given") String branch,
    @Schema(description = "On each of these branches instead, one after the other")
        List<@NotBlank String> branches,
    @Schema(description = "On every branch instead") Boolean allBranches,
    @Schema(description = "Name of the storage; needed where registered tables are in several")
        String storage,
    @Schema(description = "Try them on empty copies of the tables only") Boolean dryRun,
    @Schema(description = "Also what takes values away") Boolean force,
    @Schema(description = "30s unless given") String lockTimeout,
    @Schema(description = "5m unless given") String statementTimeout,
    @Schema(description = "For want of locks; 3 unless given") Integer retries,
    @Schema(description = "All that can in one transaction; true unless given")
        Boolean transaction) {
  private static final Duration INITIAL_DELAY = Duration.ofMillis(500);
  private static final Duration MAX_DELAY = Duration.ofSeconds(30);

  /** Whether it is for several branches, each with an outcome of its own. */
  public boolean onEach() {
    boolean each = branches != null && !branches.isEmpty();
    boolean all = Boolean.TRUE.equals(allBranches);
    if ((each ? 1 : 0) + (all ? 1 : 0) + (branch == null ? 0 : 1) > 1) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "value_error", "branch", "Give one of branch, branches and all_branches"));
    }
    if ((each || all) && Boolean.TRUE.equals(dryRun)) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", "dry_run", "Is for one branch"));
    }
    return each || all;
  }

  /**
   * What is asked for.
   *
   * @param key of the request, or null
   */
  public DdlService.Request request(String key) {
    var limits = ChangeLimits.how(null, lockTimeout, statementTimeout, retries).limits();
    return new DdlService.Request(
        branch,
        storage,
        sql,
        Boolean.TRUE.equals(force),
        new Settings(
            limits.lock(),
            limits.statement(),
            limits.retries(),
            INITIAL_DELAY,
            MAX_DELAY,
            !Boolean.FALSE.equals(transaction)),
        key);
  }
}
