package dev.epoch.cli.command.storage;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.storage.StorageBackend;
import dev.epoch.client.transport.Json;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch storage default}: without more, shows it. */
@Command(
    name = "default",
    description = "The storage backend of tables that name no other.",
    synopsisSubcommandLabel = "[<command>]")
public final class StorageDefaultCommand extends EpochSubcommand {

  /** The command in a session. */
  public StorageDefaultCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    return new Show(session()).run();
  }

  /** {@code epoch storage default set}. */
  @Command(name = "set", description = "Make a storage backend the default.")
  public static final class Set extends EpochSubcommand {

    @Parameters(paramLabel = "<name>", description = "Name of the storage backend.")
    private String name;

    /** The command in a session. */
    public Set(Session session) {
      super(session);
    }

    @Override
    protected ExitCode run() {
      var answer = client().storage().update(name, Json.object().put("default", true));
      if (output().json()) {
        output().json(answer);
      } else {
        output().confirm("Default storage is now '" + name + "'");
      }
      return ExitCode.OK;
    }
  }

  /** {@code epoch storage default show}. */
  @Command(name = "show", description = "Show the default storage backend.")
  public static final class Show extends EpochSubcommand {

    /** The command in a session. */
    public Show(Session session) {
      super(session);
    }

    @Override
    protected ExitCode run() {
      Optional<StorageBackend> found = client().storage().list().byDefault();
      if (output().json()) {
        output().json(found.map(StorageBackend::json).orElseGet(Json::object));
      } else {
        output().line(found.map(StorageBackend::name).orElse("No default storage."));
      }
      return ExitCode.OK;
    }
  }

  /** {@code epoch storage default clear}. */
  @Command(name = "clear", description = "Have no default storage backend.")
  public static final class Clear extends EpochSubcommand {

    /** The command in a session. */
    public Clear(Session session) {
      super(session);
    }

    @Override
    protected ExitCode run() {
      var storage = client().storage();
      storage
          .list()
          .byDefault()
          .ifPresent(found -> storage.update(found.name(), Json.object().put("default", false)));
      if (output().json()) {
        output().json(Json.object().put("status", "cleared"));
      } else {
        output().confirm("Cleared the default storage");
      }
      return ExitCode.OK;
    }
  }
}
