package dev.epoch.cli.command.role;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.role.Roles;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch role grant}. */
@Command(
    name = "grant",
    description = {
      "Give somebody a role.",
      "From the first grant on, nobody may in the repository what no role gives them, but administrators."
    })
public final class RoleGrantCommand extends EpochSubcommand {

  @Parameters(
      index = "0",
      paramLabel = "<role>",
      description = "viewer, writer, reviewer, maintainer, admin, or one of the repository's own.")
  private String role;

  @Parameters(
      index = "1",
      paramLabel = "<who>",
      description =
          "Name of a key or a user, group:NAME, or postgres:ROLE for sessions of a database.")
  private String who;

  @Option(
      names = "--on-branch",
      paramLabel = "<pattern>",
      split = ",",
      description =
          "Commit, alter, branch, merge and review only on branches that fit, such as 'feature/*'. Repeat it for several.")
  private List<String> branches = List.of();

  @Option(
      names = "--on-table",
      paramLabel = "<pattern>",
      split = ",",
      description = "Commit, alter and merge only tables that fit. Repeat it for several.")
  private List<String> tables = List.of();

  /** The command in a session. */
  public RoleGrantCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Roles.Grant grant = new Roles.Grant(Subjects.of(who), branches, tables);
    Roles.Role granted = client().roles().grant(role, grant);
    if (output().json()) {
      output().json(granted);
    } else {
      output().confirm("Granted " + role + " to " + RoleListing.who(grant));
    }
    return ExitCode.OK;
  }
}
