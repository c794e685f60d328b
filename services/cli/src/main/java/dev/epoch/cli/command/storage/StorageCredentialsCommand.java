package dev.epoch.cli.command.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.SecretInput;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.storage.StorageBackend;
import dev.epoch.client.storage.StorageBackends;
import dev.epoch.client.transport.Json;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch storage credentials}. */
@Command(
    name = "credentials",
    description = {
      "Tell what storage backends log in with; secrets are never shown.",
      "With --rotate the new password is asked for, or read from standard input, and tried before"
          + " it takes the place of the former one."
    })
public final class StorageCredentialsCommand extends EpochSubcommand {

  @Parameters(arity = "0..1", paramLabel = "<name>", description = "Name of the storage backend.")
  private String name;

  @Option(names = "--all", description = "All storage backends.")
  private boolean all;

  @Option(names = "--rotate", description = "Give it another password.")
  private boolean rotate;

  @Option(names = "--username", paramLabel = "<user>", description = "With --rotate: another user.")
  private String username;

  /** The command in a session. */
  public StorageCredentialsCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (all == (name != null)) {
      throw CommandFailure.usage("give the name of a storage backend, or --all");
    }
    if (rotate && all) {
      throw CommandFailure.usage("--rotate is about one storage backend");
    }
    if (username != null && !rotate) {
      throw CommandFailure.usage("--username goes with --rotate");
    }
    StorageBackends storage = client().storage();
    return rotate ? rotate(storage) : show(storage);
  }

  private ExitCode show(StorageBackends storage) {
    List<String> names =
        all ? storage.list().backends().stream().map(StorageBackend::name).toList() : List.of(name);
    List<JsonNode> found = new ArrayList<>();
    names.forEach(each -> found.add(storage.credentials(each)));
    if (output().json()) {
      ArrayNode list = Json.array();
      found.forEach(list::add);
      output().json(all ? Json.object().set("credentials", list) : found.getFirst());
    } else if (!found.isEmpty()) {
      output()
          .lines(
              Columns.aligned(
                  List.of("NAME", "TYPE", "USER", "PROVIDER", "SECRETS", "SEALED BY", "STATE"),
                  found.stream().map(StorageCredentialsCommand::row).toList()));
    }
    return found.stream().allMatch(each -> each.path("readable").asBoolean())
        ? ExitCode.OK
        : ExitCode.NEGATIVE;
  }

  private static List<String> row(JsonNode credentials) {
    List<String> secrets =
        Json.items(credentials.path("secrets"), "secrets").stream().map(JsonNode::asText).toList();
    return List.of(
        credentials.path("storage").asText(),
        credentials.path("backend").asText(),
        credentials.path("username").asText("-"),
        credentials.path("provider").asText(),
        secrets.isEmpty() ? "-" : String.join(", ", secrets),
        credentials.path("sealed_by").asText("-"),
        credentials.path("readable").asBoolean() ? "ok" : "no key opens them");
  }

  private ExitCode rotate(StorageBackends storage) {
    String password = SecretInput.read(session(), "New password of storage '" + name + "'");
    JsonNode credentials = storage.rotate(name, username, password);
    if (output().json()) {
      output().json(credentials);
    } else {
      output().confirm("Storage '" + name + "' logs in with the new password");
    }
    return ExitCode.OK;
  }
}
