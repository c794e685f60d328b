package dev.epoch.cli.command.merge;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.merge.Conflicts;
import dev.epoch.client.transport.Json;
import java.util.List;
import java.util.Objects;

/** Sends a decision and says what it has settled. */
final class ResolutionReport {

  private final Session session;

  ResolutionReport(Session session) {
    this.session = Objects.requireNonNull(session, "session");
  }

  ExitCode resolve(Conflicts.Resolution resolution) {
    Conflicts.Progress progress =
        session.client().conflicts().resolve(session.branch(), resolution);
    if (session.output().json()) {
      session.output().json(progress);
    } else if (progress.resolved() > 0) {
      print(progress.resolved(), progress.remaining());
    } else {
      session
          .output()
          .confirm(
              "Decided "
                  + Counts.of(progress.decided(), "field")
                  + "; no conflict is resolved by that, "
                  + progress.remaining()
                  + " remaining");
    }
    return ExitCode.OK;
  }

  /** One decision after the other; those before one that is refused stay made. */
  ExitCode resolveAll(List<Conflicts.Resolution> resolutions) {
    long resolved = 0;
    Conflicts.Progress last = null;
    for (Conflicts.Resolution resolution : resolutions) {
      last = session.client().conflicts().resolve(session.branch(), resolution);
      resolved += last.resolved();
    }
    if (session.output().json()) {
      session
          .output()
          .json(Json.object().put("resolved", resolved).put("remaining", last.remaining()));
    } else {
      print(resolved, last.remaining());
    }
    return ExitCode.OK;
  }

  void print(long resolved, long remaining) {
    session
        .output()
        .confirm("Resolved " + Counts.of(resolved, "conflict") + ", " + remaining + " remaining");
    if (remaining == 0) {
      session
          .output()
          .confirm("All conflicts resolved; run \"epoch " + verb() + " --continue\" to conclude.");
    }
  }

  /** The command that waits for them. */
  private String verb() {
    return session.client().workingSet().status(session.branch()).verb();
  }
}
