package dev.epoch.cli.command.table;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.TypeNames;
import dev.epoch.client.RefusedException;
import dev.epoch.client.table.Table;
import dev.epoch.client.table.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch table add}. */
@Command(
    name = "add",
    description = "Register tables: one by its location, or several in a storage backend.")
public final class TableAddCommand extends EpochSubcommand {

  @Parameters(arity = "0..*", paramLabel = "<name>", description = "Name of the table.")
  private List<String> names = List.of();

  @Option(
      names = "--all",
      description =
          "All tables of the database that --location or --storage names; those that cannot be"
              + " registered are listed with the reason.")
  private boolean all;

  @Option(
      names = "--pattern",
      paramLabel = "<patterns>",
      split = ",",
      description = "Of those, only the ones named so: 'audit_*', or with the schema 'sales.*'.")
  private List<String> patterns = List.of();

  @Option(
      names = "--exclude",
      paramLabel = "<patterns>",
      split = ",",
      description =
          "Of those, not the ones named so; exclude_patterns of the configuration adds to them.")
  private List<String> excluded = List.of();

  @Option(
      names = "--location",
      paramLabel = "<url>",
      description =
          "Where it is, such as postgresql://host/database/schema.table; with --all, where the"
              + " database is.")
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
      names = {"--primary-key", "--key"},
      paramLabel = "<columns>",
      split = ",",
      description = "Columns that tell its rows apart (default: the table's primary key).")
  private List<String> primaryKey = List.of();

  @Option(
      names = "--append-only",
      description =
          "Rows are only ever added, and nothing needs to tell them apart: logs, audit tables.")
  private boolean appendOnly;

  @Option(
      names = "--introspect-schema",
      description = "Also of a table that is registered already: its schema is read again.")
  private boolean introspectSchema;

  /** The command in a session. */
  public TableAddCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    session().settings().unread().refuseVariablesOfStorages();
    session().settings().unread().refuseKeys("routing");
    boolean several = all || !patterns.isEmpty() || !excluded.isEmpty();
    if (several == !names.isEmpty()) {
      throw CommandFailure.usage("give names of tables, or --all, or --pattern");
    }
    if (several) {
      return addSeveral();
    }
    if (appendOnly && !primaryKey.isEmpty()) {
      throw CommandFailure.usage("--append-only goes without --key");
    }
    if (location != null && (storage != null || path != null)) {
      throw CommandFailure.usage("--location goes without --storage and --path");
    }
    if (names.size() > 1 && (location != null || path != null)) {
      throw CommandFailure.usage("--location and --path are for one table");
    }
    Registrations registrations = new Registrations(client(), session().branch(), output());
    for (String name : names) {
      add(
          registrations,
          new Tables.Draft(
              name,
              location,
              storage,
              location == null && path == null ? name : path,
              primaryKey,
              appendOnly,
              session().branchNamed().orElse(null)));
    }
    return ExitCode.OK;
  }

  private void add(Registrations registrations, Tables.Draft draft) {
    Table table;
    boolean known = false;
    try {
      table = registrations.add(draft);
    } catch (RefusedException refusal) {
      if (!introspectSchema || !refusal.error().equals("TableAlreadyExistsError")) {
        throw refusal;
      }
      table = client().tables().refresh(draft.name(), session().branch());
      known = true;
    }
    if (output().json()) {
      output().json(table);
    } else {
      confirm(table, known);
    }
  }

  private ExitCode addSeveral() {
    if (introspectSchema) {
      throw CommandFailure.usage("--introspect-schema is for named tables");
    }
    if (path != null || !primaryKey.isEmpty() || appendOnly) {
      throw CommandFailure.usage("--path, --primary-key and --append-only are for named tables");
    }
    if (location != null && storage != null) {
      throw CommandFailure.usage("--location goes without --storage");
    }
    return new Registrations(client(), session().branch(), output())
        .addMatching(location, storage, new TablePatterns(patterns, excludedHere()));
  }

  /** What is excluded here, and always: exclude_patterns of the configuration. */
  private List<String> excludedHere() {
    List<String> here = new ArrayList<>(excluded);
    here.addAll(session().settings().excludedTables());
    return here;
  }

  private void confirm(Table table, boolean known) {
    output()
        .confirm(
            (known ? "Read the schema of table '" : "Registered table '")
                + table.name()
                + "'"
                + Registrations.records(table.recordCount()));
    if (!table.columns().isEmpty()) {
      List<String> columns =
          table.columns().stream()
              .map(column -> column.name() + " (" + TypeNames.kind(column.type()) + ")")
              .toList();
      output().confirm("  Schema: " + String.join(", ", columns));
    }
    if (appendOnly) {
      output().confirm("  Append-only: rows get ids in " + String.join(", ", table.primaryKey()));
    } else if (!table.primaryKey().isEmpty()) {
      output().confirm("  Primary key: " + String.join(", ", table.primaryKey()));
    }
    if (!table.conflictRules().isEmpty()) {
      output().confirm("  Conflicts: " + rules(table));
    }
  }

  /** {@code updated_at max, version max}. */
  static String rules(Table table) {
    return table.conflictRules().entrySet().stream()
        .map(rule -> rule.getKey() + " " + rule.getValue())
        .collect(Collectors.joining(", "));
  }
}
