package dev.epoch.cli.command.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.commit.Validations;
import dev.epoch.client.transport.Json;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch validate}. */
@Command(
    name = "validate",
    description = {
      "Read commits anew and compare hashes of rows, schemas and commits with what was recorded.",
      "Reads all rows, changes nothing. Ends with 1 if anything is different or was cleaned up."
    })
public final class ValidateCommand extends EpochSubcommand {

  @Parameters(
      arity = "0..*",
      paramLabel = "<ref>",
      description = "Branches, tags or commits (default: the head of the current branch).")
  private List<String> refs = List.of();

  @Option(
      names = "--table",
      split = ",",
      paramLabel = "<name>",
      description = "Only these tables; repeatable.")
  private List<String> tables = List.of();

  /** The command in a session. */
  public ValidateCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    List<Validations.Validation> all = new ArrayList<>();
    for (String ref : refs.isEmpty() ? List.of(session().headRef()) : refs) {
      Validations.Validation one = client().validations().validate(session().ref(ref), tables);
      all.add(one);
      if (!output().json()) {
        print(ref, one);
      }
    }
    if (output().json()) {
      output().json(document(all));
    }
    return all.stream().allMatch(Validations.Validation::valid) ? ExitCode.OK : ExitCode.NEGATIVE;
  }

  private static ObjectNode document(List<Validations.Validation> all) {
    ObjectNode document = Json.object();
    document.put("valid", all.stream().allMatch(Validations.Validation::valid));
    ArrayNode commits = document.putArray("commits");
    all.forEach(one -> commits.add(one.json()));
    return document;
  }

  private void print(String ref, Validations.Validation one) {
    String id = Commit.shortId(one.commitId());
    output().line("commit " + id + (one.commitId().startsWith(ref) ? "" : " (" + ref + ")"));
    if (!one.computedId().equals(one.commitId())) {
      output()
          .line(
              "  "
                  + output().palette().red("DIFFERENT")
                  + "  its id: should be "
                  + one.computedId());
    }
    for (Validations.Table table : one.tables()) {
      output().line("  " + mark(table.outcome()) + "  " + table.name() + ": " + told(table));
    }
  }

  private String mark(String outcome) {
    return switch (outcome) {
      case "valid" -> output().palette().green("ok       ");
      case "pruned" -> "pruned   ";
      default -> output().palette().red("DIFFERENT");
    };
  }

  private static String told(Validations.Table table) {
    return table.problem() == null
        ? Counts.of(table.rows(), "row") + ", " + Commit.shortId(table.contentHash())
        : table.problem();
  }
}
