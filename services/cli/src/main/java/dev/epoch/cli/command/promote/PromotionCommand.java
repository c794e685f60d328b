package dev.epoch.cli.command.promote;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.Actor;
import dev.epoch.client.transport.Json;
import dev.epoch.promoter.ApiException;
import dev.epoch.promoter.Decision;
import dev.epoch.promoter.Facts;
import dev.epoch.promoter.PromotionFile;
import dev.epoch.promoter.Promotions;
import dev.epoch.promoter.RestApi;
import dev.epoch.promoter.WrongFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** What commands about promotions share: the file, and who asks which server. */
abstract class PromotionCommand extends EpochSubcommand {
  private static final Duration USUAL_TIMEOUT = Duration.ofMinutes(10);

  @Option(
      names = "--file",
      paramLabel = "<file>",
      defaultValue = "promotion.yaml",
      description = "The promotion file, or a folder of them (default: ${DEFAULT-VALUE}).")
  private String file;

  PromotionCommand(Session session) {
    super(session);
  }

  /** Does it with the files; what it returns ends the command. */
  abstract ExitCode run(List<PromotionFile> files);

  @Override
  protected final ExitCode run() {
    try {
      return run(PromotionFile.read(session().directory().resolve(Path.of(file))));
    } catch (WrongFileException wrong) {
      throw new CommandFailure(
          ExitCode.USAGE,
          wrong.getMessage(),
          "docs/promotion/README.md tells what a file may have");
    } catch (ApiException refused) {
      throw new CommandFailure(code(refused), refused.getMessage(), hint(refused));
    }
  }

  private static ExitCode code(ApiException refused) {
    return switch (refused.status()) {
      case 404, 410 -> ExitCode.NOT_FOUND;
      case 401, 403, 409 -> ExitCode.CONFLICT;
      case 0, 429 -> ExitCode.UNAVAILABLE;
      default -> refused.status() < 500 ? ExitCode.INVALID : ExitCode.UNAVAILABLE;
    };
  }

  private static String hint(ApiException refused) {
    if (refused.passes()) {
      return "the same command may succeed later";
    }
    return switch (refused.error()) {
      case "RepositoryNotFoundError", "RepositoryNotInitializedError" ->
          "the file names its repository; 'epoch repo list' shows those that are there";
      case "BranchNotFoundError" ->
          "the file names a branch for each environment; 'epoch branch create' makes one";
      default -> "'epoch promote status' shows how things stand";
    };
  }

  /** Of one file, it is the only one: commands that name an environment need it. */
  static PromotionFile only(List<PromotionFile> files) {
    if (files.size() != 1) {
      throw new WrongFileException("Name one file with --file: there are " + files.size());
    }
    return files.getFirst();
  }

  final Promotions promotions(PromotionFile of) {
    Actor actor = session().settings().actor();
    Long seconds = session().options().timeoutSeconds();
    String url = session().settings().serverUrl();
    String prefix = session().settings().apiPrefix();
    return new Promotions(
        new RestApi(
            new RestApi.Settings(
                url.replaceAll("/$", "") + (prefix.startsWith("/") ? prefix : "/" + prefix),
                session().settings().apiKey().orElse(null),
                actor.name(),
                actor.email(),
                seconds == null ? USUAL_TIMEOUT : Duration.ofSeconds(seconds)),
            of.repository()),
        Clock.systemUTC());
  }

  static ObjectNode json(PromotionFile file, List<Decision> decisions) {
    ObjectNode json = Json.object().put("repository", file.repository());
    ArrayNode environments = json.putArray("environments");
    for (Decision decision : decisions) {
      ObjectNode node =
          environments
              .addObject()
              .put("environment", decision.environment().name())
              .put("branch", decision.environment().branch())
              .put("source", decision.environment().source())
              .put("outcome", decision.outcome().name().toLowerCase(Locale.ROOT));
      Facts facts = decision.facts();
      if (facts != null) {
        node.put("commit", facts.sourceCommit())
            .put("target_commit", facts.targetCommit())
            .put("ahead", facts.ahead())
            .put("inserted", facts.changes().inserted())
            .put("updated", facts.changes().updated())
            .put("deleted", facts.changes().deleted());
        facts.changes().tables().forEach(node.putArray("tables")::add);
        facts.changes().schema().forEach(node.putArray("schema_changes")::add);
        ArrayNode hazards = node.putArray("schema_hazards");
        facts
            .hazards()
            .all()
            .forEach(hazard ->
                hazards
                    .addObject()
                    .put("kind", hazard.kind())
                    .put("risk", hazard.risk().name().toLowerCase(Locale.ROOT))
                    .put("description", hazard.text()));
        facts.drift().forEach(node.putArray("drift")::add);
        facts.approvedBy().forEach(node.putArray("approved_by")::add);
      }
      decision.reasons().forEach(node.putArray("reasons")::add);
    }
    return json;
  }

  /** 1 if something is held: a pipeline stops there. */
  static ExitCode exit(List<Decision> decisions) {
    return decisions.stream().anyMatch(Decision::holds) ? ExitCode.NEGATIVE : ExitCode.OK;
  }
}
