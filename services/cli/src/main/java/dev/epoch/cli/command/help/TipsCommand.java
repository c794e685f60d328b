package dev.epoch.cli.command.help;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.transport.Json;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code epoch tips}. */
@Command(name = "tips", description = "Show how to begin, and what is easily missed.")
public final class TipsCommand extends EpochSubcommand {
  private static final List<List<String>> TIPS =
      List.of(
          List.of("begin", "epoch init shop"),
          List.of("version a table where it is", "epoch table add users --location <url>"),
          List.of("commit what is there", "epoch commit -m \"Import\""),
          List.of("try something apart", "epoch checkout -b feature/x"),
          List.of("see it in psql", "SELECT epoch.use_branch('feature/x');"),
          List.of("see what differs", "epoch diff main..feature/x --records"),
          List.of("look before you merge", "epoch merge feature/x --dry-run"),
          List.of("mark a state for good", "epoch tag v1.0.0 -m \"Release\""),
          List.of("ask the past", "epoch query \"SELECT ...\" --at v1.0.0"),
          List.of("see who changed a record", "epoch blame users 42"),
          List.of("see where a branch was", "epoch reflog"),
          List.of("take a change elsewhere", "epoch diff main --format ndjson > x; epoch apply x"),
          List.of("see that a commit is whole", "epoch validate v1.0.0"),
          List.of("look for problems", "epoch doctor"));

  /** The command in a session. */
  public TipsCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (output().json()) {
      ArrayNode tips = Json.array();
      TIPS.forEach(tip -> tips.addObject().put("to", tip.get(0)).put("command", tip.get(1)));
      ObjectNode result = Json.object();
      result.set("tips", tips);
      output().json(result);
    } else {
      output().lines(Columns.aligned(List.of("TO", "COMMAND"), TIPS));
    }
    return ExitCode.OK;
  }
}
