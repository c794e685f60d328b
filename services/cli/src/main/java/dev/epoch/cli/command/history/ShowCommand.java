package dev.epoch.cli.command.history;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.command.diff.SchemaChanges;
import dev.epoch.cli.text.CommitText;
import dev.epoch.cli.text.DiffText;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.commit.TableChange;
import dev.epoch.client.record.Diffs;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch show}. */
@Command(name = "show", description = "Show one commit and what it changed.")
public final class ShowCommand extends EpochSubcommand {

  @Parameters(
      arity = "0..1",
      paramLabel = "<ref>",
      defaultValue = "HEAD",
      description = "The commit (default: HEAD).")
  private String ref;

  @Option(names = "--stat", description = "Only numbers.")
  private boolean statistics;

  /** The command in a session. */
  public ShowCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Commit commit = client().commits().get(session().ref(ref));
    if (output().json()) {
      output().json(commit);
      return ExitCode.OK;
    }
    CommitText text = new CommitText(output().palette(), session().environment().zone());
    output().lines(text.header(commit, List.of()));
    output().lines(CommitText.schemas(commit));
    DiffText diff = new DiffText(output().palette());
    if (statistics) {
      output().line("");
      output().lines(diff.statistics(commit.tables()));
      return ExitCode.OK;
    }
    String parent = commit.parents().isEmpty() ? null : commit.parents().getFirst();
    SchemaChanges schema = new SchemaChanges(client(), new Diffs.Range(parent, commit.id(), false));
    for (TableChange change : commit.tables()) {
      output().line("");
      output().lines(diff.table(change, parent == null ? List.of() : schema.of(change)));
    }
    boolean telling = parent != null && !CommitText.schemas(commit).isEmpty();
    List<String> objects = telling ? diff.objects(schema.ofObjects()) : List.of();
    if (!objects.isEmpty()) {
      output().line("");
      output().lines(objects);
    }
    return ExitCode.OK;
  }
}
