package dev.epoch.cli.command.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.command.admin.DoctorCommand.Finding;
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
   * @param answer {@code projections[].{name, position, lag, state, repositories[].{repository,
   *     state, position, error}}}
   */
  static Finding of(JsonNode answer) {
    List<String> stopped = new ArrayList<>();
    List<String> paths = new ArrayList<>();
    List<String> behind = new ArrayList<>();
    for (JsonNode projection : answer.path(CHECK)) {
      String name = projection.path("name").asText();
      long lag = projection.path("lag").asLong();
      for (JsonNode repository : projection.path("repositories")) {
        if (repository.path("state").asText().equals("resumed")) {
          behind.add(name + " catches up with " + repository.path("repository").asText());
          continue;
        }
        stopped.add(stopped(name, repository));
        paths.add(name + "/retry?repository=" + repository.path("repository").asText());
      }
      if (lag > 0) {
        behind.add(name + " is " + Counts.of(lag, "record") + " behind");
      }
    }
    if (!stopped.isEmpty()) {
      return Finding.problem(
          CHECK,
          String.join("; ", stopped),
          "remove the cause, then POST /api/v1/admin/projections/"
              + paths.getFirst()
              + "; .../skip leaves the event out, /admin/rebuild builds it anew");
    }
    String running = answer.path(CHECK).size() + " running";
    return Finding.good(
        CHECK, behind.isEmpty() ? running : running + "; " + String.join(", ", behind));
  }

  private static String stopped(String name, JsonNode repository) {
    return "%s %s before position %d of repository %s: %s"
        .formatted(
            name,
            repository.path("state").asText().equals("parked") ? "is parked" : "waits",
            repository.path("position").asLong(),
            repository.path("repository").asText(),
            repository.path("error").asText());
  }
}
