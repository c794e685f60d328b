package dev.epoch.cli.command.record;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.command.LostColumns;
import dev.epoch.client.record.RecordBytes;
import dev.epoch.client.record.RecordText;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch export}. */
@Command(
    name = "export",
    description = {
      "Print all records of a table at any ref.",
      "Formats: csv, json, ndjson, parquet."
    })
public final class ExportCommand extends EpochSubcommand {

  private static final String PARQUET = "parquet";

  @Parameters(paramLabel = "<table>", description = "The table.")
  private String table;

  @Option(
      names = "--at",
      paramLabel = "<ref>",
      defaultValue = "HEAD",
      description = "Commit, tag or branch (default: the current branch).")
  private String at;

  @Option(names = "--working", description = "With what is not yet committed.")
  private boolean working;

  @Option(
      names = "--escape-formulas",
      description = "In csv: an apostrophe before texts that spreadsheets would compute.")
  private boolean escapeFormulas;

  /** The command in a session. */
  public ExportCommand(Session session) {
    super(session);
  }

  @Override
  protected List<String> formats() {
    return List.of("csv", "json", "ndjson", PARQUET);
  }

  @Override
  protected ExitCode run() {
    csv(escapeFormulas);
    String format = output().format();
    if (format.equals(PARQUET)) {
      return file();
    }
    try (RecordText text =
        client().records().export(table, session().ref(at), working, format, escapeFormulas)) {
      LostColumns.remark(output(), table, text.lost());
      char[] buffer = new char[8192];
      for (int count = text.read(buffer); count >= 0; count = text.read(buffer)) {
        output().text(new String(buffer, 0, count));
      }
    } catch (IOException broken) {
      throw brokenOff(broken);
    }
    return ExitCode.OK;
  }

  /** Bytes, as the server sends them. */
  private ExitCode file() {
    if (session().environment().outIsTerminal()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "a Parquet file is nothing to read on a terminal",
          "epoch export " + table + " --format parquet > " + table + ".parquet");
    }
    try (RecordBytes bytes =
        client().records().exportFile(table, session().ref(at), working, PARQUET)) {
      LostColumns.remark(output(), table, bytes.lost());
      bytes.transferTo(session().environment().out());
    } catch (IOException broken) {
      throw brokenOff(broken);
    }
    return ExitCode.OK;
  }

  private CommandFailure brokenOff(IOException broken) {
    return new CommandFailure(
        ExitCode.UNAVAILABLE,
        "the records of table '" + table + "' broke off: " + broken.getMessage(),
        "what was printed is not all; try again");
  }
}
