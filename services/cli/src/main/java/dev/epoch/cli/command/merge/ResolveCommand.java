package dev.epoch.cli.command.merge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.RefusedException;
import dev.epoch.client.merge.Conflicts;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch resolve}: decides the conflict of one constraint. */
@Command(
    name = "resolve",
    description = "Decide the conflict of one constraint, or another part of a schema.")
public final class ResolveCommand extends EpochSubcommand {

  @Parameters(
      paramLabel = "<constraint>",
      description =
          "The constraint, with or without its table: users.chk_age; of a table that one side has"
              + " dropped its name.")
  private String name;

  @Option(names = "--ours", description = "Keep the version of the branch that is merged into.")
  private boolean ours;

  @Option(names = "--theirs", description = "Take the version of the branch that is merged.")
  private boolean theirs;

  @Option(
      names = "--custom",
      paramLabel = "<definition>",
      description =
          "What it is to be, as SQL: 'CHECK (age > 17)'; of records that break it their columns:"
              + " '{\"customer\": 3}'.")
  private String custom;

  @Option(names = "--union", description = "What both versions say: either of two checks.")
  private boolean union;

  @Option(names = "--delete", description = "Delete the records that break it.")
  private boolean delete;

  @Option(names = "--learnt", description = "As the same conflict was decided before.")
  private boolean learnt;

  /** The command in a session. */
  public ResolveCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (Stream.of(ours, theirs, custom != null, union, delete, learnt)
            .filter(given -> given)
            .count()
        != 1) {
      throw CommandFailure.usage(
          "give one of --ours, --theirs, --custom, --union, --delete, --learnt");
    }
    int dot = name.lastIndexOf('.');
    Conflicts.Side side =
        delete ? Conflicts.Side.DELETE : union ? Conflicts.Side.UNION : Conflicts.Side.VALUE;
    if (learnt) {
      side = Conflicts.Side.LEARNT;
    }
    if (ours || theirs) {
      side = ours ? Conflicts.Side.OURS : Conflicts.Side.THEIRS;
    }
    JsonNode value = custom == null ? null : TypedValues.columns(custom);
    String table = dot < 0 ? null : name.substring(0, dot);
    ResolutionReport report = new ResolutionReport(session());
    try {
      return report.resolve(
          new Conflicts.Resolution(table, null, null, name.substring(dot + 1), side, value));
    } catch (RefusedException unknown) {
      boolean mayBeTable = unknown.status() == 404 && custom == null && !union;
      if (!mayBeTable || !isTable()) {
        throw unknown;
      }
    }
    return report.resolve(new Conflicts.Resolution(name, null, null, null, side, null));
  }

  /** Whether a table that one side has dropped is meant. */
  private boolean isTable() {
    return session().client().conflicts().all(session().branch(), null).stream()
        .anyMatch(conflict ->
            conflict.aboutDefinition()
                && conflict.constraint().isEmpty()
                && conflict.table().equals(name));
  }
}
