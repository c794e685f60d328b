package dev.epoch.cli.command.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.catalog.Catalog;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.transport.Json;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch catalog show}. */
@Command(
    name = "show",
    description = {
      "Show the classes and instances of a branch, with what is staged.",
      "With --instance: its values, and what its relationships lead to."
    })
public final class CatalogShowCommand extends CatalogSubcommand {

  @Parameters(paramLabel = "<database>", description = "Id of the database.")
  private String database;

  @Option(names = "--instance", paramLabel = "<id>", description = "Show this instance.")
  private String instance;

  /** The command in a session. */
  public CatalogShowCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (instance != null) {
      show(catalogs().instance(database, branchNamed(), instance));
    } else {
      showAll();
    }
    return ExitCode.OK;
  }

  private void showAll() {
    Catalog catalog = catalogs().get(database);
    String named = branchNamed();
    Catalog.Branch branch =
        catalogs().branch(database, named == null ? catalog.defaultBranch() : named);
    Catalog.Schema schema = catalogs().schema(database, branch.id());
    Catalog.Instances instances = catalogs().instances(database, branch.id());
    if (output().json()) {
      ObjectNode document = Json.object();
      document.set("database", catalog.json());
      document.set("branch", branch.json());
      document.set("schema", schema.json());
      document.set("instances", instances.json());
      output().json(document);
      return;
    }
    output()
        .line(
            catalog.name()
                + ", branch "
                + branch.name()
                + (branch.head() == null
                    ? " without commits"
                    : " at " + output().palette().yellow(Commit.shortId(branch.head()))));
    if (!schema.classes().isEmpty()) {
      output().line("");
      output()
          .lines(
              Columns.aligned(
                  List.of("CLASS", "NAME", "PROPERTIES", "RELATIONSHIPS", "DERIVED"),
                  schema.classes().stream().map(CatalogShowCommand::row).toList()));
    }
    if (!instances.instances().isEmpty()) {
      output().line("");
      output()
          .lines(
              Columns.aligned(
                  List.of("INSTANCE", "CLASS"),
                  instances.instances().stream()
                      .map(each -> List.of(each.id(), each.classId()))
                      .toList()));
    }
  }

  private static List<String> row(Catalog.ClassDefinition each) {
    return List.of(
        each.id(),
        each.name(),
        Integer.toString(each.properties()),
        Integer.toString(each.relationships()),
        Integer.toString(each.derived()));
  }

  private void show(Catalog.Instance shown) {
    if (output().json()) {
      output().json(shown);
      return;
    }
    output().line(shown.id() + ", of " + shown.classId());
    List<List<String>> rows = new ArrayList<>();
    shown
        .properties()
        .forEach((name, value) ->
            rows.add(List.of(name, value.isTextual() ? value.asText() : Json.compact(value))));
    table("PROPERTY", "VALUE", rows);
    rows.clear();
    shown.relationships().forEach((name, ids) -> rows.add(List.of(name, String.join(", ", ids))));
    table("RELATIONSHIP", "INSTANCES", rows);
  }

  private void table(String first, String second, List<List<String>> rows) {
    if (!rows.isEmpty()) {
      output().line("");
      output().lines(Columns.aligned(List.of(first, second), rows));
    }
  }
}
