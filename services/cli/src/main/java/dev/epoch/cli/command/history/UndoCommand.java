package dev.epoch.cli.command.history;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.Actor;
import dev.epoch.client.branch.Reflog;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.replay.Reset;
import dev.epoch.client.transport.Json;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code epoch undo}. */
@Command(
    name = "undo",
    description = {
      "Take back your last move of a branch: a commit, merge, revert, cherry-pick, rebase, reset, or that a branch was made or deleted.",
      "The changes of a commit stay, not committed. Once more takes back the undo."
    })
public final class UndoCommand extends EpochSubcommand {
  private static final int PAGE = 100;
  private static final int PAGES = 10;

  /** What the reflog says of each commit that a rebase makes. */
  private static final String PICK = "rebase (pick)";

  @Option(
      names = "--hard",
      description =
          "Of a commit, take the changes back too; on the default branch needed for that.")
  private boolean hard;

  @Option(names = "--dry-run", description = "Only tell what would be taken back.")
  private boolean dryRun;

  private String myId;

  /** The command in a session. */
  public UndoCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Reflog.Entry last = mine();
    Reflog.Entry latest = client().branches().reflog(last.branch(), 1, null).entries().getFirst();
    if (!latest.json().path("position").equals(last.json().path("position"))) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          latest.actor() + " has moved '" + last.branch() + "' since: " + latest.command(),
          "'epoch reflog "
              + last.branch()
              + "' shows its moves, 'epoch revert' takes single commits"
              + " back");
    }
    if (last.from() == null && last.to() != null && !last.command().equals("branch create")) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "there is nothing before the first commit of '" + last.branch() + "'",
          "'epoch repo delete' deletes a repository");
    }
    refuseStash(last);
    return dryRun ? told("Would take back ", last, null) : undo(last);
  }

  /** The last move of whoever asks, of any branch. */
  private Reflog.Entry mine() {
    String after = null;
    for (int page = 0; page < PAGES; page++) {
      Reflog moves = client().branches().reflog(null, PAGE, after);
      Optional<Reflog.Entry> found = moves.entries().stream().filter(this::isMine).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      after = moves.next();
      if (after == null) {
        break;
      }
    }
    throw new CommandFailure(
        ExitCode.NEGATIVE,
        "you have not moved a branch lately",
        "'epoch reflog --all' shows who has");
  }

  private boolean isMine(Reflog.Entry entry) {
    return entry.json().path("actor").path("id").asText().equals(myId());
  }

  /** As the server makes it of what each request says. */
  private String myId() {
    if (myId == null) {
      Actor actor = session().settings().actor();
      String named = actor.email() == null ? actor.name() : actor.email();
      String key =
          named == null && session().settings().apiKey().isPresent()
              ? session().server().apiKeys().whoAmI().key()
              : null;
      myId = named != null ? named : key != null ? key : "anonymous";
    }
    return myId;
  }

  private ExitCode undo(Reflog.Entry last) {
    String branch = last.branch();
    switch (last.command()) {
      case "branch create" -> {
        client().branches().delete(branch, false);
        leave(branch);
        return told("Took back ", last, null);
      }
      case "branch delete" -> {
        client()
            .branches()
            .create(
                branch,
                last.from(),
                null,
                false,
                last.json().path("own_sequences").asBoolean(),
                last.json().path("schema_only").asBoolean());
        return told("Took back ", last, null);
      }
      default -> {
        boolean soft = last.command().equals("commit") && !hard;
        if (soft && branch.equals(session().defaultBranch())) {
          throw new CommandFailure(
              ExitCode.CONFLICT,
              "the changes of a commit cannot stay uncommitted on '" + branch + "'",
              "'epoch undo --hard' takes them out of the live tables, 'epoch revert HEAD' by a new"
                  + " commit");
        }
        String to = last.command().equals(PICK) ? beforeRebase(branch) : last.from();
        return told("Took back ", last, client().replays().reset(branch, to, soft));
      }
    }
  }

  /** What was put away comes back by the stash, not by the commit that keeps it. */
  private void refuseStash(Reflog.Entry last) {
    if (last.command().equals("reset")) {
      client().stashes().list(last.branch()).stashes().stream()
          .filter(stash -> stash.commitId().equals(last.from()))
          .findFirst()
          .ifPresent(stash -> {
            throw new CommandFailure(
                ExitCode.CONFLICT,
                "your last command on '%s' put changes away: stash %d"
                    .formatted(last.branch(), stash.number()),
                "'epoch stash pop " + stash.number() + "' brings them back");
          });
    }
  }

  /**
   * Where a branch stood before the rebase that made its last commits: all of it is one command.
   */
  private String beforeRebase(String branch) {
    String from = null;
    String after = null;
    do {
      Reflog moves = client().branches().reflog(branch, PAGE, after);
      for (Reflog.Entry move : moves.entries()) {
        boolean begin = move.command().equals("rebase");
        if (!begin && !move.command().equals(PICK)) {
          return from;
        }
        from = move.from();
        if (begin) {
          return from;
        }
      }
      after = moves.next();
    } while (after != null);
    return from;
  }

  /** Nobody stays on a branch that is gone. */
  private void leave(String branch) {
    session()
        .workspaceOfRepository()
        .filter(found -> found.isOn(branch))
        .ifPresent(found -> found.checkOut(session().defaultBranch()));
  }

  private ExitCode told(String did, Reflog.Entry last, Reset reset) {
    if (output().json()) {
      ObjectNode result = Json.object();
      result.set(dryRun ? "would_undo" : "undone", last.json());
      if (reset != null) {
        result.set("reset", reset.json());
      }
      output().json(result);
      return ExitCode.OK;
    }
    String message =
        last.message() == null ? "" : ": " + last.message().lines().findFirst().orElse("");
    output()
        .confirm(
            last.command().equals(PICK)
                ? did + "rebase on " + last.branch()
                : did + last.command() + " on " + last.branch() + message);
    if (reset != null) {
      output().confirm(last.branch() + " is now at " + Commit.shortId(reset.head()));
      if (reset.saved() != null) {
        output().remark("hint: uncommitted changes are in commit " + Commit.shortId(reset.saved()));
      }
    }
    return ExitCode.OK;
  }
}
