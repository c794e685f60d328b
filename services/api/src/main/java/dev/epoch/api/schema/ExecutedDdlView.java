package dev.epoch.api.schema;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.api.schema.SchemaApplyView.Impact;
import dev.epoch.api.schema.SchemaApplyView.RunStatement;
import dev.epoch.api.schema.SchemaDiffView.Warning;
import dev.epoch.gateway.migration.DdlService.Done;
import dev.epoch.gateway.migration.DdlService.Outcome;
import dev.epoch.gateway.migration.DdlService.Tried;
import dev.epoch.model.schema.migration.Hazard;
import dev.epoch.storage.schema.SchemaMigrations.State;
import dev.epoch.storage.schema.SchemaMigrations.StepProgress;
import dev.epoch.storage.schema.SchemaTrials.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Statements that a user wrote, and what came of them. */
@Schema(name = "ExecutedDdl")
public record ExecutedDdlView(
    @Schema(description = "Null for a trial") String operationId,
    @Schema(enumeration = {"pending", "done", "failed"}) String state,
    List<RunStatement> statements,
    @Schema(description = "Tables that are others now, or would be") SortedSet<String> tables,
    @Schema(description = "Hash of the schema as it is now") String schemaHash,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Warning> warnings,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Impact> impact,
    @Schema(description = "Of several branches") @JsonInclude(JsonInclude.Include.NON_NULL)
        List<BranchResult> branches) {

  /** What became of the statements on one branch. */
  @Schema(name = "ExecutedDdlOfBranch")
  public record BranchResult(
      String branch,
      @Schema(enumeration = {"done", "failed", "refused"}) String state,
      @JsonInclude(JsonInclude.Include.NON_NULL) String operationId,
      SortedSet<String> tables,
      @JsonInclude(JsonInclude.Include.NON_NULL) String error) {

    private static BranchResult of(Outcome outcome) {
      if (outcome.done() == null) {
        return new BranchResult(
            outcome.branch(), "refused", null, new TreeSet<>(), outcome.refusal());
      }
      return new BranchResult(
          outcome.branch(),
          word(outcome.done().progress().state()),
          outcome.done().progress().id(),
          outcome.done().tables(),
          outcome.done().progress().steps().stream()
              .map(StepProgress::error)
              .filter(Objects::nonNull)
              .findFirst()
              .orElse(null));
    }
  }

  public static ExecutedDdlView of(List<Outcome> outcomes) {
    List<BranchResult> results = outcomes.stream().map(BranchResult::of).toList();
    SortedSet<String> tables = new TreeSet<>();
    results.forEach(result -> tables.addAll(result.tables()));
    boolean done = results.stream().allMatch(result -> result.state().equals(word(State.DONE)));
    return new ExecutedDdlView(
        null,
        word(done ? State.DONE : State.FAILED),
        List.of(),
        tables,
        null,
        List.of(),
        List.of(),
        results);
  }

  public static ExecutedDdlView of(Done done) {
    SchemaApplyView run = SchemaApplyView.of(done.progress());
    return new ExecutedDdlView(
        run.operationId(),
        run.state(),
        run.statements(),
        done.tables(),
        done.schemaHash(),
        warnings(done.hazards()),
        List.of(),
        null);
  }

  public static ExecutedDdlView of(Tried tried) {
    List<RunStatement> statements = new ArrayList<>();
    int failed = tried.trial().failure().map(Failure::index).orElse(Integer.MAX_VALUE);
    for (int i = 0; i < tried.statements().size(); i++) {
      State state = i == failed ? State.FAILED : i > failed ? State.SKIPPED : State.PENDING;
      statements.add(
          new RunStatement(
              tried.statements().get(i).sql(),
              word(state),
              0,
              i == failed ? tried.trial().failure().orElseThrow().message() : null));
    }
    return new ExecutedDdlView(
        null,
        word(tried.trial().failure().isPresent() ? State.FAILED : State.PENDING),
        statements,
        tried.tables(),
        tried.schemaHash(),
        warnings(tried.hazards()),
        SchemaApplyView.impact(tried.sizes()),
        null);
  }

  private static List<Warning> warnings(List<Hazard> hazards) {
    return hazards.stream().map(Warning::of).toList();
  }

  private static String word(State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
