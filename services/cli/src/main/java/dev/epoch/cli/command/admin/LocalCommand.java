package dev.epoch.cli.command.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.configuration.Settings;
import dev.epoch.cli.local.LocalServer;
import dev.epoch.cli.local.MetadataUrl;
import dev.epoch.client.transport.Json;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code epoch local}. */
@Command(
    name = "local",
    description = "The server of this machine.",
    synopsisSubcommandLabel = "<command>")
public final class LocalCommand extends EpochSubcommand {

  /** The command in a session. */
  public LocalCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    throw CommandFailure.usage("say what to do: start, stop or status");
  }

  private static LocalServer server(Session session) {
    Settings settings = session.settings();
    return new LocalServer(
        session.environment(),
        session.directory(),
        settings.serverUrl(),
        settings.metadataUrl().map(MetadataUrl::new).orElse(null));
  }

  private static ObjectNode document(LocalServer server, LocalServer.Status status) {
    ObjectNode document = Json.object().put("url", server.url());
    document.put("running", status.answers()).put("ready", status.ready());
    document.put("pid", status.process()).put("version", status.version());
    return document.put("log", server.log().toString());
  }

  /** {@code epoch local start}. */
  @Command(
      name = "start",
      description = {
        "Start the server in the background, with a PostgreSQL of its own or on the metadata database of the settings, and wait until it is ready.",
        "It listens where the settings look for it; builds itself first if it has to."
      })
  public static final class Start extends EpochSubcommand {

    @Option(
        names = "--wait",
        paramLabel = "<seconds>",
        defaultValue = "300",
        description = "Longest wait (default: ${DEFAULT-VALUE}).")
    private int seconds;

    /** The command in a session. */
    public Start(Session session) {
      super(session);
    }

    @Override
    protected ExitCode run() {
      if (seconds < 1) {
        throw CommandFailure.usage("--wait is at least 1");
      }
      LocalServer server = server(session());
      LocalServer.Status before = server.status();
      if (!before.answers() && before.process() != null) {
        throw new CommandFailure(
            ExitCode.CONFLICT,
            "process " + before.process() + " is starting, or was started for another address",
            "'epoch local status' tells when it answers, 'epoch local stop' ends it");
      }
      LocalServer.Status now =
          before.answers() ? before : server.start(Duration.ofSeconds(seconds));
      if (output().json()) {
        output().json(document(server, now));
      } else {
        output()
            .confirm(
                before.answers()
                    ? "The server runs already at " + server.url()
                    : "The server runs at " + server.url() + ", its log is " + server.log());
      }
      return ExitCode.OK;
    }
  }

  /** {@code epoch local stop}. */
  @Command(name = "stop", description = "End the server that 'epoch local start' has started.")
  public static final class Stop extends EpochSubcommand {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The command in a session. */
    public Stop(Session session) {
      super(session);
    }

    @Override
    protected ExitCode run() {
      LocalServer server = server(session());
      boolean stopped = server.stop(PATIENCE);
      if (!stopped && server.status().answers()) {
        throw new CommandFailure(
            ExitCode.CONFLICT,
            "the server at " + server.url() + " was not started by 'epoch local start'",
            "end it where it was started");
      }
      if (output().json()) {
        output().json(Json.object().put("stopped", stopped));
      } else {
        output().confirm(stopped ? "The server has ended" : "The server does not run");
      }
      return ExitCode.OK;
    }
  }

  /** {@code epoch local status}. */
  @Command(
      name = "status",
      description =
          "Tell whether the server of this machine runs; the exit code is 1 if it does not.")
  public static final class Status extends EpochSubcommand {

    /** The command in a session. */
    public Status(Session session) {
      super(session);
    }

    @Override
    protected ExitCode run() {
      LocalServer server = server(session());
      LocalServer.Status status = server.status();
      if (output().json()) {
        output().json(document(server, status));
      } else {
        output().line("server: " + told(status) + " at " + server.url());
        if (status.process() != null) {
          output().line("process: " + status.process() + ", log " + server.log());
        }
      }
      return status.ready() ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    private static String told(LocalServer.Status status) {
      String version = status.version().isEmpty() ? "" : ", version " + status.version() + ",";
      if (status.ready()) {
        return "ready" + version;
      }
      if (status.answers()) {
        return "runs and is not ready" + version;
      }
      return status.process() == null ? "does not run" : "does not answer";
    }
  }
}
