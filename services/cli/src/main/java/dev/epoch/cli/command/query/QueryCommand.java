package dev.epoch.cli.command.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.TimeExpression;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.configuration.Head;
import dev.epoch.cli.text.CsvText;
import dev.epoch.cli.text.RowsText;
import dev.epoch.client.query.Queries;
import dev.epoch.client.query.QueryResult;
import dev.epoch.client.transport.Json;
import java.io.IOException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch query}. */
@Command(
    name = "query",
    description = {
      "Run a reading SQL statement on any state of the data.",
      "Formats: table, json, csv."
    })
public final class QueryCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<sql>", description = "The statement.")
  private String sql;

  @Option(
      names = "--at",
      paramLabel = "<ref>",
      description = "Commit, tag, branch or time (2024-01-15 10:00:00, 2 days ago).")
  private String at;

  @Option(names = "--working", description = "With what is not yet committed.")
  private boolean working;

  @Option(
      names = {"-p", "--param"},
      paramLabel = "<value>",
      description = "Value for $1, then $2 ...: JSON, or any other text as it is; null is NULL.")
  private List<String> parameters = List.of();

  @Option(names = "--limit", paramLabel = "<n>", description = "At most n rows.")
  private Integer limit;

  @Option(
      names = "--paged",
      description = "Say where the next page begins, for --after: further rows of the same state.")
  private boolean paged;

  @Option(
      names = "--after",
      paramLabel = "<cursor>",
      description = "The page behind the one that said so; the query as it was there.")
  private String after;

  @Option(
      names = "--branches",
      split = ",",
      paramLabel = "<branch>",
      description = "Run it on each of these branches.")
  private List<String> branches = List.of();

  @Option(
      names = "--mode",
      paramLabel = "<mode>",
      description = "With --branches: union for all different rows, or side-by-side.")
  private String mode;

  @Option(
      names = "--escape-formulas",
      description = "In csv: an apostrophe before texts that spreadsheets would compute.")
  private boolean escapeFormulas;

  /** The command in a session. */
  public QueryCommand(Session session) {
    super(session);
  }

  @Override
  protected List<String> formats() {
    return List.of("table", "text", "json", "csv");
  }

  @Override
  protected ExitCode run() {
    requireSense();
    CsvText csv = csv(escapeFormulas);
    if ("side-by-side".equals(mode)) {
      sideBySide();
      return ExitCode.OK;
    }
    print(
        branches.isEmpty()
            ? client().queries().run(paged || after != null ? request().page(after) : request())
            : client().queries().union(everywhere(), branches),
        csv);
    return ExitCode.OK;
  }

  private void requireSense() {
    if (mode != null && !mode.equals("union") && !mode.equals("side-by-side")) {
      throw CommandFailure.usage("--mode is union or side-by-side, not '" + mode + "'");
    }
    if (mode != null && branches.isEmpty()) {
      throw CommandFailure.usage("--mode goes with --branches");
    }
    if ((paged || after != null) && (working || !branches.isEmpty())) {
      throw CommandFailure.usage(
          "what is committed at one place has pages: not with --working or --branches");
    }
    if (!branches.isEmpty() && at != null) {
      throw CommandFailure.usage("--branches and --at make no sense together");
    }
    if ("side-by-side".equals(mode) && output().format().equals("csv")) {
      throw new CommandFailure(ExitCode.USAGE, "side-by-side has no csv", "--mode union");
    }
  }

  private Queries.Request everywhere() {
    return new Queries.Request(sql, null, null, null, working, values(), limit);
  }

  private void sideBySide() {
    List<Queries.BranchResult> answers = client().queries().sideBySide(everywhere(), branches);
    if (output().format().equals("json")) {
      ArrayNode all = Json.array();
      answers.forEach(answer -> all.add(answer.result().json()));
      output().json(all);
      return;
    }
    for (Queries.BranchResult answer : answers) {
      output().lines(List.of("Branch: " + answer.branch()));
      output().lines(RowsText.table(answer.result()));
      remarkMore(answer.result());
    }
  }

  private void print(QueryResult result, CsvText csv) {
    switch (output().format()) {
      case "json" -> output().json(result);
      case "csv" -> output().lines(csv.rows(result));
      default -> output().lines(RowsText.table(result));
    }
    remarkMore(result);
  }

  private void remarkMore(QueryResult result) {
    if (!result.lost().isEmpty()) {
      output()
          .remark(
              "values of %s are not known any more where they are null: the live table has lost them"
                  .formatted(String.join(", ", result.lost())));
    }
    if (result.next() != null) {
      output().remark("there are more rows: --after " + result.next());
    } else if (result.truncated()) {
      output().remark("there are more rows; --limit takes a larger number");
    }
  }

  private List<JsonNode> values() {
    return parameters.stream().map(QueryCommand::value).toList();
  }

  /** A number, a boolean, null, an array or an object of JSON; all else is a text. */
  private static JsonNode value(String typed) {
    try {
      JsonNode json = Json.parse(typed);
      return json.isMissingNode() ? Json.text(typed) : json;
    } catch (IOException text) {
      return Json.text(typed);
    }
  }

  private Queries.Request request() {
    if (at == null) {
      return switch (session().head()) {
        case Head.OnBranch on ->
            new Queries.Request(sql, null, on.name(), null, working, values(), limit);
        case Head.Detached commit ->
            new Queries.Request(sql, commit.ref(), null, null, working, values(), limit);
      };
    }
    Optional<Instant> time =
        TimeExpression.from(at, ZonedDateTime.now(session().environment().zone()));
    if (time.isEmpty() && at.contains(" ")) {
      throw new CommandFailure(
          ExitCode.USAGE, "'" + at + "' is neither a ref nor a time", TimeExpression.EXAMPLES);
    }
    return time.map(instant ->
            new Queries.Request(
                sql, null, session().branch(), instant.toString(), working, values(), limit))
        .orElseGet(() ->
            new Queries.Request(sql, session().ref(at), null, null, working, values(), limit));
  }
}
