package dev.epoch.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.command.DoctorCommand.Finding;
import dev.epoch.cli.text.Counts;
import java.util.ArrayList;
import java.util.List;

/**
 * What the read models of the server have to say: which stand still, and how far they are behind.
 */
final class ProjectionsCheck {

  private static final String CHECK = "projections";

  private ProjectionsCheck() {}

  /**
   * The finding.
   *
   * @param answer {@code projections[].{name, position, lag, state, parked_at, error}}, where state
   *     is running or parked
   */
  static Finding of(JsonNode answer) {
    List<String> parked = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<String> behind = new ArrayList<>();
    for (JsonNode projection : answer.path(CHECK)) {
      String name = projection.path("name").asText();
      long lag = projection.path("lag").asLong();
      if (!projection.path("state").asText().equals("running")) {
        names.add(name);
        parked.add(stopped(projection));
      } else if (lag > 0) {
        behind.add(name + " is " + Counts.of(lag, "record") + " behind");
      }
    }
    if (!parked.isEmpty()) {
      return Finding.problem(
          CHECK,
          String.join("; ", parked),
          "remove the cause, then POST /api/v1/admin/projections/"
              + names.getFirst()
              + "/retry; .../skip leaves the event out");
    }
    String running = answer.path(CHECK).size() + " running";
    return Finding.good(
        CHECK, behind.isEmpty() ? running : running + "; " + String.join(", ", behind));
  }

  private static String stopped(JsonNode projection) {
    String where =
        projection.hasNonNull("parked_at")
            ? " before position " + projection.path("parked_at").asLong()
            : "";
    return projection.path("name").asText()
        + " is "
        + projection.path("state").asText("stopped")
        + where
        + (projection.hasNonNull("error") ? ": " + projection.path("error").asText() : "");
  }
}
