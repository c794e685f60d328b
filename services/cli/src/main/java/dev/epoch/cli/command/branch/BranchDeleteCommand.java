package dev.epoch.cli.command.branch;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.branch.Branch;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.transport.Json;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch branch delete}. */
@Command(name = "delete", description = "Delete a branch.")
public final class BranchDeleteCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the branch.")
  private String name;

  @Option(
      names = {"-f", "--force"},
      description = "Also if it holds commits that no other branch has.")
  private boolean force;

  /** The command in a session. */
  public BranchDeleteCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    session()
        .workspaceOfRepository()
        .filter(found -> found.isOn(name))
        .ifPresent(found -> {
          throw new CommandFailure(
              ExitCode.CONFLICT,
              "Cannot delete branch '" + name + "': it is checked out here",
              "switch to another branch first with 'epoch checkout <branch>'");
        });
    Optional<String> head =
        client().branches().list().named(name).map(Branch::headCommitId).map(Commit::shortId);
    client().branches().delete(name, force);
    if (output().json()) {
      output().json(Json.object().put("status", "deleted").put("name", name));
    } else {
      output()
          .confirm("Deleted branch " + name + head.map(id -> " (was " + id + ")").orElse("") + ".");
    }
    return ExitCode.OK;
  }
}
