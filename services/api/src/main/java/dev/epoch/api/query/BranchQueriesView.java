package dev.epoch.api.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.storage.query.QueryResult;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The answers to one query on several branches. */
@Schema(name = "BranchQueryResults")
public record BranchQueriesView(List<BranchResult> branches) {

  /** What a query answers on a branch. */
  public record BranchAnswer(String branch, QueryResult result) {}

  /** The answer on one branch. */
  @Schema(name = "BranchQueryResult")
  public record BranchResult(
      String branch,
      List<QueryView.ColumnView> columns,
      List<List<JsonNode>> rows,
      boolean truncated) {}

  /** In the order of the branches. */
  public static BranchQueriesView of(List<BranchAnswer> answers) {
    return new BranchQueriesView(
        answers.stream()
            .map(answer -> {
              QueryView view = QueryView.of(answer.result());
              return new BranchResult(
                  answer.branch(), view.columns(), view.rows(), view.truncated());
            })
            .toList());
  }
}
