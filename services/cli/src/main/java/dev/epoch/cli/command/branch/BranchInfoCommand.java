package dev.epoch.cli.command.branch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.CommitText;
import dev.epoch.cli.text.Counts;
import dev.epoch.cli.text.DiffText;
import dev.epoch.client.branch.Branch;
import dev.epoch.client.branch.OpenTables;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.record.Diff;
import dev.epoch.client.record.Diffs;
import dev.epoch.client.transport.Json;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch branch info}. */
@Command(name = "info", description = "Show a branch and how it relates to the default branch.")
public final class BranchInfoCommand extends EpochSubcommand {

  @Parameters(
      arity = "0..1",
      paramLabel = "<name>",
      description = "The branch (default: the current one).")
  private String name;

  @Option(names = "--stats", description = "Also how many records it changes.")
  private boolean statistics;

  /** The command in a session. */
  public BranchInfoCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String wanted = name == null ? session().branch() : name;
    Branch branch =
        client()
            .branches()
            .list()
            .named(wanted)
            .orElseThrow(() ->
                new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "Branch '" + wanted + "' not found",
                    "'epoch branch list' shows the branches"));
    String trunk = session().defaultBranch();
    Optional<Branch.Comparison> comparison =
        wanted.equals(trunk)
            ? Optional.empty()
            : Optional.of(client().branches().compare(wanted, trunk));
    Optional<Diff> changes =
        comparison
            .filter(found -> statistics && found.mergeBase() != null)
            .map(found ->
                client().diffs().tables(new Diffs.Range(found.mergeBase(), wanted, false)));
    Optional<OpenTables> tables =
        wanted.equals(trunk) ? Optional.empty() : Optional.of(client().branches().opened(wanted));
    if (output().json()) {
      ObjectNode result = Json.object();
      result.setAll((ObjectNode) branch.json());
      comparison.ifPresent(found -> result.set("comparison", found.json()));
      changes.ifPresent(found -> result.set("stats", found.json()));
      tables.ifPresent(found -> result.set("open_tables", found.json()));
      output().json(result);
    } else {
      print(branch, trunk, comparison);
      tables.ifPresent(this::print);
      changes.ifPresent(this::print);
    }
    return ExitCode.OK;
  }

  private void print(Branch branch, String trunk, Optional<Branch.Comparison> comparison) {
    output().line("Branch: " + branch.name());
    if (branch.headCommitId() != null) {
      Commit head = client().commits().get(branch.headCommitId());
      output().line("  Head: " + head.shortId() + " " + CommitText.title(head));
    }
    if (branch.createdAt() != null) {
      CommitText text = new CommitText(output().palette(), session().environment().zone());
      output().line("  Created: " + text.date(branch.createdAt()));
    }
    if (branch.expiresAt() != null) {
      output()
          .line(
              "  Expires: "
                  + BranchTimes.date(session(), branch)
                  + (branch.held() == null ? "" : " (kept: " + branch.held() + ")"));
    }
    if (branch.schemaOnly()) {
      output().line("  Schema only: rows in its tables are not versioned");
    }
    output().line("  Protected: " + (branch.isProtected() ? "yes" : "no"));
    if (branch.ownSequences()) {
      output().line("  Sequences: its own");
    }
    comparison.ifPresent(found -> {
      output()
          .line(
              "  Compared with "
                  + trunk
                  + ": "
                  + Counts.of(found.ahead(), "commit")
                  + " ahead, "
                  + found.behind()
                  + " behind");
      if (found.mergeBase() != null) {
        output().line("  Merge base: " + Commit.shortId(found.mergeBase()));
      }
    });
  }

  private void print(OpenTables tables) {
    if (!tables.open().isEmpty()) {
      output().line("  Open tables: " + String.join(", ", tables.open()));
    }
    tables.places().forEach(place -> output().line("  Open in file: " + place));
    for (String reference : tables.uncheckedReferences()) {
      output().line("  Checked by merges only: foreign key " + reference);
    }
  }

  private void print(Diff changes) {
    output().line("");
    if (changes.tables().isEmpty()) {
      output().line("No changes since the merge base.");
    }
    output().lines(new DiffText(output().palette()).statistics(changes.tables()));
  }
}
