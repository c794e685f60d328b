package dev.epoch.cli.command.diff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.RefusedException;
import dev.epoch.client.record.Records;
import dev.epoch.client.transport.Json;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch apply}. */
@Command(
    name = "apply",
    description = {
      "Apply a diff as uncommitted changes of the current branch.",
      "Takes what 'epoch diff --format ndjson' prints, and 'epoch diff --format json' with --records"
          + " or --table. Records that are not as the diff expects them are told, and nothing is"
          + " changed then."
    })
public final class ApplyCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<file>", description = "The diff; - for standard input.")
  private String file;

  @Option(names = "--table", paramLabel = "<table>", description = "Of changes that name none.")
  private String table;

  @Option(
      names = {"-f", "--force"},
      description = "Write what the diff says, whatever the records are now.")
  private boolean force;

  @Option(names = "--dry-run", description = "Only tell what would be done.")
  private boolean dryRun;

  /** The command in a session. */
  public ApplyCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String branch = session().branch();
    DiffFile diff = DiffFile.of(session(), file, table);
    try (diff) {
      // a diff of several parts is looked at as a whole before the first part is written
      boolean parts = diff.next() && diff.more();
      Sum sum = new Sum();
      if (parts && !dryRun) {
        Sum unread = new Sum();
        do {
          send(branch, diff.changes(), true, unread);
        } while (diff.next());
        diff.again();
        diff.next();
      }
      if (!diff.changes().isEmpty()) {
        do {
          send(branch, diff.changes(), dryRun, sum);
        } while (diff.next());
      }
      report(sum);
    }
    return ExitCode.OK;
  }

  private void send(String branch, List<JsonNode> changes, boolean onlyTell, Sum sum) {
    try {
      sum.add(client().diffs().apply(branch, changes, force, onlyTell));
    } catch (RefusedException refusal) {
      if (refusal.error().equals("DiffDoesNotApplyError")) {
        refusal.details().path("records").forEach(record -> output().problem("  " + line(record)));
      }
      throw refusal;
    }
  }

  private static String line(JsonNode record) {
    StringBuilder fields = new StringBuilder();
    record.path("fields").forEach(field -> fields.append(' ').append(field.asText()));
    String key = dev.epoch.cli.text.Values.namedKey(record.path("key"));
    String what =
        switch (record.path("problem").asText()) {
          case "exists" -> "is there already";
          case "missing" -> "is not there";
          case String ignored -> "has changed:" + fields;
        };
    return record.path("table").asText() + " " + key + " " + what;
  }

  /** Records of all parts. */
  private static final class Sum {
    private long inserted;
    private long updated;
    private long deleted;
    private long unchanged;

    void add(Records.Written written) {
      inserted += written.inserted();
      updated += written.updated();
      deleted += written.deleted();
      unchanged += written.unchanged();
    }
  }

  private void report(Sum sum) {
    if (output().json()) {
      ObjectNode json = Json.object().put("inserted", sum.inserted).put("updated", sum.updated);
      output().json(json.put("deleted", sum.deleted).put("unchanged", sum.unchanged));
      return;
    }
    String changes = Counts.changes(sum.inserted, sum.updated, sum.deleted);
    String as = sum.unchanged == 0 ? "" : ", " + sum.unchanged + " as the diff says already";
    output()
        .confirm(
            (dryRun ? "Would apply: " : "Applied: ")
                + (changes.isEmpty() ? "nothing to change" : changes)
                + as);
  }
}
