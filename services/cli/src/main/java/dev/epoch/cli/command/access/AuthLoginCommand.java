package dev.epoch.cli.command.access;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.SecretInput;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.configuration.StoredApiKeys;
import dev.epoch.client.access.ApiKeys;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code epoch auth login}. */
@Command(
    name = "login",
    description = {
      "Put a key of the API away for the server, once the server has accepted it.",
      "The key is asked for, or read from standard input: epoch auth login < key"
    })
public final class AuthLoginCommand extends EpochSubcommand {

  @Option(names = "--method", paramLabel = "<method>", description = "api-key, the only one.")
  private String method;

  @Option(
      names = "--provider",
      paramLabel = "<name>",
      description = "Of --method oauth, which this server does not have.")
  private String provider;

  /** The command in a session. */
  public AuthLoginCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (provider != null || method != null && !method.equals("api-key")) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "the server knows who asks by keys of its API, not by "
              + (method == null ? provider : method),
          "'epoch auth key create <name>' makes a key where one is in use, 'epoch auth login' asks"
              + " for it");
    }
    String server = session().settings().serverUrl();
    String key = SecretInput.read(session(), "Key of the API of " + server);
    if (key.isEmpty()) {
      throw new CommandFailure(
          ExitCode.USAGE, "no key was given", "type it, or send it in: epoch auth login < key");
    }
    ApiKeys.Identity identity = session().serverWith(key).apiKeys().whoAmI();
    StoredApiKeys stored = session().settings().storedApiKeys();
    stored.put(server, key);
    if (output().json()) {
      output()
          .json(
              Json.object()
                  .put("status", "logged_in")
                  .put("server", server)
                  .put("key", identity.key()));
      return ExitCode.OK;
    }
    output().confirm("Logged in to " + server + AuthStatusCommand.named(identity));
    session()
        .settings()
        .apiKeySource()
        .filter(source -> !source.equals(stored.file().toString()))
        .ifPresent(source -> output().remark("hint: the key of " + source + " goes before it"));
    return ExitCode.OK;
  }
}
