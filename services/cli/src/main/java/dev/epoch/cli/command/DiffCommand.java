package dev.epoch.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.CsvText;
import dev.epoch.cli.text.DiffText;
import dev.epoch.client.Diff;
import dev.epoch.client.Diffs;
import dev.epoch.client.Json;
import dev.epoch.client.RefusedException;
import dev.epoch.client.TableChange;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch diff}. */
@Command(
    name = "diff",
    description = {
      "Show differences.",
      "Without a ref: what is not yet committed. One ref: from it to the current branch, with what"
          + " is not yet committed. Two refs, or a..b: from the first to the second. a...b: from"
          + " where the two parted to the second.",
      "Formats: text, json, csv."
    })
public final class DiffCommand extends EpochSubcommand {

  private static final int PAGE = 1000;

  @Parameters(index = "0", arity = "0..1", paramLabel = "<source>", description = "Ref or range.")
  private String source;

  @Parameters(index = "1", arity = "0..1", paramLabel = "<target>", description = "Ref.")
  private String target;

  @Option(names = "--table", paramLabel = "<table>", description = "Only this table, with records.")
  private String table;

  @Option(names = "--stat", description = "Only numbers.")
  private boolean statistics;

  @Option(names = "--name-only", description = "Only names of tables.")
  private boolean nameOnly;

  @Option(names = "--only-in-target", description = "Only records that the source does not have.")
  private boolean onlyInTarget;

  @Option(
      names = "--escape-formulas",
      description = "In csv: an apostrophe before texts that spreadsheets would compute.")
  private boolean escapeFormulas;

  /** The command in a session. */
  public DiffCommand(Session session) {
    super(session);
  }

  @Override
  List<String> formats() {
    return List.of("text", "json", "csv");
  }

  @Override
  ExitCode run() {
    CsvText csv = csv(escapeFormulas);
    Diffs.Range range = range();
    switch (output().format()) {
      case "json" -> json(range);
      case "csv" -> csv(range, csv);
      default -> text(range);
    }
    return ExitCode.OK;
  }

  private Diffs.Range range() {
    String branch = session().branch();
    if (source == null) {
      return new Diffs.Range(branch, branch, true);
    }
    Range typed = Range.parse(source, session()::ref).orElse(null);
    if (typed != null && target != null) {
      throw CommandFailure.usage("a range and another ref make no sense together");
    }
    if (typed != null) {
      String base =
          typed.sinceFork()
              ? client().branches().compare(typed.target(), typed.base()).mergeBase()
              : typed.base();
      if (base == null) {
        throw new CommandFailure(
            ExitCode.NOT_FOUND,
            "'" + typed.base() + "' and '" + typed.target() + "' share no history",
            "two dots instead of three compare them nevertheless");
      }
      return new Diffs.Range(base, typed.target(), false);
    }
    if (target != null) {
      return new Diffs.Range(session().ref(source), session().ref(target), false);
    }
    return new Diffs.Range(session().ref(source), branch, true);
  }

  private List<TableChange> tables(Diffs.Range range) {
    List<TableChange> changes =
        client().diffs().tables(range).tables().stream()
            .filter(change -> table == null || change.table().equals(table))
            .toList();
    if (table != null && changes.isEmpty()) {
      requireTable(range);
    }
    return changes.stream().filter(change -> !onlyInTarget || change.inserted() > 0).toList();
  }

  /** No change of a table that nobody knows is a mistake, not an answer. */
  private void requireTable(Diffs.Range range) {
    try {
      client().tables().get(table, range.target());
    } catch (RefusedException refusal) {
      if (refusal.status() != 404) {
        throw refusal;
      }
      client().tables().get(table, range.base());
    }
  }

  private void text(Diffs.Range range) {
    List<TableChange> tables = tables(range);
    DiffText text = new DiffText(output().palette());
    if (nameOnly) {
      tables.forEach(change -> output().line(change.table()));
    } else if (statistics) {
      output().lines(text.statistics(tables));
    } else {
      SchemaChanges schema = new SchemaChanges(client(), range);
      boolean withRecords = table != null || onlyInTarget || session().options().verbose();
      for (int i = 0; i < tables.size(); i++) {
        if (i > 0) {
          output().line("");
        }
        TableChange change = tables.get(i);
        if (onlyInTarget) {
          output().line("Table: " + change.table());
        } else {
          output().lines(text.table(change, schema.of(change)));
        }
        if (withRecords && change.records() > 0) {
          if (!onlyInTarget) {
            output().line("");
          }
          records(change.table(), range, record -> output().lines(text.record(record)));
        }
      }
    }
  }

  private void csv(Diffs.Range range, CsvText csv) {
    output().line(CsvText.changeHead());
    for (TableChange change : tables(range)) {
      records(change.table(), range, record -> output().lines(csv.change(change.table(), record)));
    }
  }

  /** The answer of the server; for one table, the pages of its records put together. */
  private void json(Diffs.Range range) {
    if (table == null && !onlyInTarget) {
      output().json(client().diffs().tables(range));
      return;
    }
    if (table != null) {
      output().json(recordsAsJson(table, range));
      return;
    }
    ObjectNode result = Json.object();
    tables(range)
        .forEach(change -> result.set(change.table(), recordsAsJson(change.table(), range)));
    output().json(result);
  }

  private ObjectNode recordsAsJson(String name, Diffs.Range range) {
    ObjectNode result = Json.object();
    ArrayNode changes = result.putArray("changes");
    records(name, range, record -> changes.add(record.json()));
    return result.putNull("next");
  }

  private void records(String name, Diffs.Range range, Consumer<Diff.RecordChange> sink) {
    Diff.Type type = onlyInTarget ? Diff.Type.INSERT : null;
    String after = null;
    do {
      Diff.RecordPage page = client().diffs().records(name, range, type, PAGE, after);
      page.changes().forEach(sink);
      after = page.next();
    } while (after != null && output().flush());
  }
}
