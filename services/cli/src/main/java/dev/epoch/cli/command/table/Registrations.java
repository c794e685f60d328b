package dev.epoch.cli.command.table;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Output;
import dev.epoch.cli.Progress;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.EpochClient;
import dev.epoch.client.RefusedException;
import dev.epoch.client.table.Table;
import dev.epoch.client.table.Tables;
import dev.epoch.client.transport.Json;
import java.util.ArrayList;
import java.util.List;

/** Registers tables, one after the other. */
final class Registrations {

  private final EpochClient client;
  private final String branch;
  private final Output output;

  Registrations(EpochClient client, String branch, Output output) {
    this.client = client;
    this.branch = branch;
    this.output = output;
  }

  private record Refused(String path, RefusedException reason) {}

  /** Registers one table, showing how far that is. */
  Table add(Tables.Draft draft) {
    return add(draft, "Registering " + draft.name());
  }

  private Table add(Tables.Draft draft, String label) {
    try (Progress progress = output.progress(label);
        RegistrationWatch watch = RegistrationWatch.start(client, draft.name(), progress)) {
      return client.tables().add(branch, draft);
    }
  }

  /**
   * Registers what a database has and the repository has not. A table that is refused stops no
   * other.
   *
   * @param location of the database, or null
   * @param storage null for the default one
   * @return negative if a table was refused
   */
  ExitCode addMatching(String location, String storage, TablePatterns patterns) {
    List<Tables.Discovered> found =
        client.tables().discover(location, storage).stream()
            .filter(table -> patterns.match(table.path()))
            .toList();
    if (found.isEmpty()) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND,
          patterns.equals(new TablePatterns(List.of(), List.of()))
              ? "the database has no tables"
              : "no table of the database is named so",
          "partitions, views and tables of extensions do not count");
    }
    List<Tables.Discovered> missing = found.stream().filter(table -> !table.registered()).toList();
    List<Table> registered = new ArrayList<>();
    List<Refused> refused = new ArrayList<>();
    for (Tables.Discovered table : missing) {
      String place = " (" + (registered.size() + refused.size() + 1) + "/" + missing.size() + ")";
      try {
        Table added =
            add(
                new Tables.Draft(
                    table.name(), location, storage, table.path(), List.of(), false, null),
                "Registering " + table.name() + place);
        registered.add(added);
        if (!output.json()) {
          output.confirm("Registered table '" + added.name() + "'" + records(added.recordCount()));
        }
      } catch (RefusedException reason) {
        refused.add(new Refused(table.path(), reason));
      }
    }
    if (output.json()) {
      output.json(report(registered, found.size() - missing.size(), refused));
    } else {
      summary(registered, found.size() - missing.size(), refused);
    }
    return refused.isEmpty() ? ExitCode.OK : ExitCode.NEGATIVE;
  }

  static String records(Long count) {
    return count == null ? "" : " with " + Counts.of(count, "record");
  }

  private void summary(List<Table> registered, int known, List<Refused> refused) {
    if (known > 0) {
      output.confirm(
          Counts.of(known, "table") + (known == 1 ? " was" : " were") + " registered before");
    }
    if (refused.isEmpty()) {
      return;
    }
    output.problem(
        "error: "
            + Counts.of(refused.size(), "table")
            + " could not be registered, "
            + registered.size()
            + (registered.size() == 1 ? " was" : " were"));
    for (Refused table : refused) {
      output.problem("  " + table.path() + ": " + table.reason().getMessage());
      if (table.reason().remedy() != null) {
        output.problem("    hint: " + table.reason().remedy());
      }
    }
  }

  private static ObjectNode report(List<Table> registered, int known, List<Refused> refused) {
    ObjectNode report = Json.object();
    ArrayNode tables = report.putArray("registered");
    registered.forEach(table -> tables.add(table.json()));
    report.put("registered_before", known);
    ArrayNode failures = report.putArray("refused");
    for (Refused table : refused) {
      ObjectNode failure = failures.addObject().put("path", table.path());
      failure.put("error", table.reason().error()).put("message", table.reason().getMessage());
      failure.put("remedy", table.reason().remedy());
    }
    return report;
  }
}
