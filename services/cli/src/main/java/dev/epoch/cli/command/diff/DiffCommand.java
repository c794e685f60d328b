package dev.epoch.cli.command.diff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.command.LostColumns;
import dev.epoch.cli.command.Range;
import dev.epoch.cli.command.schema.SchemaParts;
import dev.epoch.cli.configuration.Head;
import dev.epoch.cli.text.CsvText;
import dev.epoch.cli.text.DiffText;
import dev.epoch.cli.text.SchemaDiffText;
import dev.epoch.client.RefusedException;
import dev.epoch.client.commit.TableChange;
import dev.epoch.client.record.Diff;
import dev.epoch.client.record.Diffs;
import dev.epoch.client.record.RecordText;
import dev.epoch.client.schema.Schemas;
import dev.epoch.client.transport.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
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
      "Formats: text, json, csv; ndjson, a change a line, which 'epoch apply' takes; sql,"
          + " statements of PostgreSQL."
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

  @Option(names = "--records", description = "With the changed records, in text and json.")
  private boolean withRecords;

  @Option(
      names = "--escape-formulas",
      description = "In csv: an apostrophe before texts that spreadsheets would compute.")
  private boolean escapeFormulas;

  @Option(names = "--schema", description = "Only the schema.")
  private boolean schema;

  @Option(names = "--constraints-only", description = "With --schema: only constraints.")
  private boolean constraintsOnly;

  /** The command in a session. */
  public DiffCommand(Session session) {
    super(session);
  }

  @Override
  protected List<String> formats() {
    return List.of("text", "json", "csv", "ndjson", "sql");
  }

  @Override
  protected ExitCode run() {
    CsvText csv = csv(escapeFormulas);
    requireUse();
    Diffs.Range range = range();
    if (schema) {
      return schemas(range);
    }
    switch (output().format()) {
      case "json" -> json(range);
      case "csv" -> csv(range, csv);
      case "ndjson" -> lines(range);
      case "sql" -> statements(range);
      default -> text(range);
    }
    return ExitCode.OK;
  }

  private ExitCode schemas(Diffs.Range range) {
    JsonNode diff =
        client()
            .schemas()
            .diff(
                new Schemas.Comparison(
                    range.base(), range.target(), range.working(), table, null, null));
    if (output().json()) {
      output().json(diff);
    } else {
      output()
          .lines(
              new SchemaDiffText(output().palette())
                  .of(diff, SchemaParts.of(false, constraintsOnly, false)::has));
    }
    return ExitCode.OK;
  }

  /** An option that the format has no use for is refused. */
  private void requireUse() {
    boolean tells = List.of("text", "json").contains(output().format());
    if ((statistics || nameOnly) && !tells) {
      throw CommandFailure.usage(
          (statistics ? "--stat" : "--name-only") + " is about --format text and json");
    }
    if (constraintsOnly && !schema) {
      throw CommandFailure.usage("--constraints-only is about --schema");
    }
    if (schema && (statistics || nameOnly || withRecords || onlyInTarget || !tells)) {
      throw CommandFailure.usage("--schema shows no records: it goes with --table, text and json");
    }
    if (statistics && nameOnly) {
      throw CommandFailure.usage("--stat and --name-only make no sense together");
    }
    if (withRecords && (statistics || nameOnly)) {
      throw CommandFailure.usage("--records and --stat or --name-only make no sense together");
    }
  }

  private boolean recordsShown() {
    return withRecords || table != null || onlyInTarget || session().options().verbose();
  }

  private Diffs.Range range() {
    Head head = session().head();
    boolean working = head instanceof Head.OnBranch;
    if (source == null) {
      return new Diffs.Range(head.ref(), head.ref(), working);
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
    return new Diffs.Range(session().ref(source), head.ref(), working);
  }

  private List<TableChange> tables(Diffs.Range range) {
    Diff diff = client().diffs().tables(range);
    if (diff.schemaOnly() != null) {
      output()
          .remark(
              "branch '%s' is schema-only: only schemas are compared".formatted(diff.schemaOnly()));
    }
    List<TableChange> changes =
        diff.tables().stream()
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
        if (recordsShown() && change.records() > 0) {
          if (!onlyInTarget) {
            output().line("");
          }
          records(change.table(), range, record -> output().lines(text.record(record)));
        }
      }
      List<Diff.SchemaChange> objects =
          table == null && !onlyInTarget ? schema.ofObjects() : List.of();
      if (!objects.isEmpty()) {
        if (!tables.isEmpty()) {
          output().line("");
        }
        output().lines(text.objects(objects));
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
    if (nameOnly) {
      ArrayNode names = Json.array();
      tables(range).forEach(change -> names.add(change.table()));
      ObjectNode result = Json.object();
      result.set("tables", names);
      output().json(result);
      return;
    }
    if (statistics) {
      output().json(client().diffs().tables(range));
      return;
    }
    if (table == null && withRecords && !onlyInTarget) {
      everything(range);
      return;
    }
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

  /** The tables, and behind them every change, printed as it comes. */
  private void everything(Diffs.Range range) {
    Diff diff = client().diffs().tables(range);
    String tables = Json.pretty(diff.json());
    output().text(tables.substring(0, tables.length() - 2) + ",\n  \"changes\": [");
    String[] separator = {"\n    "};
    for (TableChange change : diff.tables()) {
      records(
          change.table(),
          range,
          record -> {
            output().text(separator[0] + Json.compact(named(change.table(), record)));
            separator[0] = ",\n    ";
          });
    }
    output().line("\n  ]\n}");
  }

  private static ObjectNode named(String table, Diff.RecordChange record) {
    ObjectNode named = Json.object().put("table", table);
    record.json().properties().forEach(field -> named.set(field.getKey(), field.getValue()));
    return named;
  }

  /** A change a line, handed on as it comes. */
  private void lines(Diffs.Range range) {
    for (TableChange change : tables(range)) {
      String start = "{\"table\":" + Json.compact(Json.text(change.table())) + ",";
      read(
          change.table(),
          range,
          "application/x-ndjson",
          text -> {
            BufferedReader lines = new BufferedReader(text);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
              output().line(start + line.substring(1));
            }
          });
    }
  }

  private void statements(Diffs.Range range) {
    List<TableChange> changes = tables(range);
    output().line("BEGIN;");
    for (TableChange change : changes) {
      if (change.schemaChanged() && change.kind() == TableChange.Kind.MODIFIED) {
        output().remark("the schema of table '" + change.table() + "' differs too");
      }
      read(
          change.table(),
          range,
          "application/sql",
          text -> {
            char[] buffer = new char[8192];
            for (int count = text.read(buffer); count >= 0; count = text.read(buffer)) {
              output().text(new String(buffer, 0, count));
            }
          });
    }
    output().line("COMMIT;");
  }

  /** Hands a text on while it comes. */
  @FunctionalInterface
  private interface Copy {
    void copy(Reader text) throws IOException;
  }

  private void read(String name, Diffs.Range range, String form, Copy copy) {
    Diff.Type type = onlyInTarget ? Diff.Type.INSERT : null;
    try (RecordText text = client().diffs().text(name, range, type, form)) {
      LostColumns.remark(output(), name, text.lost());
      copy.copy(text);
    } catch (IOException broken) {
      throw new CommandFailure(
          ExitCode.UNAVAILABLE,
          "the differences of table '" + name + "' broke off: " + broken.getMessage(),
          "what was printed is not all; try again");
    }
  }

  private ObjectNode recordsAsJson(String name, Diffs.Range range) {
    ObjectNode result = Json.object();
    ArrayNode changes = result.putArray("changes");
    List<String> lost = records(name, range, record -> changes.add(record.json()));
    result.putNull("next");
    if (!lost.isEmpty()) {
      lost.forEach(result.putArray("lost")::add);
    }
    return result;
  }

  /** Answers which columns are lost. */
  private List<String> records(String name, Diffs.Range range, Consumer<Diff.RecordChange> sink) {
    Diff.Type type = onlyInTarget ? Diff.Type.INSERT : null;
    Diff.RecordPage page = client().diffs().records(name, range, type, PAGE, null);
    List<String> lost = page.lost();
    LostColumns.remark(output(), name, lost);
    page.changes().forEach(sink);
    while (page.next() != null && output().flush()) {
      page = client().diffs().records(name, range, type, PAGE, page.next());
      page.changes().forEach(sink);
    }
    return lost;
  }
}
