package dev.epoch.cli.command.access;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.RefusedException;
import dev.epoch.client.access.ApiKeys;
import dev.epoch.client.transport.Json;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code epoch auth status}. */
@Command(name = "status", description = "Tell which key is sent to the server, and what it says.")
public final class AuthStatusCommand extends EpochSubcommand {

  /** The command in a session. */
  public AuthStatusCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String server = session().settings().serverUrl();
    Optional<String> source = session().settings().apiKeySource();
    ObjectNode result = Json.object().put("server", server);
    result.put("key_from", source.orElse(null));
    try {
      ApiKeys.Identity identity = session().server().apiKeys().whoAmI();
      result.put("accepted", true).put("key", identity.key());
      result.set("actor", identity.json().path("actor"));
      print(
          result,
          source.isPresent()
              ? "Logged in to " + server + named(identity)
              : server + " answers without a key",
          source);
      return ExitCode.OK;
    } catch (RefusedException refusal) {
      if (refusal.status() != 401) {
        throw refusal;
      }
      print(
          result.put("accepted", false),
          source.isPresent() ? server + " does not accept the key" : "Not logged in to " + server,
          source);
      if (!output().json()) {
        output().remark("hint: epoch auth login");
      }
      return ExitCode.NEGATIVE;
    }
  }

  private void print(ObjectNode result, String text, Optional<String> source) {
    if (output().json()) {
      output().json(result);
    } else {
      output().line(text);
      source.ifPresent(from -> output().line("  Key: of " + from));
    }
  }

  /** How the server calls the key. */
  static String named(ApiKeys.Identity identity) {
    return identity.key() == null ? "" : " with key '" + identity.key() + "'";
  }
}
