package dev.epoch.api.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.projections.Checkpoint;
import dev.epoch.projections.Projections;
import java.util.List;
import java.util.Locale;

/** How far the read models are. */
public record ProjectionsView(List<Projection> projections) {

  /**
   * One read model.
   *
   * @param lifecycle inline or asynchronous
   * @param position of the log that it includes
   * @param lag records of the log that it does not include
   * @param state running or parked
   * @param parkedAt position of the event that it cannot apply
   * @param error what went wrong there
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Projection(
      String name,
      String lifecycle,
      long position,
      long lag,
      String state,
      Long parkedAt,
      String error) {
    static Projection of(Projections.Status status) {
      Checkpoint checkpoint = status.checkpoint();
      return new Projection(
          checkpoint.name(),
          checkpoint.lifecycle().name().toLowerCase(Locale.ROOT),
          checkpoint.position(),
          status.lag(),
          checkpoint.parked() ? "parked" : "running",
          checkpoint.parkedAt(),
          checkpoint.error());
    }
  }

  public static ProjectionsView of(List<Projections.Status> statuses) {
    return new ProjectionsView(statuses.stream().map(Projection::of).toList());
  }
}
