package dev.epoch.api.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.gateway.rebuild.RebuildService;
import dev.epoch.projections.Projections;
import java.util.List;

/** How rebuilt read models compare with the live ones that they replaced. */
public record RebuildView(List<Rebuilt> projections) {

  /**
   * One read model.
   *
   * @param equal whether the live one was as the log says
   * @param position of the log at which they were compared, for read models in the metadata
   *     database
   * @param repository whose part was built anew; null: of all
   * @param states how many table states were compared, for overlays and histories
   * @param problem why it could not be built anew
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Rebuilt(
      String name,
      String repository,
      boolean equal,
      Long position,
      Integer states,
      List<Difference> differences,
      String problem) {
    public static Rebuilt of(Projections.Rebuild rebuild, String repository) {
      return new Rebuilt(
          rebuild.projection(), repository, rebuild.equal(), rebuild.position(), null, null, null);
    }

    /** One of several that could not be built anew. */
    public static Rebuilt failed(String repository, String problem) {
      return new Rebuilt("overlay-tables", repository, false, null, null, null, problem);
    }

    public static Rebuilt of(
        String repository, RebuildService.Report before, RebuildService.Report after) {
      List<Difference> differences =
          before.differences().stream()
              .map(difference -> Difference.of(difference, !after.differences().isEmpty()))
              .toList();
      return new Rebuilt(
          "overlay-tables",
          repository,
          before.differences().isEmpty(),
          null,
          before.states(),
          differences,
          null);
    }
  }

  /**
   * A state that read otherwise than the log says.
   *
   * @param remains whether some difference is still there after the rebuild
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Difference(
      String commit, String branch, String table, String problem, boolean remains) {
    static Difference of(RebuildService.Difference difference, boolean remains) {
      return new Difference(
          difference.commit(),
          difference.branch(),
          difference.table(),
          difference.problem(),
          remains);
    }
  }
}
