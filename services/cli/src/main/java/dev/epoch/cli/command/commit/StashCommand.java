package dev.epoch.cli.command.commit;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Counts;
import dev.epoch.cli.text.DiffText;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.commit.Stashes;
import dev.epoch.client.commit.TableChange;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch stash}. */
@Command(
    name = "stash",
    description = {
      "Put uncommitted changes away, and make them again later.",
      "Without an action they are put away."
    })
public final class StashCommand extends EpochSubcommand {

  private static final Pattern NUMBER = Pattern.compile("(?:stash@\\{)?(\\d{1,6})}?");

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "<action>",
      description = "push, list, show, pop, apply or drop.")
  private String action;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "<stash>",
      description = "Number of the stash, 0 or stash@{0} for the latest (default: 0).")
  private String number;

  @Option(
      names = {"-m", "--message"},
      paramLabel = "<message>",
      description = "What the changes are about; for push.")
  private String message;

  /** The command in a session. */
  public StashCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String wanted = action == null ? "push" : action;
    boolean numbered = List.of("show", "pop", "apply", "drop").contains(wanted);
    if (!numbered && !List.of("push", "list").contains(wanted)) {
      throw CommandFailure.usage(
          "unknown action '" + wanted + "'; known: push, list, show, pop, apply, drop");
    }
    if (number != null && !numbered) {
      throw CommandFailure.usage(wanted + " takes no number of a stash");
    }
    if (message != null && !wanted.equals("push")) {
      throw CommandFailure.usage(wanted + " takes no message");
    }
    if (wanted.equals("push")) {
      session().requireAuthor();
    }
    String branch = session().branch();
    int stash = number == null ? 0 : number();
    switch (wanted) {
      case "push" -> push(branch);
      case "list" -> list(branch);
      case "show" -> show(branch, stash);
      case "drop" -> drop(branch, stash);
      default -> again(branch, stash, wanted.equals("pop"));
    }
    return ExitCode.OK;
  }

  private int number() {
    Matcher typed = NUMBER.matcher(number);
    if (!typed.matches()) {
      throw CommandFailure.usage("a stash is a number or stash@{number}, not '" + number + "'");
    }
    return Integer.parseInt(typed.group(1));
  }

  private void push(String branch) {
    Stashes.Stash stash = client().stashes().push(branch, message);
    if (output().json()) {
      output().json(stash);
    } else {
      output()
          .confirm(
              "Stashed changes of "
                  + Counts.of(stash.tables().size(), "table")
                  + ": "
                  + stash.message());
    }
  }

  private void list(String branch) {
    Stashes.Listing listing = client().stashes().list(branch);
    if (output().json()) {
      output().json(listing);
      return;
    }
    listing
        .stashes()
        .forEach(stash ->
            output()
                .line(
                    "%d: %s %s (%s)"
                        .formatted(
                            stash.number(),
                            output().palette().yellow(Commit.shortId(stash.commitId())),
                            stash.message(),
                            String.join(", ", stash.tables()))));
  }

  private void show(String branch, int wanted) {
    Stashes.Stash stash =
        client().stashes().list(branch).stashes().stream()
            .filter(one -> one.number() == wanted)
            .findFirst()
            .orElseThrow(() ->
                new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "branch '" + branch + "' has no stash " + wanted,
                    "'epoch stash list' shows them"));
    Commit commit = client().commits().get(stash.commitId());
    if (output().json()) {
      output().json(commit);
      return;
    }
    output().line(stash.number() + ": " + stash.message());
    DiffText diff = new DiffText(output().palette());
    for (TableChange change : commit.tables()) {
      output().line("");
      output().lines(diff.table(change, List.of()));
    }
  }

  private void again(String branch, int stash, boolean pop) {
    Stashes.Applied applied =
        pop ? client().stashes().pop(branch, stash) : client().stashes().apply(branch, stash);
    if (output().json()) {
      output().json(applied);
    } else {
      output()
          .confirm(
              "Changed %s; stash %d is %s"
                  .formatted(
                      Counts.of(applied.records(), "record"), stash, pop ? "dropped" : "kept"));
    }
  }

  private void drop(String branch, int stash) {
    var dropped = client().stashes().drop(branch, stash);
    if (output().json()) {
      output().json(dropped);
    } else {
      output().confirm("Dropped stash " + stash);
    }
  }
}
