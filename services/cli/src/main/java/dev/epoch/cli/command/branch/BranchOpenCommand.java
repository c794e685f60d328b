package dev.epoch.cli.command.branch;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.branch.OpenTables;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch branch open}. */
@Command(
    name = "open",
    description = {
      "Open a branch's tables: sessions of the database find real tables instead of views.",
      "Those of a SQLite file are in a file beside it, which any program can open.",
      "These have keys, indexes, triggers, policies and foreign keys, and take the tables' size."
    })
public final class BranchOpenCommand extends EpochSubcommand {

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "<branch>",
      description = "The current branch if none is given.")
  private String name;

  @Parameters(
      index = "1..*",
      paramLabel = "<table>",
      description = "Only these. Else all that can be open.")
  private List<String> tables = new ArrayList<>();

  @Option(names = "--table", paramLabel = "<table>", description = "Only this one; repeatable.")
  private List<String> options = new ArrayList<>();

  @Option(names = "--all", description = "All that can be open, which is so where none is named.")
  private boolean all;

  /** The command in a session. */
  public BranchOpenCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String branch = name == null ? session().branch() : name;
    List<String> named = new ArrayList<>(tables);
    named.addAll(options);
    if (all && !named.isEmpty()) {
      throw CommandFailure.usage("--all opens all: name no table");
    }
    OpenTables done = client().branches().open(branch, named);
    if (output().json()) {
      output().json(done);
      return ExitCode.OK;
    }
    output()
        .confirm(Counts.of(done.open().size(), "table", "s") + " of branch '" + branch + "' open");
    for (OpenTables.Table table : done.tables()) {
      if (table.open()) {
        output()
            .line(
                "  %s  about %d rows, %d KB"
                    .formatted(table.name(), table.rows(), table.bytes() / 1024));
      } else if (table.reason() != null) {
        output().line("  %s  not open: %s".formatted(table.name(), table.reason()));
      }
    }
    done.places().forEach(place -> output().line("  in file " + place));
    for (String reference : done.uncheckedReferences()) {
      output().line("  checked by merges only: foreign key " + reference);
    }
    return ExitCode.OK;
  }
}
