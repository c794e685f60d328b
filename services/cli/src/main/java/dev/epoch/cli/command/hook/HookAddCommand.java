package dev.epoch.cli.command.hook;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.hook.Hooks;
import dev.epoch.client.transport.Json;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch hook add}. */
@Command(
    name = "add",
    description = {
      "Have a URL asked before a change is made; it may forbid it with a message.",
      "The secret, with which the receiver verifies signatures, is shown once. --branch names a"
          + " branch that it is for."
    })
public final class HookAddCommand extends EpochSubcommand {

  @Parameters(index = "0", paramLabel = "<name>", description = "Name of the hook.")
  private String name;

  @Parameters(index = "1", paramLabel = "<url>", description = "Who is asked.")
  private String url;

  @Option(
      names = "--event",
      required = true,
      paramLabel = "<event>",
      description = "pre-commit, pre-merge, pre-promotion or pre-branch-delete.")
  private String event;

  @Option(
      names = "--on-branch",
      paramLabel = "<pattern>",
      split = ",",
      description = "Only for branches that fit, such as 'release/*'. Repeat it for several.")
  private List<String> branches = List.of();

  @Option(
      names = "--answer-within",
      paramLabel = "<time>",
      description = "Such as 500ms or 10s (default: 3s).")
  private String timeout;

  @Option(
      names = "--on-failure",
      paramLabel = "<closed|open>",
      description = "Without an answer: forbid the change, or allow it (default: closed).")
  private String onFailure;

  /** The command in a session. */
  public HookAddCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    ObjectNode fields = Json.object().put("name", name).put("event", event).put("url", url);
    List<String> patterns = new ArrayList<>(branches);
    if (session().options().branch() != null) {
      patterns.add(session().options().branch());
    }
    if (!patterns.isEmpty()) {
      ArrayNode array = fields.putArray("branches");
      patterns.forEach(array::add);
    }
    if (timeout != null) {
      fields.put("timeout", timeout);
    }
    if (onFailure != null) {
      fields.put("on_failure", onFailure);
    }
    Hooks.Hook made = client().hooks().add(fields);
    if (output().json()) {
      output().json(made);
    } else {
      output().line("Added hook '" + made.name() + "' on " + made.event());
      output().line("Secret, not shown again: " + made.secret());
      output().confirm("Try it: epoch hook test " + made.name());
    }
    return ExitCode.OK;
  }
}
