package dev.epoch.cli.command.merge;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch conflicts forget}. */
@Command(name = "forget", description = "Forget how conflicts were decided: it is offered no more.")
public final class ConflictsForgetCommand extends EpochSubcommand {

  @Parameters(arity = "0..1", paramLabel = "<table>", description = "Only of this table.")
  private String table;

  @Option(
      names = "--record",
      paramLabel = "<id>",
      description = "Only of the record with this primary key; a,b for a composite one.")
  private String record;

  @Option(names = "--field", paramLabel = "<field>", description = "Only of this field.")
  private String field;

  @Option(names = "--constraint", paramLabel = "<name>", description = "Only of this constraint.")
  private String constraint;

  @Option(names = "--all", description = "Everything that was learnt in the repository.")
  private boolean all;

  /** The command in a session. */
  public ConflictsForgetCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    boolean narrowed = table != null || field != null || constraint != null;
    if (narrowed == all) {
      throw CommandFailure.usage("give a table, --field or --constraint; or --all alone");
    }
    if (record != null && table == null) {
      throw CommandFailure.usage("--record needs a table");
    }
    long forgotten =
        client()
            .conflicts()
            .forget(
                table,
                record == null ? null : TypedValues.key(session(), table, record),
                field,
                constraint);
    if (output().json()) {
      output().json(Json.object().put("forgotten", forgotten));
    } else {
      output().confirm("Forgot " + Counts.of(forgotten, "resolution"));
    }
    return ExitCode.OK;
  }
}
