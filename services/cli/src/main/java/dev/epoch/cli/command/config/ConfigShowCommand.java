package dev.epoch.cli.command.config;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.configuration.ConfigurationFile;
import dev.epoch.cli.configuration.ConfigurationKey;
import dev.epoch.cli.configuration.EffectiveValues.Effective;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.transport.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch config show}. */
@Command(
    name = "show",
    description = "List what the configuration says here, and who says it; keys are not shown.")
public final class ConfigShowCommand extends EpochSubcommand {
  private static final String HIDDEN = "********";

  @Parameters(
      arity = "0..1",
      paramLabel = "<section>",
      description = "Only this: author, branching, conflict, defaults, metadata, server, storage.")
  private String section;

  @Option(names = "--all", description = "Also keys that nobody has set.")
  private boolean all;

  /** The command in a session. */
  public ConfigShowCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if ("storage".equals(section)) {
      return storages();
    }
    List<Effective> shown = new ArrayList<>();
    for (ConfigurationKey key : keys()) {
      if (section == null || key.name().equals(section) || key.name().startsWith(section + ".")) {
        Optional<Effective> found = session().settings().effective().of(key);
        found.map(value -> key.secret() ? hidden(value) : value).ifPresent(shown::add);
        if (found.isEmpty() && all) {
          shown.add(new Effective(key.name(), Json.text(""), ""));
        }
      }
    }
    if (shown.isEmpty() && section != null && !all && !known(section)) {
      throw CommandFailure.usage("the configuration has no section '" + section + "'");
    }
    print(shown);
    return ExitCode.OK;
  }

  private static boolean known(String section) {
    return ConfigurationKey.ALL.stream()
        .anyMatch(key -> key.name().equals(section) || key.name().startsWith(section + "."));
  }

  /** The fixed ones, and the rules of tables and fields that the files have. */
  private List<ConfigurationKey> keys() {
    List<ConfigurationKey> keys = new ArrayList<>(ConfigurationKey.ALL);
    for (String rules : List.of("table_rules", "field_rules")) {
      session().settings().policyNames("conflict", rules).stream()
          .flatMap(of ->
              List.of("strategy", "timestamp_field", "json").stream()
                  .map(what -> "conflict." + rules + ".\"" + of + "\"." + what))
          .flatMap(name -> ConfigurationKey.named(name).stream())
          .filter(key -> session().settings().effective().of(key).isPresent())
          .forEach(keys::add);
    }
    return keys;
  }

  private static Effective hidden(Effective value) {
    return new Effective(value.key(), Json.text(HIDDEN), value.origin());
  }

  private void print(List<Effective> shown) {
    if (output().json()) {
      ObjectNode document = Json.object();
      ArrayNode values = document.putArray("values");
      shown.forEach(value -> values.add(ConfigGetCommand.document(value)));
      output().json(document);
    } else if (!shown.isEmpty()) {
      output()
          .lines(
              Columns.aligned(
                  List.of("KEY", "VALUE", "FROM"),
                  shown.stream()
                      .map(value -> List.of(value.key(), value.text(), value.origin()))
                      .toList()));
    }
  }

  /** Storage backends of the file, and those of the repository where one is named. */
  private ExitCode storages() {
    ConfigurationFile file = session().settings().file();
    List<List<String>> rows = new ArrayList<>();
    for (String type : file.names("storage")) {
      for (String name : file.names("storage", type)) {
        rows.add(List.of(name, type, String.valueOf(file.path())));
      }
    }
    if (session().settings().repository().isPresent()) {
      client()
          .storage()
          .list()
          .backends()
          .forEach(backend ->
              rows.add(
                  List.of(
                      backend.name(),
                      backend.backend(),
                      backend.isDefault() ? "repository, default" : "repository")));
    }
    if (output().json()) {
      ObjectNode document = Json.object();
      ArrayNode storages = document.putArray("storage");
      rows.forEach(row ->
          storages
              .addObject()
              .put("name", row.get(0))
              .put("type", row.get(1))
              .put("origin", row.get(2)));
      output().json(document);
    } else if (!rows.isEmpty()) {
      output().lines(Columns.aligned(List.of("NAME", "TYPE", "FROM"), rows));
    }
    return ExitCode.OK;
  }
}
