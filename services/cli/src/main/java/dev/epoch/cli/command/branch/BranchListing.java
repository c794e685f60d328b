package dev.epoch.cli.command.branch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.configuration.Head;
import dev.epoch.cli.configuration.Workspace;
import dev.epoch.cli.text.CommitText;
import dev.epoch.cli.text.HistoryGraph;
import dev.epoch.client.branch.Branch;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.commit.Commits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Lists branches; the one that is checked out is marked. */
abstract class BranchListing extends EpochSubcommand {

  BranchListing(Session session) {
    super(session);
  }

  /** Whether to draw the graph. */
  abstract boolean graph();

  /** Whether tags are listed too. */
  boolean withTags() {
    return false;
  }

  @Override
  protected final ExitCode run() {
    if (graph() && withTags()) {
      throw CommandFailure.usage("--graph draws branches; --all is about the list");
    }
    Branch.Listing listing = client().branches().list();
    Head current = current(listing);
    if (output().json()) {
      JsonNode json = withCurrent(listing.json(), current);
      if (withTags() && json instanceof ObjectNode object) {
        object.set("tags", client().tags().list(null).json().path("tags"));
      }
      output().json(json);
    } else if (graph()) {
      drawn(listing, current);
    } else {
      lines(listing, current);
      if (withTags()) {
        client().tags().list(null).tags().forEach(tag -> output().line("  tags/" + tag.name()));
      }
    }
    return ExitCode.OK;
  }

  /** What this folder has checked out; without a folder, the branch that the server names. */
  private Head current(Branch.Listing listing) {
    return session()
        .workspaceOfRepository()
        .map(Workspace::head)
        .orElseGet(() -> new Head.OnBranch(listing.json().path("current").asText()));
  }

  private static JsonNode withCurrent(JsonNode json, Head current) {
    if (!(json instanceof ObjectNode object)) {
      return json;
    }
    return switch (current) {
      case Head.OnBranch on -> object.put("current", on.name());
      case Head.Detached at -> object.putNull("current").put("detached", at.commit());
    };
  }

  private void lines(Branch.Listing listing, Head current) {
    if (current instanceof Head.Detached at) {
      String here = "(HEAD detached at " + Commit.shortId(at.commit()) + ")";
      output().line("* " + output().palette().green(here));
    }
    listing.branches().forEach(branch -> output().line(line(branch, current)));
  }

  private String line(Branch branch, Head current) {
    String details =
        session().options().verbose() ? "  " + Commit.shortId(branch.headCommitId()) : "";
    String rest = details + BranchTimes.until(session(), branch);
    return current.equals(new Head.OnBranch(branch.name()))
        ? "* " + output().palette().green(branch.name()) + rest
        : "  " + branch.name() + rest;
  }

  private void drawn(Branch.Listing listing, Head current) {
    List<Commit> history = new ArrayList<>();
    Commits.Selection everything =
        new Commits.Selection(
            listing.branches().isEmpty() ? "HEAD" : listing.branches().getFirst().name(),
            HistoryReader.PAGE,
            0,
            null,
            null,
            null,
            null,
            null,
            null,
            true);
    new HistoryReader(client(), everything).read(null, history::add);
    CommitText text = new CommitText(output().palette(), session().environment().zone());
    Map<String, List<String>> names = BranchNames.byHead(listing.branches(), current);
    List<HistoryGraph.Node> nodes =
        BranchOutline.of(history, names).stream()
            .map(node ->
                new HistoryGraph.Node(
                    node.commit().id(),
                    node.parents(),
                    List.of(text.oneLine(node.commit(), node.branches()))))
            .toList();
    output().lines(HistoryGraph.draw(nodes));
  }
}
