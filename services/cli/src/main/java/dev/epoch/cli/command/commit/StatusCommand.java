package dev.epoch.cli.command.commit;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Palette;
import dev.epoch.cli.text.StatusText;
import dev.epoch.client.commit.RepositoryStatus;
import dev.epoch.client.merge.Conflict;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code epoch status}. */
@Command(name = "status", description = "Show what is changed and not yet committed.")
public final class StatusCommand extends EpochSubcommand {

  @Option(
      names = {"-s", "--short"},
      description = "One line for each table.")
  private boolean brief;

  @Option(names = "--porcelain", description = "The short form for scripts, which never changes.")
  private boolean porcelain;

  /** The command in a session. */
  public StatusCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String branch = session().branch();
    RepositoryStatus status = client().workingSet().status(branch);
    if (output().json()) {
      output().json(status);
      return ExitCode.OK;
    }
    List<Conflict> conflicts =
        status.merging() ? client().conflicts().all(branch, null) : List.of();
    StatusText text = new StatusText(porcelain ? Palette.PLAIN : output().palette());
    output()
        .lines(brief || porcelain ? text.brief(status, conflicts) : text.full(status, conflicts));
    return ExitCode.OK;
  }
}
