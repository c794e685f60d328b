package dev.epoch.cli.command.history;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.command.LostColumns;
import dev.epoch.cli.text.Columns;
import dev.epoch.cli.text.CommitText;
import dev.epoch.cli.text.Values;
import dev.epoch.client.record.RecordHistory;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch blame}. */
@Command(name = "blame", description = "Show which commit each field of a record comes from.")
public final class BlameCommand extends EpochSubcommand {

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
      description = "The record at this ref (default: the current branch).")
  private String at;

  /** The command in a session. */
  public BlameCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    RecordHistory.Blame blame = client().records().blame(table, key, session().ref(at));
    if (output().json()) {
      output().json(blame);
      return ExitCode.OK;
    }
    LostColumns.remark(output(), table, blame.lost());
    CommitText text = new CommitText(output().palette(), session().environment().zone());
    output()
        .lines(
            Columns.aligned(
                List.of("FIELD", "VALUE", "COMMIT", "AUTHOR", "DATE", "MESSAGE"),
                blame.fields().stream()
                    .map(field ->
                        List.of(
                            field.name(),
                            Values.shown(field.value()),
                            field.commit().shortId(),
                            field.commit().authorName(),
                            text.date(field.commit().createdAt()),
                            CommitText.title(field.commit())))
                    .toList()));
    return ExitCode.OK;
  }
}
