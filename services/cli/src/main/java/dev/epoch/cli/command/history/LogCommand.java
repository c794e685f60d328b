package dev.epoch.cli.command.history;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.TimeExpression;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.command.Range;
import dev.epoch.cli.command.branch.BranchNames;
import dev.epoch.cli.command.branch.HistoryReader;
import dev.epoch.cli.configuration.Workspace;
import dev.epoch.cli.text.CommitText;
import dev.epoch.cli.text.HistoryGraph;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.commit.Commits;
import dev.epoch.client.transport.Json;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch log}. */
@Command(name = "log", description = "Show the history, newest first.")
public final class LogCommand extends EpochSubcommand {

  @Parameters(
      arity = "0..1",
      paramLabel = "<ref>",
      description = "Where to start, or a range a..b (default: the current branch).")
  private String ref;

  @Option(
      names = {"-n", "--max-count"},
      paramLabel = "<n>",
      description = "At most n commits; -10 is short for -n 10.")
  private Integer maximum;

  @Option(names = "--oneline", description = "One line per commit.")
  private boolean oneLine;

  @Option(names = "--since", paramLabel = "<date>", description = "Only commits since then.")
  private String since;

  @Option(names = "--until", paramLabel = "<date>", description = "Only commits until then.")
  private String until;

  @Option(names = "--author", paramLabel = "<pattern>", description = "Only by this author.")
  private String author;

  @Option(
      names = "--committer",
      paramLabel = "<pattern>",
      description = "Only asked for by this person, whoever the author is.")
  private String committer;

  @Option(names = "--actor", paramLabel = "<id>", description = "Only asked for under this id.")
  private String actor;

  @Option(names = "--table", paramLabel = "<table>", description = "Only commits with this table.")
  private String table;

  @Option(names = "--graph", description = "Draw the graph of commits.")
  private boolean graph;

  @Option(names = "--all", description = "Commits of all branches and tags.")
  private boolean all;

  @Option(
      names = "--decorate",
      description = "Name the branches that end at a commit, and its tags.")
  private boolean decorate;

  private boolean printedBefore;

  /** The command in a session. */
  public LogCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    HistoryReader reader = new HistoryReader(client(), selection());
    if (output().json()) {
      output().json(json(reader));
      return ExitCode.OK;
    }
    Map<String, List<String>> names = decorate || (graph && all) ? names() : Map.of();
    CommitText text = new CommitText(output().palette(), session().environment().zone());
    BiFunction<Commit, List<String>, List<String>> lines =
        oneLine ? (commit, labels) -> List.of(text.oneLine(commit, labels)) : text::full;
    if (graph) {
      drawn(reader, names, lines);
    } else {
      reader.read(maximum, commit -> printed(lines.apply(commit, at(names, commit))));
    }
    return ExitCode.OK;
  }

  private boolean printed(List<String> lines) {
    if (printedBefore && !oneLine) {
      output().line("");
    }
    printedBefore = true;
    output().lines(lines);
    return output().flush();
  }

  private void drawn(
      HistoryReader reader,
      Map<String, List<String>> names,
      BiFunction<Commit, List<String>, List<String>> lines) {
    List<HistoryGraph.Node> nodes = new ArrayList<>();
    reader.read(
        maximum,
        commit -> {
          List<String> text = new ArrayList<>(lines.apply(commit, at(names, commit)));
          if (!oneLine) {
            text.add("");
          }
          return nodes.add(new HistoryGraph.Node(commit.id(), commit.parents(), text));
        });
    output().lines(HistoryGraph.draw(nodes));
  }

  private ObjectNode json(HistoryReader reader) {
    ArrayNode commits = Json.array();
    reader.read(
        maximum,
        commit -> {
          commits.add(commit.json());
          return true;
        });
    ObjectNode page = Json.object();
    page.set("commits", commits);
    return page.put("total", reader.total()).put("has_more", reader.hasMore());
  }

  private Map<String, List<String>> names() {
    Map<String, List<String>> names =
        BranchNames.byHead(
            client().branches().list().branches(),
            session().workspaceOfRepository().map(Workspace::head).orElse(null));
    client()
        .tags()
        .list(null)
        .tags()
        .forEach(tag ->
            names
                .computeIfAbsent(tag.commitId(), id -> new ArrayList<>())
                .add("tag: " + tag.name()));
    return names;
  }

  private static List<String> at(Map<String, List<String>> names, Commit commit) {
    return names.getOrDefault(commit.id(), List.of());
  }

  private Commits.Selection selection() {
    return new Commits.Selection(
        Range.parse(ref, session()::ref)
            .map(Range::text)
            .orElseGet(() -> session().ref(ref == null ? "HEAD" : ref)),
        HistoryReader.PAGE,
        0,
        time(since, false),
        time(until, true),
        author,
        committer,
        actor,
        table,
        all);
  }

  private String time(String typed, boolean last) {
    if (typed == null) {
      return null;
    }
    ZonedDateTime now = ZonedDateTime.now(session().environment().zone());
    Optional<Instant> moment =
        last ? TimeExpression.until(typed, now) : TimeExpression.from(typed, now);
    return moment
        .map(Instant::toString)
        .orElseThrow(() ->
            new CommandFailure(
                ExitCode.USAGE, "'" + typed + "' is not a date", TimeExpression.EXAMPLES));
  }
}
