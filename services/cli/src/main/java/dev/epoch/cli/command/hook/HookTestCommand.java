package dev.epoch.cli.command.hook;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.hook.Hooks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch hook test}. */
@Command(
    name = "test",
    description = {"Ask a hook about nothing.", "Ends with 1 if it could not be asked."})
public final class HookTestCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the hook.")
  private String name;

  /** The command in a session. */
  public HookTestCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Hooks.Said said = client().hooks().test(name);
    if (output().json()) {
      output().json(said);
    } else {
      String answer =
          said.allow() == null ? "no answer" : said.allow() ? "allows it" : "forbids it";
      output()
          .line(
              answer
                  + (said.message() == null ? "" : ": " + said.message())
                  + " ("
                  + said.latencyMs()
                  + " ms)");
    }
    return said.allow() == null ? ExitCode.NEGATIVE : ExitCode.OK;
  }
}
