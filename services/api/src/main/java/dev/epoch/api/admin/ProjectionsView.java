package dev.epoch.api.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.projections.Checkpoint;
import dev.epoch.projections.Projections;
import dev.epoch.projections.Stop;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** How far the read models are. */
public record ProjectionsView(List<Projection> projections) {

  /**
   * One read model.
   *
   * @param position of the log that it includes, events of {@code repositories} excepted
   * @param lag records of the log that it does not include
   * @param state running; parked if it is parked with some repository, else waiting if it waits
   *     with some
   * @param parkedAt position of the first event that it cannot apply
   * @param error what went wrong there
   * @param repositories those that it does not go on with; it does with all others
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Projection(
      String name,
      long position,
      long lag,
      String state,
      Long parkedAt,
      String error,
      List<Stopped> repositories) {
    static Projection of(Projections.Status status) {
      Checkpoint checkpoint = status.checkpoint();
      return new Projection(
          checkpoint.name(),
          checkpoint.position(),
          status.lag(),
          state(checkpoint),
          checkpoint.firstParked().map(Stop::position).orElse(null),
          checkpoint.firstParked().map(Stop::error).orElse(null),
          stopped(checkpoint));
    }

    private static String state(Checkpoint checkpoint) {
      if (checkpoint.parked()) {
        return "parked";
      }
      return checkpoint.stops().isEmpty() ? "running" : "waiting";
    }
  }

  /**
   * A repository whose events a read model does not include from one of them on.
   *
   * @param state parked: until a retry or a skip; waiting: for what is away, it is tried again by
   *     itself; resumed: the events are being applied
   * @param position of that event
   * @param error what went wrong there
   * @param since when
   */
  public record Stopped(
      String repository, String state, long position, String error, Instant since) {}

  /**
   * What a server that is ready lacks: a read model, or a metadata database that takes writes.
   *
   * @param projection null for the metadata database
   * @param state as in {@link Stopped}; {@code refuses_writes} of the metadata database
   * @param problem what the metadata database says, to those who may know
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Degradation(
      String projection, String repository, String state, Long position, String problem) {
    static Degradation ofMetadata(String problem) {
      return new Degradation(null, null, "refuses_writes", null, problem);
    }
  }

  public static ProjectionsView of(List<Projections.Status> statuses) {
    return new ProjectionsView(statuses.stream().map(Projection::of).toList());
  }

  /** With which repositories which read models do not go on. */
  public static List<Degradation> degraded(List<Checkpoint> checkpoints) {
    return checkpoints.stream()
        .flatMap(checkpoint ->
            stopped(checkpoint).stream()
                .map(stopped ->
                    new Degradation(
                        checkpoint.name(),
                        stopped.repository(),
                        stopped.state(),
                        stopped.position(),
                        null)))
        .toList();
  }

  private static List<Stopped> stopped(Checkpoint checkpoint) {
    return checkpoint.stops().values().stream()
        .sorted(Comparator.comparing(Stop::repository))
        .map(stop ->
            new Stopped(
                stop.repository(),
                lower(stop.state()),
                stop.position(),
                stop.error(),
                stop.since()))
        .toList();
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
