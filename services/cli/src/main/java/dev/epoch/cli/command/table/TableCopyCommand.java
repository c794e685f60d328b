package dev.epoch.cli.command.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch table copy}. */
@Command(name = "copy", description = "Copy a table to another storage, and register the copy.")
public final class TableCopyCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the table.")
  private String name;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "<storage>",
      description = "Storage of the copy.")
  private String to;

  @Option(
      names = "--as",
      paramLabel = "<name>",
      description = "Name of the copy. Default: the table's and the storage's, as in users_lite.")
  private String as;

  @Option(
      names = "--path",
      paramLabel = "<path>",
      description = "Where it is in the storage. Default: its name.")
  private String path;

  @Option(
      names = "--at",
      paramLabel = "<ref>",
      description = "Copy the rows of this commit. Default: the current branch's last.")
  private String at;

  /** The command in a session. */
  public TableCopyCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    JsonNode copied =
        client().tables().copy(name, to, as, path, at == null ? session().headRef() : at);
    if (output().json()) {
      output().json(copied);
      return ExitCode.OK;
    }
    output()
        .confirm(
            "Copied table '%s' to '%s' in storage '%s': %,d records"
                .formatted(
                    name,
                    copied.path("name").asText(),
                    copied.path("storage").asText(),
                    copied.path("record_count").asLong()));
    for (JsonNode type : copied.path("nearest")) {
      output()
          .line(
              "  Column %s: %s for %s"
                  .formatted(
                      type.path("column").asText(),
                      type.path("nearest").asText(),
                      type.path("type").asText()));
    }
    for (JsonNode part : copied.path("left_out")) {
      output().line("  Left out: " + part.asText());
    }
    return ExitCode.OK;
  }
}
