package dev.epoch.cli.command.branch;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.branch.Materialized;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch branch materialize}. */
@Command(
    name = "materialize",
    description = {
      "Copy a branch's tables, so that sessions of the database read them like tables of their own.",
      "Costs the tables' size, and a second write for each write on the branch."
    })
public final class BranchMaterializeCommand extends EpochSubcommand {

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "<branch>",
      description = "The current branch if none is given.")
  private String name;

  @Option(
      names = {"-t", "--table"},
      paramLabel = "<table>",
      description = "Only this one; may be repeated. Else those that were changed on the branch.")
  private List<String> tables = new ArrayList<>();

  @Option(names = "--drop", description = "Drop the copies.")
  private boolean drop;

  /** The command in a session. */
  public BranchMaterializeCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String branch = name == null ? session().branch() : name;
    if (drop) {
      client().branches().dematerialize(branch, tables);
      output().confirm("Dropped the copies of branch '" + branch + "'");
      return ExitCode.OK;
    }
    Materialized done = client().branches().materialize(branch, tables);
    if (output().json()) {
      output().json(done);
      return ExitCode.OK;
    }
    if (done.copies().isEmpty()) {
      output().confirm("Nothing to copy: branch '" + branch + "' has changed no table");
      return ExitCode.OK;
    }
    output()
        .confirm(
            "Materialized "
                + Counts.of(done.copies().size(), "table", "s")
                + " of branch '"
                + branch
                + "'");
    for (Materialized.Copy copy : done.copies()) {
      output()
          .line(
              "  %s  about %d rows, %d KB%s"
                  .formatted(
                      copy.table(),
                      copy.rows(),
                      copy.bytes() / 1024,
                      copy.inUse()
                          ? ""
                          : ", not read yet: older transactions are at work; run this again"));
    }
    return ExitCode.OK;
  }
}
