package dev.epoch.cli.command;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Progress;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.Counts;
import dev.epoch.cli.text.TypeNames;
import dev.epoch.client.EpochClient;
import dev.epoch.client.Table;
import dev.epoch.client.Tables;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch table add}. */
@Command(
    name = "add",
    description = "Register tables: one by its location, or several in a storage backend.")
public final class TableAddCommand extends EpochSubcommand {

  @Parameters(arity = "1..*", paramLabel = "<name>", description = "Name of the table.")
  private List<String> names;

  @Option(
      names = "--location",
      paramLabel = "<url>",
      description = "Where it is, such as postgresql://host/database/schema.table.")
  private String location;

  @Option(
      names = "--storage",
      paramLabel = "<name>",
      description = "Storage backend that holds it (default: the default one).")
  private String storage;

  @Option(
      names = "--path",
      paramLabel = "<path>",
      description = "Where it is in the storage backend (default: its name).")
  private String path;

  @Option(
      names = "--primary-key",
      paramLabel = "<columns>",
      split = ",",
      description = "Columns of the primary key (default: as the table says).")
  private List<String> primaryKey = List.of();

  @Option(
      names = "--introspect-schema",
      description = "Accepted for compatibility: the schema is always read.")
  private boolean introspectSchema;

  /** The command in a session. */
  public TableAddCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    if (location != null && (storage != null || path != null)) {
      throw CommandFailure.usage("--location goes without --storage and --path");
    }
    if (names.size() > 1 && (location != null || path != null)) {
      throw CommandFailure.usage("--location and --path are for one table");
    }
    for (String name : names) {
      Table table =
          add(
              new Tables.Draft(
                  name,
                  location,
                  storage,
                  location == null && path == null ? name : path,
                  primaryKey));
      if (output().json()) {
        output().json(table);
      } else {
        confirm(table);
      }
    }
    return ExitCode.OK;
  }

  private Table add(Tables.Draft draft) {
    String branch = session().branch();
    EpochClient client = client();
    try (Progress progress = output().progress("Registering " + draft.name());
        RegistrationWatch watch = RegistrationWatch.start(client, draft.name(), progress)) {
      return client.tables().add(branch, draft);
    }
  }

  private void confirm(Table table) {
    String records =
        table.recordCount() == null ? "" : " with " + Counts.of(table.recordCount(), "record");
    output().confirm("Registered table '" + table.name() + "'" + records);
    if (!table.columns().isEmpty()) {
      List<String> columns =
          table.columns().stream()
              .map(column -> column.name() + " (" + TypeNames.kind(column.type()) + ")")
              .toList();
      output().confirm("  Schema: " + String.join(", ", columns));
    }
    if (!table.primaryKey().isEmpty()) {
      output().confirm("  Primary key: " + String.join(", ", table.primaryKey()));
    }
  }
}
