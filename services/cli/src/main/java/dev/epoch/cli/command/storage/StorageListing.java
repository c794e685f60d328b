package dev.epoch.cli.command.storage;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.storage.StorageBackend;
import dev.epoch.client.transport.Json;
import java.util.List;

/** Lists storage backends. */
abstract class StorageListing extends EpochSubcommand {

  StorageListing(Session session) {
    super(session);
  }

  /** The only type to list, or null. */
  abstract String type();

  @Override
  protected final ExitCode run() {
    session().settings().unread().refuseVariablesOfStorages();
    StorageBackend.Listing listing = client().storage().list();
    String wanted = type() == null ? null : StorageAddCommand.wireType(type());
    List<StorageBackend> backends =
        listing.backends().stream()
            .filter(backend -> wanted == null || backend.backend().equals(wanted))
            .toList();
    if (output().json()) {
      ObjectNode result = Json.object();
      ArrayNode array = result.putArray("storage");
      backends.forEach(backend -> array.add(backend.json()));
      output().json(wanted == null ? listing.json() : result);
    } else if (!backends.isEmpty()) {
      output()
          .lines(
              Columns.aligned(
                  List.of("NAME", "TYPE", "STATE", "DESCRIPTION"),
                  backends.stream().map(StorageListing::row).toList()));
    }
    return ExitCode.OK;
  }

  private static List<String> row(StorageBackend backend) {
    String state = backend.enabled() ? "enabled" : "disabled";
    return List.of(
        backend.name(),
        backend.backend(),
        backend.isDefault() ? state + ", default" : state,
        backend.description() == null ? "" : backend.description());
  }
}
