package dev.epoch.cli.command;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.client.Repositories;
import dev.epoch.client.Repository;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch repo set}. */
@Command(name = "set", description = "Change settings of a repository.")
public final class RepositorySetCommand extends EpochSubcommand {

  @Parameters(
      arity = "0..1",
      paramLabel = "<name>",
      description = "Name of the repository; the one of this folder if none is given.")
  private String name;

  @Option(names = "--description", paramLabel = "<text>", description = "Text for people.")
  private String description;

  @Option(
      names = "--live-changes",
      paramLabel = "<commit|refuse>",
      description = "What merges do with uncommitted live changes unless they say it.")
  private String liveChanges;

  @Option(
      names = "--live-commits",
      paramLabel = "<off|interval|changes>",
      description = "When live changes of the default branch are committed by themselves.")
  private String liveCommits;

  @Option(
      names = "--every",
      paramLabel = "<n>",
      description = "Minutes for interval, changed rows for changes.")
  private Long every;

  /** The command in a session. */
  public RepositorySetCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    String repository =
        name != null
            ? name
            : session()
                .settings()
                .repository()
                .orElseThrow(() -> CommandFailure.usage("name the repository"));
    if (every != null && liveCommits == null) {
      throw CommandFailure.usage("--every goes with --live-commits");
    }
    Repository changed =
        session()
            .server()
            .repositories()
            .change(
                repository,
                new Repositories.Settings(description, liveChanges, liveCommits, every));
    if (output().json()) {
      output().json(changed);
    } else {
      output().confirm("Changed repository '" + changed.name() + "'");
    }
    return ExitCode.OK;
  }
}
