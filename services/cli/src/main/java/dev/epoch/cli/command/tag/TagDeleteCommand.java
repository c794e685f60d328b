package dev.epoch.cli.command.tag;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch tag delete}. */
@Command(name = "delete", description = "Delete a tag.")
public final class TagDeleteCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the tag.")
  private String name;

  /** The command in a session. */
  public TagDeleteCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String commit = client().tags().get(name).commitId();
    client().tags().delete(name);
    session().workspaceOfRepository().ifPresent(found -> found.sawTag(name, null));
    if (output().json()) {
      output().json(Json.object().put("status", "deleted").put("name", name));
    } else {
      output().confirm("Deleted tag '" + name + "' (was " + Commit.shortId(commit) + ")");
    }
    return ExitCode.OK;
  }
}
