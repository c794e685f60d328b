package dev.epoch.cli.command.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.config.PolicyPush;
import dev.epoch.cli.command.storage.StorageAddCommand;
import dev.epoch.cli.configuration.RepositoryPolicy;
import dev.epoch.cli.configuration.Settings;
import dev.epoch.cli.configuration.Workspace;
import dev.epoch.cli.local.LocalServer;
import dev.epoch.cli.local.MetadataUrl;
import dev.epoch.client.RefusedException;
import dev.epoch.client.repository.Repositories;
import dev.epoch.client.repository.Repository;
import dev.epoch.client.storage.StorageBackends;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch init}. */
@Command(name = "init", description = "Create a repository and tie this folder to it.")
public final class InitCommand extends OpenRepositoryCommand {

  private static final Duration PATIENCE = Duration.ofSeconds(300);

  @Parameters(paramLabel = "<name>", description = "Name of the repository.")
  private String name;

  @Option(
      names = {"-d", "--description"},
      description = "What the repository is for.")
  private String description;

  @Option(
      names = {"-b", "--default-branch"},
      description = "Name of the first branch (default: main).")
  private String defaultBranch;

  @Option(
      names = "--metadata-url",
      paramLabel = "<url>",
      description = {
        "Database where the server keeps metadata. Where no server is named, one of this machine is",
        "found or started on it, and commands in this folder go there from now on."
      })
  private String metadataUrl;

  @Option(
      names = "--storage",
      paramLabel = "<name>",
      description = "Storage backend of the configuration to begin with.")
  private String storage;

  private MetadataUrl wanted;

  /** The command in a session. */
  public InitCommand(Session session) {
    super(session);
  }

  @Override
  Repository repository() {
    session().settings().unread().refuseVariablesOfStorages();
    Settings settings = session().settings();
    session().workspace().ifPresent(this::refuseIfHere);
    RepositoryPolicy policy = settings.policy();
    Repository created = create(settings);
    if (!policy.isEmpty()) {
      PolicyPush.send(session().server().inRepository(created.name()), created.name(), policy);
    }
    return created;
  }

  private Repository create(Settings settings) {
    String metadata = metadataUrl == null ? settings.metadataUrl().orElse(null) : metadataUrl;
    wanted = metadata == null ? null : new MetadataUrl(metadata);
    Repositories.Draft draft =
        new Repositories.Draft(
            name,
            description,
            defaultBranch == null ? settings.defaultBranch().orElse(null) : defaultBranch,
            metadata,
            storage == null ? null : configured(settings));
    return wanted == null || settings.configuredServerUrl().isPresent()
        ? session().server().repositories().create(draft)
        : createLocally(settings, draft);
  }

  /** By the usual server if that keeps its metadata there, else by one that does. */
  private Repository createLocally(Settings settings, Repositories.Draft draft) {
    String usual = settings.serverUrl();
    if (LocalServer.answers(usual)) {
      try {
        session().useServer(usual);
        return session().server().repositories().create(draft);
      } catch (RefusedException refusal) {
        if (!keepsMetadataElsewhere(refusal)) {
          throw refusal;
        }
      }
    }
    LocalServer local =
        LocalServer.keeping(
            session().environment(), session().directory(), wanted, settings.localPort());
    if (!local.status().ready()) {
      output().remark("Starting a server on " + wanted.withoutPassword() + " ...");
      local.start(PATIENCE);
      output().remark("It runs at " + local.url() + ", its log is " + local.log());
    }
    session().useServer(local.url());
    try {
      return session().server().repositories().create(draft);
    } catch (RefusedException refusal) {
      if (refusal.error().equals("RepositoryAlreadyExistsError")) {
        throw new CommandFailure(
            ExitCode.CONFLICT,
            refusal.getMessage(),
            "'epoch repo open %s --server %s' ties this folder to it; or choose another name"
                .formatted(name, local.url()));
      }
      throw refusal;
    }
  }

  private static boolean keepsMetadataElsewhere(RefusedException refusal) {
    for (JsonNode problem : refusal.details().path("errors")) {
      for (JsonNode place : problem.path("loc")) {
        if (place.asText().equals("metadata_url")) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  String metadataUrl() {
    return wanted == null ? null : wanted.withoutPassword();
  }

  @Override
  String done() {
    return "Initialized";
  }

  private StorageBackends.Draft configured(Settings settings) {
    var found =
        settings
            .storages()
            .named(storage)
            .orElseThrow(() ->
                new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "no storage '" + storage + "' is configured here",
                    "add it before with 'epoch storage add "
                        + storage
                        + " --type <type> ...' in this folder; or after with 'epoch init "
                        + name
                        + "' and 'epoch storage add "
                        + storage
                        + " --type <type> ... --set-default'"));
    ObjectNode config = found.config();
    JsonNode description = config.remove("description");
    return new StorageBackends.Draft(
        storage,
        StorageAddCommand.wireType(found.type()),
        config,
        description == null ? null : description.asText(),
        true);
  }

  private void refuseIfHere(Workspace workspace) {
    boolean here = session().directory().equals(workspace.directory().getParent());
    if (here && workspace.repository() != null && !workspace.repository().equals(name)) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "this folder already belongs to repository '" + workspace.repository() + "'",
          "run 'epoch init " + name + "' in another folder");
    }
  }
}
