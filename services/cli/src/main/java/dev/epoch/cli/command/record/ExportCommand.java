package dev.epoch.cli.command.record;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.command.LostColumns;
import dev.epoch.client.record.RecordBytes;
import dev.epoch.client.record.RecordText;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch export}. */
@Command(
    name = "export",
    description = {
      "Print all records of a table at any ref, or write them to a file.",
      "Formats: csv, json, ndjson, parquet; of a file what its name ends with."
    })
public final class ExportCommand extends EpochSubcommand {

  private static final String PARQUET = "parquet";
  private static final List<String> FORMATS = List.of("csv", "json", "ndjson", PARQUET);

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

  @Option(
      names = {"-o", "--output"},
      paramLabel = "<file>",
      description = "File to write: .csv, .json, .ndjson, .jsonl or .parquet, or --format tells.")
  private String file;

  /** The command in a session. */
  public ExportCommand(Session session) {
    super(session);
  }

  @Override
  protected List<String> formats() {
    String given = session().givenFormat();
    String named = file == null ? null : RecordFiles.format(file);
    if (file == null || named == null && given != null) {
      return FORMATS;
    }
    if (named == null) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "how records are to stand in '" + file + "' is not said",
          "--format csv, json, ndjson or parquet, or a name that ends with one of them");
    }
    if (given != null && FORMATS.contains(given) && !given.equals(named)) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--format %s, but the name of '%s' says %s".formatted(given, file, named),
          "leave --format out, or name the file otherwise");
    }
    return given == null ? List.of(named) : FORMATS;
  }

  @Override
  protected ExitCode run() {
    csv(escapeFormulas);
    boolean bytes = output().format().equals(PARQUET);
    if (file != null) {
      Path path = session().directory().resolve(file);
      RecordFiles.write(path, out -> copy(bytes, out));
      output().confirm("Wrote " + file);
      return ExitCode.OK;
    }
    if (bytes && session().environment().outIsTerminal()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "a Parquet file is nothing to read on a terminal",
          "epoch export " + table + " --output " + table + ".parquet");
    }
    copy(bytes, session().environment().out());
    if (session().givenFormat() == null && !session().environment().outIsTerminal()) {
      output()
          .remark(
              "Wrote %s; --format chooses another form, --output <file> the one that the name ends with"
                  .formatted(output().format()));
    }
    return ExitCode.OK;
  }

  private void copy(boolean bytes, OutputStream out) {
    String format = output().format();
    if (bytes) {
      try (RecordBytes records =
          client().records().exportFile(table, session().ref(at), working, format)) {
        LostColumns.remark(output(), table, records.lost());
        records.transferTo(out);
      } catch (IOException broken) {
        throw brokenOff(broken);
      }
      return;
    }
    try (RecordText text =
        client().records().export(table, session().ref(at), working, format, escapeFormulas)) {
      LostColumns.remark(output(), table, text.lost());
      Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
      text.transferTo(writer);
      writer.flush();
    } catch (IOException broken) {
      throw brokenOff(broken);
    }
  }

  private CommandFailure brokenOff(IOException broken) {
    return new CommandFailure(
        ExitCode.UNAVAILABLE,
        "the records of table '" + table + "' broke off: " + broken.getMessage(),
        "what was printed is not all; try again");
  }
}
