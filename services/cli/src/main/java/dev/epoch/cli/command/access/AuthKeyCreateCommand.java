package dev.epoch.cli.command.access;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.access.ApiKeys;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch auth key create}. */
@Command(
    name = "create",
    description =
        "Make a key of the API. It is shown once; from the first one on, the server wants one.")
public final class AuthKeyCreateCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Who or what will use it.")
  private String name;

  @Option(
      names = "--acts-for-others",
      description =
          "Headers of its requests say who asks (X-User-Id and others), as for a program that acts for people.")
  private boolean actsForOthers;

  @Option(
      names = "--administrator",
      description = "It may do everything, whatever roles say. The first key may.")
  private boolean administrator;

  @Option(
      names = "--scope",
      paramLabel = "<verb>",
      split = ",",
      description =
          "What it is for: read, commit, alter, branch, merge, review, manage, administer. May be repeated; without, for all that your key is for.")
  private List<String> scopes = List.of();

  @Option(
      names = "--ttl",
      paramLabel = "<time>",
      description = "It expires after this time: 90m, 12h, 30d.")
  private String ttl;

  /** The command in a session. */
  public AuthKeyCreateCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    ApiKeys.Created created =
        session()
            .server()
            .apiKeys()
            .create(new ApiKeys.NewKey(name, actsForOthers, administrator, scopes, ttl));
    if (output().json()) {
      output().json(created);
      return ExitCode.OK;
    }
    output().line(created.key());
    output().confirm("Created API key '" + created.name() + "'; it is not shown again.");
    output().confirm("Use it: export EPOCH_API_KEY=" + created.key());
    return ExitCode.OK;
  }
}
