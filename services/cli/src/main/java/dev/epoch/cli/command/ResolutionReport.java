package dev.epoch.cli.command;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.Conflicts;
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

  void print(long resolved, long remaining) {
    session
        .output()
        .confirm("Resolved " + Counts.of(resolved, "conflict") + ", " + remaining + " remaining");
    if (remaining == 0) {
      session
          .output()
          .confirm("All conflicts resolved; run \"epoch merge --continue\" to conclude.");
    }
  }
}
