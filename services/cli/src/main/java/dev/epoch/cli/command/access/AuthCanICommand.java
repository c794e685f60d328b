package dev.epoch.cli.command.access;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.role.Roles;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch auth can-i}. */
@Command(
    name = "can-i",
    description = {
      "Tell whether you may do something in the repository, and the rule that decides.",
      "Exits with 1 if not."
    })
public final class AuthCanICommand extends EpochSubcommand {

  @Parameters(
      index = "0",
      paramLabel = "<verb>",
      description = "read, commit, alter, branch, merge, review, manage, administer.")
  private String verb;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "<branch>",
      description = "Where; without, whether there is such a branch.")
  private String branch;

  @Option(names = "--on-table", paramLabel = "<table>", description = "For which table.")
  private String table;

  @Option(
      names = "--as",
      paramLabel = "<user>",
      description = "Somebody else; for who may administer the repository.")
  private String user;

  @Option(
      names = "--group",
      paramLabel = "<group>",
      split = ",",
      description = "A group that somebody else is in. Repeat it for several.")
  private List<String> groups = List.of();

  /** The command in a session. */
  public AuthCanICommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Roles.Decision decision = client().roles().canI(verb, branch, table, user, groups);
    if (output().json()) {
      output().json(decision);
    } else {
      output().line((decision.allowed() ? "yes: " : "no: ") + decision.rule());
    }
    return decision.allowed() ? ExitCode.OK : ExitCode.NEGATIVE;
  }
}
