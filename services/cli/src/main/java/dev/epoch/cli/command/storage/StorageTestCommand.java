package dev.epoch.cli.command.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.RefusedException;
import dev.epoch.client.storage.StorageBackend;
import dev.epoch.client.storage.StorageBackends;
import dev.epoch.client.transport.Json;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch storage test-credentials}. */
@Command(name = "test-credentials", description = "Try to connect to a storage backend.")
public final class StorageTestCommand extends EpochSubcommand {

  @Parameters(arity = "0..1", paramLabel = "<name>", description = "Name of the storage backend.")
  private String name;

  @Option(names = "--all", description = "All storage backends.")
  private boolean all;

  /** The command in a session. */
  public StorageTestCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    session().settings().unread().refuseVariablesOfStorages();
    boolean json = output().json();
    if (all == (name != null)) {
      throw CommandFailure.usage("give the name of a storage backend, or --all");
    }
    StorageBackends storage = client().storage();
    List<String> names =
        all ? storage.list().backends().stream().map(StorageBackend::name).toList() : List.of(name);
    ExitCode exitCode = ExitCode.OK;
    ObjectNode results = Json.object();
    for (String each : names) {
      try {
        StorageBackends.Connection connection = storage.test(each);
        results.set(each, connection.json());
        report(json, each + ": " + (connection.ok() ? "ok" : connection.message()));
        capabilities(json, connection.json().path("capabilities"));
        for (JsonNode note : connection.json().path("notes")) {
          report(json, "  note: " + note.path("problem").asText());
          report(json, "        " + note.path("remedy").asText());
        }
        exitCode = connection.ok() ? exitCode : ExitCode.NEGATIVE;
      } catch (RefusedException refusal) {
        if (refusal.status() == 404) {
          throw refusal;
        }
        results.set(each, refusal.body());
        report(json, each + ": " + refusal.getMessage());
        exitCode = ExitCode.NEGATIVE;
      }
    }
    if (json) {
      output().json(all ? results : results.path(name));
    }
    return exitCode;
  }

  private void capabilities(boolean json, JsonNode can) {
    if (can.isObject()) {
      List<String> parts = new ArrayList<>();
      can.path("parts").forEach(part -> parts.add(part.asText().replace('_', ' ')));
      report(
          json,
          "  operations over %s; changes noticed by %s%s"
              .formatted(
                  can.path("transactions").asText().equals("all_tables")
                      ? "all tables at once"
                      : "one table at a time",
                  can.path("capture").asText(),
                  parts.isEmpty() ? "" : "; " + String.join(", ", parts)));
    }
  }

  private void report(boolean json, String line) {
    if (!json) {
      output().line(line);
    }
  }
}
