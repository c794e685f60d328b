package dev.epoch.cli.command.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.table.Table;
import dev.epoch.client.table.Tables;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch table show}. */
@Command(name = "show", description = "Show a table.")
public final class TableShowCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the table.")
  private String name;

  @Option(names = "--schema", description = "Only its schema.")
  private boolean schemaOnly;

  /** The command in a session. */
  public TableShowCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String ref = session().headRef();
    if (schemaOnly) {
      JsonNode schema = client().tables().schema(name, ref);
      if (output().json()) {
        output().json(schema);
      } else {
        output().line("Table: " + name);
        columns(Tables.columns(schema), "");
      }
      return ExitCode.OK;
    }
    Table table = client().tables().get(name, ref);
    if (output().json()) {
      output().json(table);
      return ExitCode.OK;
    }
    output().line("Table: " + table.name());
    line("Location", table.location());
    line(
        "Primary key", table.primaryKey().isEmpty() ? null : String.join(", ", table.primaryKey()));
    line("Records", table.recordCount() == null ? null : table.recordCount().toString());
    if (!table.conflictRules().isEmpty()) {
      line("Conflicts", TableAddCommand.rules(table));
    }
    if (!table.columns().isEmpty()) {
      output().line("  Columns:");
      columns(table.columns(), "    ");
    }
    return ExitCode.OK;
  }

  private void line(String label, String value) {
    if (value != null) {
      output().line("  " + label + ": " + value);
    }
  }

  private void columns(List<Table.Column> columns, String indent) {
    List<List<String>> rows =
        columns.stream()
            .map(column ->
                List.of(column.name(), column.type(), column.nullable() ? "" : "NOT NULL"))
            .toList();
    Columns.aligned(List.of("COLUMN", "TYPE", ""), rows)
        .forEach(line -> output().line(indent + line));
  }
}
