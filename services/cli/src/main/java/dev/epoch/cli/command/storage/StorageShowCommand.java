package dev.epoch.cli.command.storage;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Values;
import dev.epoch.client.storage.StorageBackend;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch storage show}. */
@Command(name = "show", description = "Show a storage backend.")
public final class StorageShowCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the storage backend.")
  private String name;

  /** The command in a session. */
  public StorageShowCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    StorageBackend backend = client().storage().get(name);
    if (output().json()) {
      output().json(backend);
      return ExitCode.OK;
    }
    output().line("Storage: " + backend.name());
    output().line("  Type: " + backend.backend());
    if (backend.description() != null) {
      output().line("  Description: " + backend.description());
    }
    output().line("  State: " + (backend.enabled() ? "enabled" : "disabled"));
    output().line("  Default: " + (backend.isDefault() ? "yes" : "no"));
    backend
        .config()
        .properties()
        .forEach(
            field -> output().line("  " + field.getKey() + ": " + Values.shown(field.getValue())));
    return ExitCode.OK;
  }
}
