package dev.epoch.cli.command.record;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.RefusedException;
import dev.epoch.client.record.Records;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch import}. */
@Command(
    name = "import",
    description = {
      "Write the records of a file as uncommitted changes of the current branch, all or none.",
      "Takes what 'epoch export' prints. Records with these keys are updated, others stay."
    })
public final class ImportCommand extends EpochSubcommand {
  private static final String PARQUET = "application/vnd.apache.parquet";
  private static final Map<String, String> TYPES =
      Map.of(
          "csv", "text/csv",
          "json", "application/json",
          "ndjson", "application/x-ndjson",
          "parquet", PARQUET);

  @Parameters(index = "0", paramLabel = "<table>", description = "The table.")
  private String table;

  @Parameters(
      index = "1",
      paramLabel = "<file>",
      description = "The file; its name ends with .csv, .json, .ndjson or .parquet, or --as tells.")
  private String file;

  @Option(names = "--as", paramLabel = "<form>", description = "csv, json, ndjson or parquet.")
  private String form;

  /** The command in a session. */
  public ImportCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String branch = session().branch();
    String named = RecordFiles.format(file);
    String format = form == null ? named : RecordFiles.format(form);
    String type = format == null ? null : TYPES.get(format);
    if (type != null && form != null && contradict(format, named)) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--as %s, but the name of '%s' says %s".formatted(form, file, named),
          "leave --as out, or name the file otherwise");
    }
    if (type == null) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "'" + (form == null ? file : form) + "' is neither csv nor json, ndjson or parquet",
          "--as csv, --as json, --as ndjson or --as parquet says what the file holds");
    }
    Path path = session().directory().resolve(file);
    if (!Files.isReadable(path) || Files.isDirectory(path)) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND, "there is no file " + file + " that can be read", "name another one");
    }
    if (isEmpty(path)) {
      throw new CommandFailure(
          ExitCode.INVALID,
          file + " is empty: it holds not even the columns' names",
          "name another one");
    }
    Records.Written written;
    try {
      written =
          type.equals(PARQUET)
              ? importedParquet(branch, path)
              : client().records().imported(table, branch, path, type);
    } catch (RefusedException refusal) {
      throw refusedRecord(refusal);
    }
    if (output().json()) {
      output().json(written);
    } else {
      String changes = Counts.changes(written.inserted(), written.updated(), written.deleted());
      output().confirm("Imported: " + (changes.isEmpty() ? "nothing to change" : changes));
    }
    return ExitCode.OK;
  }

  private static boolean isEmpty(Path path) {
    try {
      return Files.size(path) == 0;
    } catch (IOException unreadable) {
      return false;
    }
  }

  /** A record that the server refuses is named as people count, from 1. */
  private RuntimeException refusedRecord(RefusedException refusal) {
    JsonNode problem = refusal.body().path("detail").path(0);
    if (refusal.details().path("line").isNumber()) {
      return new CommandFailure(
          ExitCode.of(refusal),
          file + ": " + problem.path("msg").asText(refusal.getMessage()),
          "correct the file; 'epoch table show %s' shows the columns".formatted(table));
    }
    JsonNode at =
        refusal.details().path("index").isInt()
            ? refusal.details().path("index")
            : problem.path("loc").path(1);
    if (!at.isInt()) {
      return refusal;
    }
    String message = problem.path("msg").asText(refusal.getMessage());
    return new CommandFailure(
        ExitCode.of(refusal),
        "%s, record %d: %s".formatted(file, at.asInt() + 1, message),
        refusal.remedy() != null
            ? refusal.remedy()
            : "correct the file; 'epoch table show %s' shows the columns".formatted(table));
  }

  /** Names say little of texts; bytes are either Parquet or not. */
  private static boolean contradict(String format, String named) {
    return named != null && format.equals("parquet") != named.equals("parquet");
  }

  /** The server takes lines of JSON: what is in the file is read here. */
  private Records.Written importedParquet(String branch, Path path) {
    Map<String, String> types = new HashMap<>();
    client()
        .tables()
        .get(table, branch)
        .columns()
        .forEach(column -> types.put(column.name(), column.type()));
    try {
      Path lines = Files.createTempFile("epoch-import", ".ndjson");
      try {
        new ParquetRecords(types).write(path, lines);
        return client().records().imported(table, branch, lines, TYPES.get("ndjson"));
      } finally {
        Files.deleteIfExists(lines);
      }
    } catch (IOException full) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "cannot write the records beside: " + full.getMessage(),
          "make room in the folder for temporary files");
    }
  }
}
