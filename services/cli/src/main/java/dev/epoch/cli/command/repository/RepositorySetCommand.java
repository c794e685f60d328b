package dev.epoch.cli.command.repository;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.command.merge.ConflictRuleOptions;
import dev.epoch.client.repository.Repositories;
import dev.epoch.client.repository.Repository;
import dev.epoch.client.transport.Json;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch repo set}. */
@Command(name = "set", description = "Change settings of a repository.")
public final class RepositorySetCommand extends EpochSubcommand {

  @Parameters(
      arity = "0..1",
      paramLabel = "<name>",
      description = "Name of the repository; the one of this folder if none is given.")
  private String name;

  @Option(names = "--description", paramLabel = "<text>", description = "Text for people.")
  private String description;

  @Option(
      names = "--live-changes",
      paramLabel = "<commit|refuse>",
      description = "What merges do with uncommitted live changes unless they say it.")
  private String liveChanges;

  @Option(
      names = "--live-commits",
      paramLabel = "<off|interval|changes>",
      description = "When live changes of the default branch are committed by themselves.")
  private String liveCommits;

  @Option(
      names = "--every",
      paramLabel = "<n>",
      description = "Minutes for interval, changed rows for changes.")
  private Long every;

  @Mixin private ConflictRuleOptions rules = new ConflictRuleOptions();

  @Option(
      names = "--remove-rule",
      paramLabel = "<table[.field]>",
      description = "Remove the conflict rule there ('*' for all of them).")
  private List<String> removedRules = List.of();

  /** The command in a session. */
  public RepositorySetCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String repository =
        name != null
            ? name
            : session()
                .settings()
                .repository()
                .orElseThrow(() -> CommandFailure.usage("name the repository"));
    if (every != null && liveCommits == null) {
      throw CommandFailure.usage("--every goes with --live-commits");
    }
    Repository changed =
        session()
            .server()
            .repositories()
            .change(
                repository,
                new Repositories.Settings(
                    description, liveChanges, liveCommits, every, conflict(repository), null));
    if (output().json()) {
      output().json(changed);
    } else {
      output().confirm("Changed repository '" + changed.name() + "'");
    }
    return ExitCode.OK;
  }

  /** All conflict rules as they are to be, or null if they stay. */
  private ObjectNode conflict(String repository) {
    if (rules.rules() == null && removedRules.isEmpty()) {
      return null;
    }
    ObjectNode settings = Json.object();
    if (session().server().repositories().get(repository).json().path("conflict")
        instanceof ObjectNode now) {
      settings = now;
    }
    for (String place : removedRules) {
      if (place.equals("*")) {
        settings = Json.object();
      } else if (!(settings.path(place.contains(".") ? "field_rules" : "table_rules")
              instanceof ObjectNode there)
          || there.remove(place) == null) {
        throw new CommandFailure(
            ExitCode.NOT_FOUND,
            "there is no conflict rule for '" + place + "'",
            "epoch repo list --format json shows the rules");
      }
    }
    return rules.addTo(settings);
  }
}
