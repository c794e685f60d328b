package dev.epoch.cli.command.role;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.role.Roles;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch role create}. */
@Command(name = "create", description = "Make a role of the repository's own.")
public final class RoleCreateCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the role.")
  private String name;

  @Option(
      names = "--verb",
      required = true,
      paramLabel = "<verb>",
      split = ",",
      description =
          "What whoever has it may do: read, commit, alter, branch, merge, review, manage, administer. Repeat it for several.")
  private List<String> verbs = List.of();

  /** The command in a session. */
  public RoleCreateCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Roles.Role made = client().roles().create(name, verbs);
    if (output().json()) {
      output().json(made);
    } else {
      output().confirm("Created role '" + made.name() + "': " + String.join(", ", made.verbs()));
    }
    return ExitCode.OK;
  }
}
