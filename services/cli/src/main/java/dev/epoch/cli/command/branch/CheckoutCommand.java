package dev.epoch.cli.command.branch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.configuration.Head;
import dev.epoch.cli.configuration.Workspace;
import dev.epoch.client.RefusedException;
import dev.epoch.client.branch.Branch;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.transport.Json;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch checkout}. */
@Command(
    name = "checkout",
    description = {
      "Switch to a branch, or to a commit or tag to look at it.",
      "At a commit HEAD is detached: reading commands read it, and nothing is written until 'epoch"
          + " checkout -b <name>' makes a branch of it. - goes back to what was checked out before."
    })
public final class CheckoutCommand extends EpochSubcommand {

  @Option(names = "-b", description = "Create the branch first.")
  private boolean create;

  @Option(
      names = {"-d", "--detach"},
      description = "Look at the commit, also of a branch (default: of HEAD).")
  private boolean detach;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "<branch>",
      description = "Branch to switch to; a commit or tag; - for the one before.")
  private String target;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "<start>",
      description = "With -b, what the branch starts from (default: HEAD).")
  private String start;

  /** The command in a session. */
  public CheckoutCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    requireSense();
    Workspace workspace =
        session()
            .workspaceOfRepository()
            .orElseThrow(() ->
                new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "not in a working folder of this repository, so there is no current branch",
                    "run 'epoch repo open <name>' here, or name the branch with --branch"));
    if (create) {
      return createAndSwitch(workspace);
    }
    if (detach) {
      String ref = target == null ? "HEAD" : target;
      return look(workspace, ref, client().commits().get(session().ref(ref)));
    }
    if (target.equals("-")) {
      return back(workspace);
    }
    return client()
        .branches()
        .list()
        .named(target)
        .map(branch -> switchTo(workspace, branch))
        .orElseGet(() -> look(workspace, target, commit()));
  }

  private void requireSense() {
    if (target == null && !detach) {
      throw CommandFailure.usage("name a branch, a commit or a tag");
    }
    if (create && detach) {
      throw CommandFailure.usage("-b makes a branch, --detach leaves branches");
    }
    if (start != null && !create) {
      throw CommandFailure.usage("a start is for 'epoch checkout -b' only");
    }
  }

  private ExitCode createAndSwitch(Workspace workspace) {
    Branch created =
        client().branches().create(target, session().ref(start == null ? "HEAD" : start));
    workspace.checkOut(created.name());
    workspace.sawBranch(created.name(), created.headCommitId());
    return done("Switched to a new branch '" + created.name() + "'", created);
  }

  private ExitCode back(Workspace workspace) {
    Head previous =
        workspace
            .previous()
            .orElseThrow(() ->
                new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "nothing else was checked out here before",
                    "epoch checkout <branch>"));
    return switch (previous) {
      case Head.OnBranch on ->
          switchTo(
              workspace,
              client().branches().list().named(on.name()).orElseThrow(() -> notFound(on.name())));
      case Head.Detached at ->
          look(workspace, Commit.shortId(at.commit()), client().commits().get(at.commit()));
    };
  }

  private ExitCode switchTo(Workspace workspace, Branch branch) {
    workspace.sawBranch(branch.name(), branch.headCommitId());
    if (workspace.isOn(branch.name())) {
      return done("Already on '" + branch.name() + "'", branch);
    }
    if (workspace.head() instanceof Head.Detached at) {
      output().remark("Previous HEAD position was " + Commit.shortId(at.commit()));
    }
    workspace.checkOut(branch.name());
    return done("Switched to branch '" + branch.name() + "'", branch);
  }

  /** The commit that is meant, if no branch is. */
  private Commit commit() {
    try {
      return client().commits().get(session().ref(target));
    } catch (RefusedException refusal) {
      if (refusal.status() != 404) {
        throw refusal;
      }
      throw notFound(target);
    }
  }

  private static CommandFailure notFound(String name) {
    return new CommandFailure(
        ExitCode.NOT_FOUND,
        "Branch '" + name + "' not found",
        "epoch branch list, or 'epoch checkout -b " + name + "' to create it");
  }

  private ExitCode look(Workspace workspace, String ref, Commit commit) {
    Head.Detached head = new Head.Detached(commit.id());
    boolean already = workspace.head().equals(head);
    if (!already) {
      output().remark("Note: switching to '" + ref + "', without a branch: HEAD is detached.");
      output()
          .remark(
              "hint: 'epoch checkout -b <name>' makes a branch to work on; 'epoch checkout -' goes"
                  + " back");
      workspace.checkOut(head);
    }
    if (output().json()) {
      output().json(result(null, commit.id()).put("detached", true));
    } else {
      Optional<String> message = commit.message().lines().findFirst();
      output()
          .confirm(
              ("HEAD is now at " + commit.shortId() + " " + message.orElse("")).stripTrailing());
    }
    return ExitCode.OK;
  }

  private ExitCode done(String message, Branch branch) {
    if (output().json()) {
      output().json(result(branch.name(), branch.headCommitId()));
    } else {
      output().confirm(message);
    }
    return ExitCode.OK;
  }

  private static ObjectNode result(String branch, String commitId) {
    return Json.object()
        .put("status", "checked_out")
        .put("branch", branch)
        .put("commit_id", commitId);
  }
}
