package dev.epoch.cli.command;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.client.Conflicts;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch resolve}: decides the conflict of one constraint. */
@Command(name = "resolve", description = "Decide the conflict of one constraint.")
public final class ResolveCommand extends EpochSubcommand {

  @Parameters(
      paramLabel = "<constraint>",
      description = "The constraint, with or without its table: users.chk_age.")
  private String name;

  @Option(names = "--ours", description = "Keep the version of the branch that is merged into.")
  private boolean ours;

  @Option(names = "--theirs", description = "Take the version of the branch that is merged.")
  private boolean theirs;

  @Option(
      names = "--custom",
      paramLabel = "<columns>",
      description = "Set columns of the records that break it: '{\"customer\": 3}'.")
  private String custom;

  @Option(names = "--delete", description = "Delete the records that break it.")
  private boolean delete;

  /** The command in a session. */
  public ResolveCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    if (Stream.of(ours, theirs, custom != null, delete).filter(given -> given).count() != 1) {
      throw CommandFailure.usage("give one of --ours, --theirs, --custom, --delete");
    }
    int dot = name.lastIndexOf('.');
    Conflicts.Side side = delete ? Conflicts.Side.DELETE : Conflicts.Side.VALUE;
    if (ours || theirs) {
      side = ours ? Conflicts.Side.OURS : Conflicts.Side.THEIRS;
    }
    return new ResolutionReport(session())
        .resolve(
            new Conflicts.Resolution(
                dot < 0 ? null : name.substring(0, dot),
                null,
                null,
                name.substring(dot + 1),
                side,
                custom == null ? null : TypedValues.columns(custom)));
  }
}
