package dev.epoch.cli.command.access;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.access.ApiKeys;
import dev.epoch.client.transport.Json;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code epoch auth whoami}. */
@Command(name = "whoami", description = "Tell who you are to the server, and what your key is for.")
public final class AuthWhoAmICommand extends EpochSubcommand {

  /** The command in a session. */
  public AuthWhoAmICommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    ApiKeys.Identity identity = session().server().apiKeys().whoAmI();
    if (output().json()) {
      output().json(identity);
      return ExitCode.OK;
    }
    JsonNode json = identity.json();
    output().line(identity.user());
    if (identity.key() != null) {
      output().line("  Key: " + identity.key());
    }
    line("  Groups: ", Json.items(json, "groups"));
    if (json.path("administrator").asBoolean()) {
      output().line("  Administrator: may do everything");
    } else {
      line("  Scopes: ", Json.items(json, "scopes"));
    }
    return ExitCode.OK;
  }

  private void line(String label, List<JsonNode> texts) {
    if (!texts.isEmpty()) {
      output().line(label + texts.stream().map(JsonNode::asText).collect(Collectors.joining(", ")));
    }
  }
}
