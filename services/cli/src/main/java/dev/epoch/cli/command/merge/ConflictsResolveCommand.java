package dev.epoch.cli.command.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.merge.Conflicts;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch conflicts resolve}. */
@Command(
    name = "resolve",
    description = "Decide conflicts: all, of a table, a record, a field or a constraint.")
public final class ConflictsResolveCommand extends EpochSubcommand {

  @Parameters(arity = "0..1", paramLabel = "<table>", description = "Only this table.")
  private String table;

  @Option(names = "--table", paramLabel = "<table>", description = "Only this table.")
  private String tableOption;

  @Option(
      names = "--record",
      paramLabel = "<id>",
      description = "Only the record with this primary key; a,b for a composite one.")
  private String record;

  @Option(names = "--field", paramLabel = "<field>", description = "Only this field.")
  private String field;

  @Option(names = "--constraint", paramLabel = "<name>", description = "Only this constraint.")
  private String constraint;

  @Option(names = "--ours", description = "Keep the version of the branch that is merged into.")
  private boolean ours;

  @Option(names = "--theirs", description = "Take the version of the branch that is merged.")
  private boolean theirs;

  @Option(names = "--base", description = "Go back to the version before both.")
  private boolean base;

  @Option(
      names = {"--value", "--custom"},
      paramLabel = "<value>",
      description =
          "Set this value; of a constraint its definition, or columns of the records that break it as JSON.")
  private String value;

  @Option(
      names = "--union",
      description = "With --constraint: what both versions say, either of two checks.")
  private boolean union;

  @Option(names = "--null", description = "Set the field to NULL.")
  private boolean setNull;

  @Option(names = "--learnt", description = "As the same conflicts were decided before.")
  private boolean learnt;

  @Option(names = "--delete", description = "Delete the record.")
  private boolean delete;

  @Option(
      names = {"-i", "--interactive"},
      description = "Ask about each conflict.")
  private boolean interactive;

  @Option(
      names = "--from-file",
      paramLabel = "<file>",
      description = "Decide as a file says: 'conflicts show --format json' with resolutions in it.")
  private String file;

  /** The command in a session. */
  public ConflictsResolveCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (table != null && tableOption != null) {
      throw CommandFailure.usage("give the table once, as an argument or with --table");
    }
    if (Stream.of(
                ours,
                theirs,
                base,
                value != null,
                union,
                setNull,
                delete,
                learnt,
                interactive,
                file != null)
            .filter(given -> given)
            .count()
        != 1) {
      throw CommandFailure.usage(
          "give one of --ours, --theirs, --base, --value, --union, --null, --delete, --learnt, --interactive, --from-file");
    }
    String scope = table == null ? tableOption : table;
    if (file != null) {
      if (scope != null || record != null || field != null || constraint != null) {
        throw CommandFailure.usage("--from-file says itself what is decided");
      }
      return new ResolutionReport(session())
          .resolveAll(ResolutionFile.read(session().directory().resolve(file)));
    }
    if (interactive) {
      return new InteractiveResolution(session(), scope).run();
    }
    checkScope(scope);
    return new ResolutionReport(session())
        .resolve(
            new Conflicts.Resolution(
                scope,
                record == null ? null : key(scope),
                field,
                constraint,
                side(),
                setNull ? NullNode.instance : value == null ? null : value(scope)));
  }

  private void checkScope(String scope) {
    if (record != null && scope == null) {
      throw CommandFailure.usage("--record needs a table");
    }
    if (union && (constraint == null || record != null || field != null)) {
      throw CommandFailure.usage("--union needs --constraint alone");
    }
    if (delete && field != null) {
      throw CommandFailure.usage("--delete deletes whole records; --field has --null");
    }
    if (setNull && (field == null || scope == null)) {
      throw CommandFailure.usage("--null needs a table and --field");
    }
    if (value != null && field == null && constraint == null) {
      throw CommandFailure.usage("--value needs --field or --constraint");
    }
    if (value != null && field != null && record == null) {
      throw CommandFailure.usage("--value needs --record");
    }
  }

  private JsonNode value(String scope) {
    return field == null
        ? TypedValues.columns(value)
        : new TypedValues(session()).of(scope, field, value);
  }

  private JsonNode key(String scope) {
    return TypedValues.key(session(), scope, record);
  }

  private Conflicts.Side side() {
    if (ours) {
      return Conflicts.Side.OURS;
    }
    if (theirs) {
      return Conflicts.Side.THEIRS;
    }
    if (delete) {
      return Conflicts.Side.DELETE;
    }
    if (learnt) {
      return Conflicts.Side.LEARNT;
    }
    if (union) {
      return Conflicts.Side.UNION;
    }
    return base ? Conflicts.Side.BASE : Conflicts.Side.VALUE;
  }
}
