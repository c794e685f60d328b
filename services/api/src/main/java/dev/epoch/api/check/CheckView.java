package dev.epoch.api.check;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.engine.state.CheckState;
import dev.epoch.gateway.check.CheckService;
import dev.epoch.storage.query.QueryResult;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A check. */
@Schema(name = "Check")
public record CheckView(
    String name,
    String sql,
    List<String> tables,
    List<String> branches,
    List<String> on,
    String createdBy,
    Instant createdAt) {

  static CheckView of(CheckState check) {
    return new CheckView(
        check.name(),
        check.sql(),
        check.tables(),
        check.branches(),
        check.on(),
        check.author().name(),
        check.createdAt());
  }

  /** All of them, by name. */
  @Schema(name = "Checks")
  public record Listing(List<CheckView> checks) {}

  /** What a check finds. */
  @Schema(name = "CheckResult")
  public record Result(
      String name,
      boolean passes,
      @Schema(description = "Why it could not be run; null if it could") String failure,
      List<String> columns,
      @Schema(description = "The first rows that it finds") List<List<JsonNode>> rows,
      @Schema(description = "Whether there are more") boolean truncated) {

    static Result of(CheckService.Result result) {
      QueryResult found =
          result.found().orElseGet(() -> new QueryResult(List.of(), List.of(), false));
      return new Result(
          result.check(),
          result.passes(),
          result.failure(),
          found.columns().stream().map(QueryResult.ResultColumn::name).toList(),
          found.rows(),
          found.truncated());
    }
  }

  /** What checks find. */
  @Schema(name = "CheckResults")
  public record Results(boolean passes, List<Result> checks) {
    static Results of(List<CheckService.Result> results) {
      return new Results(
          results.stream().allMatch(CheckService.Result::passes),
          results.stream().map(Result::of).toList());
    }
  }
}
