package dev.epoch.cli.command.tag;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.CommitText;
import dev.epoch.client.tag.Tag;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch tag show}. */
@Command(name = "show", description = "Show a tag and its commit.")
public final class TagShowCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the tag.")
  private String name;

  /** The command in a session. */
  public TagShowCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Tag tag = client().tags().get(name);
    if (output().json()) {
      output().json(tag);
      return ExitCode.OK;
    }
    CommitText text = new CommitText(output().palette(), session().environment().zone());
    output().line(output().palette().yellow("tag " + tag.name()));
    output().line("Tagger: " + CommitText.person(tag.authorName(), tag.authorEmail()));
    output().line("Date:   " + text.date(tag.createdAt()));
    output().line("");
    if (tag.message() != null) {
      tag.message().lines().forEach(line -> output().line(line.isEmpty() ? "" : "    " + line));
      output().line("");
    }
    output().lines(text.full(client().commits().get(tag.commitId()), List.of()));
    return ExitCode.OK;
  }
}
