package dev.epoch.cli.command.history;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.command.LostColumns;
import dev.epoch.cli.text.CommitText;
import dev.epoch.cli.text.DiffText;
import dev.epoch.client.record.RecordHistory;
import dev.epoch.client.transport.Json;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch history}. */
@Command(name = "history", description = "Show the commits that changed a record, newest first.")
public final class HistoryCommand extends EpochSubcommand {
  private static final int PAGE = 100;

  @Parameters(index = "0", paramLabel = "<table>", description = "The table.")
  private String table;

  @Parameters(
      index = "1",
      paramLabel = "<key>",
      description = "Primary key; 1,2 for one of two columns.")
  private String key;

  @Option(
      names = "--at",
      paramLabel = "<ref>",
      defaultValue = "HEAD",
      description = "Where to start (default: the current branch).")
  private String at;

  @Option(
      names = {"-n", "--max-count"},
      paramLabel = "<n>",
      description = "At most n commits.")
  private Integer maximum;

  private boolean printedBefore;
  private final Set<String> lost = new TreeSet<>();

  /** The command in a session. */
  public HistoryCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (maximum != null && maximum < 1) {
      throw CommandFailure.usage("--max-count is at least 1");
    }
    if (output().json()) {
      ArrayNode changes = Json.array();
      read(entry -> {
        changes.add(entry.change().json());
        return true;
      });
      ObjectNode result = Json.object();
      result.set("changes", changes);
      if (!lost.isEmpty()) {
        ArrayNode columns = result.putArray("lost");
        lost.forEach(columns::add);
      }
      output().json(result);
    } else {
      CommitText text = new CommitText(output().palette(), session().environment().zone());
      DiffText diff = new DiffText(output().palette());
      read(entry -> print(entry, text, diff));
      LostColumns.remark(output(), table, List.copyOf(lost));
    }
    return ExitCode.OK;
  }

  private boolean print(RecordHistory.Entry entry, CommitText text, DiffText diff) {
    if (printedBefore) {
      output().line("");
    }
    printedBefore = true;
    output().lines(text.header(entry.commit(), List.of()));
    output().line("");
    output().lines(diff.record(entry.change()));
    return output().flush();
  }

  private void read(Predicate<RecordHistory.Entry> sink) {
    String ref = session().ref(at);
    int left = maximum == null ? Integer.MAX_VALUE : maximum;
    String after = null;
    do {
      RecordHistory page = client().records().history(table, key, ref, Math.min(PAGE, left), after);
      lost.addAll(page.lost());
      for (RecordHistory.Entry entry : page.changes()) {
        if (!sink.test(entry)) {
          return;
        }
        left--;
      }
      after = page.next();
    } while (after != null && left > 0);
  }
}
