package dev.epoch.cli.command.commit;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.MessageEditor;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.CommitText;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.RefusedException;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.commit.Commits;
import dev.epoch.client.commit.Commits.Draft.Schema;
import dev.epoch.client.table.Table;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code epoch commit}. */
@Command(name = "commit", description = "Record what is changed.")
public final class CommitCommand extends EpochSubcommand {

  private static final String MERGE_IS_OPEN = "MergeInProgressError";

  @Option(
      names = {"-m", "--message"},
      description = "What the commit is about (default: what is written in an editor).")
  private String message;

  @Option(
      names = {"-a", "--all"},
      description = "Every change, whatever is staged.")
  private boolean all;

  @Option(names = "--tables", split = ",", description = "Only these tables, separated by commas.")
  private List<String> tables = List.of();

  @Option(names = "--author", paramLabel = "<name>", description = "Name of the author.")
  private String author;

  @Option(names = "--email", paramLabel = "<email>", description = "Address of the author.")
  private String email;

  @Option(names = "--rescan-schema", description = "Read the schema of every table again first.")
  private boolean rescanSchema;

  @Option(
      names = "--include-schema",
      description = "Record all objects of the databases' schemas, too.")
  private boolean includeSchema;

  @Option(names = "--schema-only", description = "Record these alone, and no records.")
  private boolean schemaOnly;

  /** The command in a session. */
  public CommitCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (schemaOnly && (all || !tables.isEmpty())) {
      throw CommandFailure.usage("--schema-only takes no tables");
    }
    session().options().overrideAuthor(author, email);
    session().requireAuthor();
    String branch = session().branch();
    if (message == null) {
      message =
          MessageEditor.write(
              session(),
              List.of(
                  "What is the commit on branch " + branch + " about?",
                  "Lines that begin with # are left out; nothing written, nothing committed."));
    }
    if (rescanSchema) {
      for (Table table : client().tables().list(branch).tables()) {
        client().tables().refresh(table.name(), branch);
      }
    }
    Commit commit = commit(branch);
    session().workspaceOfRepository().ifPresent(found -> found.sawBranch(branch, commit.id()));
    if (output().json()) {
      output().json(commit);
    } else {
      output().confirm("Created commit " + output().palette().yellow(commit.shortId()));
      output()
          .confirm(
              "  "
                  + Counts.of(commit.tables().size(), "table")
                  + ", "
                  + Counts.of(commit.records(), "record"));
      output().lines(CommitText.schemas(commit));
    }
    return ExitCode.OK;
  }

  /** While a merge is open, a commit concludes it, as with git. */
  private Commit commit(String branch) {
    try {
      return client()
          .commits()
          .create(
              new Commits.Draft(
                  branch,
                  message,
                  session().settings().actor(),
                  tables,
                  all,
                  schemaOnly ? Schema.ONLY : includeSchema ? Schema.INCLUDED : Schema.LEFT_OUT));
    } catch (RefusedException refusal) {
      if (refusal.error().equals(MERGE_IS_OPEN)) {
        return client().merges().continueMerge(branch, message);
      }
      throw refusal;
    }
  }
}
