package dev.epoch.cli.command.commit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.configuration.Head;
import dev.epoch.cli.text.Palette;
import dev.epoch.cli.text.StatusText;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.commit.RepositoryStatus;
import dev.epoch.client.merge.Conflict;
import dev.epoch.client.tag.Tag;
import dev.epoch.client.transport.Json;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code epoch status}. */
@Command(name = "status", description = "Show what is changed and not yet committed.")
public final class StatusCommand extends EpochSubcommand {

  @Option(
      names = {"-s", "--short"},
      description = "One line for each table.")
  private boolean brief;

  @Option(names = "--porcelain", description = "The short form for scripts, which never changes.")
  private boolean porcelain;

  /** The command in a session. */
  public StatusCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (session().head() instanceof Head.Detached at) {
      return detached(at.commit());
    }
    String branch = session().branch();
    RepositoryStatus status = client().workingSet().status(branch);
    if (output().json()) {
      output().json(status);
      return ExitCode.OK;
    }
    List<Conflict> conflicts =
        status.merging() ? client().conflicts().all(branch, null) : List.of();
    StatusText text = new StatusText(porcelain ? Palette.PLAIN : output().palette());
    output()
        .lines(brief || porcelain ? text.brief(status, conflicts) : text.full(status, conflicts));
    return ExitCode.OK;
  }

  /** A commit has no changes. */
  private ExitCode detached(String commitId) {
    Commit commit = client().commits().get(commitId);
    if (output().json()) {
      ObjectNode result = Json.object().putNull("branch").put("commit_id", commit.id());
      result.put("is_detached", true).put("clean", true);
      List.of("staged", "unstaged", "untracked").forEach(result::putArray);
      output().json(result.putNull("merge"));
    } else if (!brief && !porcelain) {
      String at =
          client().tags().list(null).tags().stream()
              .filter(tag -> tag.commitId().equals(commit.id()))
              .map(Tag::name)
              .findFirst()
              .orElse(commit.shortId());
      output().line("HEAD detached at " + at);
      output().line("nothing to commit: \"epoch checkout -b <name>\" makes a branch to work on");
    }
    return ExitCode.OK;
  }
}
