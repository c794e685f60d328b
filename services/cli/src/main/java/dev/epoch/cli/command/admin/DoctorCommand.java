package dev.epoch.cli.command.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.configuration.Head;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.EpochException;
import dev.epoch.client.RefusedException;
import dev.epoch.client.storage.StorageBackend;
import dev.epoch.client.storage.StorageBackends;
import dev.epoch.client.transport.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code epoch doctor}. */
@Command(name = "doctor", description = "Look for problems; the exit code is 1 if there are any.")
public final class DoctorCommand extends EpochSubcommand {

  private static final List<String> KNOWN =
      List.of(
          "config",
          "server",
          "ready",
          "repository",
          "projections",
          "recovery",
          "capture",
          "credentials");

  @Option(
      names = "--check",
      paramLabel = "<name>",
      description =
          "Only this: config, server, ready, repository, projections, recovery, capture, credentials.")
  private String only;

  private final List<Finding> findings = new ArrayList<>();

  /** The command in a session. */
  public DoctorCommand(Session session) {
    super(session);
  }

  /**
   * What a check has found.
   *
   * @param remedy what to do about a problem, or null
   */
  record Finding(String check, boolean ok, String message, String remedy) {

    static Finding good(String check, String message) {
      return new Finding(check, true, message, null);
    }

    static Finding problem(String check, String message, String remedy) {
      return new Finding(check, false, message, remedy);
    }
  }

  @Override
  protected ExitCode run() {
    if (only != null && !KNOWN.contains(only)) {
      throw CommandFailure.usage(
          "unknown check '" + only + "'; known: " + String.join(", ", KNOWN));
    }
    check("config", this::configuration);
    check("server", this::server);
    if (findings.stream().allMatch(Finding::ok)) {
      check("ready", this::readiness);
      check("repository", this::repository);
      check("projections", this::projections);
      check("recovery", this::recovery);
      check("capture", this::capture);
      check("credentials", this::credentials);
    }
    if (output().json()) {
      output().json(json());
    } else {
      findings.forEach(this::print);
    }
    return findings.stream().allMatch(Finding::ok) ? ExitCode.OK : ExitCode.NEGATIVE;
  }

  private void print(Finding finding) {
    String mark =
        finding.ok() ? output().palette().green("[ok]     ") : output().palette().red("[problem]");
    output().line(mark + " " + finding.check() + ": " + finding.message());
    if (finding.remedy() != null) {
      output().line("          hint: " + finding.remedy());
    }
  }

  private boolean wanted(String check) {
    return only == null || only.equals(check);
  }

  private void check(String name, Supplier<Finding> check) {
    if (wanted(name)) {
      findings.add(guarded(name, check));
    }
  }

  /** A check that fails is a finding, not the end. */
  private static Finding guarded(String name, Supplier<Finding> check) {
    try {
      return check.get();
    } catch (CommandFailure failure) {
      return Finding.problem(name, failure.getMessage(), failure.hint());
    } catch (EpochException failure) {
      return Finding.problem(name, failure.getMessage(), failure.remedy());
    }
  }

  private Finding configuration() {
    var file = session().settings().file();
    String from = file.path() == null ? "no configuration file" : file.path().toString();
    String folder =
        session().workspace().map(found -> found.directory().toString()).orElse("no .epoch folder");
    List<String> unknown = file.unknown();
    return new Finding(
        "config",
        true,
        from + "; " + folder + "; server " + session().settings().serverUrl(),
        unknown.isEmpty()
            ? null
            : "nothing reads "
                + String.join(", ", unknown)
                + " of that file; 'epoch config show --all' lists the keys");
  }

  private Finding server() {
    JsonNode health = session().server().diagnostics().health();
    String status = health.path("status").asText("unknown");
    String version = health.path("version").asText("");
    String message = status + (version.isEmpty() ? "" : ", version " + version);
    return status.equals("healthy") || status.equalsIgnoreCase("UP")
        ? Finding.good("server", message)
        : Finding.problem("server", message, "look at the log of the server");
  }

  private Finding readiness() {
    JsonNode ready = readinessAnswer();
    boolean ok = ready.path("ready").asBoolean(ready.path("status").asText().equals("UP"));
    if (!ready.path("metadata_connected").asBoolean(ok)) {
      return Finding.problem(
          "ready",
          "the metadata database is not connected",
          "see that the PostgreSQL of EPOCH_METADATA_URL runs, and look at the log of the server");
    }
    return ok
        ? Finding.good("ready", "ready")
        : Finding.problem("ready", "not ready", "look at the log of the server");
  }

  /** A server that is not ready says so with an error status and the same document. */
  private JsonNode readinessAnswer() {
    try {
      return session().server().diagnostics().readiness();
    } catch (RefusedException refusal) {
      if (refusal.body().has("ready")) {
        return refusal.body();
      }
      throw refusal;
    }
  }

  private Finding repository() {
    if (session().head() instanceof Head.Detached at) {
      return Finding.good(
          "repository", "detached at " + client().commits().get(at.ref()).shortId());
    }
    String branch = session().branch();
    return client().branches().list().named(branch).isPresent()
        ? Finding.good("repository", "branch '" + branch + "'")
        : Finding.problem(
            "repository", "branch '" + branch + "' does not exist", "epoch checkout <branch>");
  }

  private Finding projections() {
    try {
      return ProjectionsCheck.of(session().server().diagnostics().projections());
    } catch (RefusedException refusal) {
      return unavailable("projections", refusal);
    }
  }

  private Finding recovery() {
    try {
      int open = client().diagnostics().recovery().path("open").size();
      return open == 0
          ? Finding.good("recovery", "no operation is in doubt")
          : Finding.problem(
              "recovery",
              Counts.of(open, "operation") + (open == 1 ? " is in doubt" : " are in doubt"),
              "make the databases of the repository reachable; the server tries again by itself");
    } catch (RefusedException refusal) {
      return unavailable("recovery", refusal);
    }
  }

  /** Tables that were written while nothing captured it. */
  private Finding capture() {
    try {
      List<JsonNode> tables = Json.items(client().diagnostics().capture(), "uncaptured");
      return tables.isEmpty()
          ? Finding.good("capture", "all changes of tables are captured")
          : Finding.problem(
              "capture",
              tables.stream()
                  .map(table ->
                      "%s on %s of %s: %s"
                          .formatted(
                              table.path("table").asText(),
                              table.path("branch").asText(),
                              table.path("repository").asText(),
                              table.path("problem").asText()))
                  .collect(Collectors.joining("; ")),
              tables.getFirst().path("remedy").asText());
    } catch (RefusedException refusal) {
      return unavailable("capture", refusal);
    }
  }

  /** A server without the page has nothing to report there. */
  private static Finding unavailable(String check, RefusedException refusal) {
    if (refusal.status() == 404 && !refusal.body().has("error")) {
      return Finding.good(check, "not offered by this server");
    }
    throw refusal;
  }

  private Finding credentials() {
    List<StorageBackend> backends =
        client().storage().list().backends().stream().filter(StorageBackend::enabled).toList();
    List<String> failed =
        backends.stream()
            .map(backend -> guarded(backend.name(), () -> connection(backend)))
            .filter(finding -> !finding.ok())
            .map(finding -> finding.check() + ": " + finding.message())
            .toList();
    return failed.isEmpty()
        ? Finding.good(
            "credentials", Counts.of(backends.size(), "storage backend") + " tried, all answer")
        : Finding.problem(
            "credentials",
            String.join("; ", failed),
            "'epoch storage test-credentials <name>' tries one again");
  }

  private Finding connection(StorageBackend backend) {
    StorageBackends.Connection connection = client().storage().test(backend.name());
    return new Finding(backend.name(), connection.ok(), connection.message(), null);
  }

  private ObjectNode json() {
    ObjectNode result = Json.object();
    result.put("healthy", findings.stream().allMatch(Finding::ok));
    ArrayNode checks = result.putArray("checks");
    for (Finding finding : findings) {
      ObjectNode check =
          checks
              .addObject()
              .put("check", finding.check())
              .put("ok", finding.ok())
              .put("message", finding.message());
      if (finding.remedy() != null) {
        check.put("remedy", finding.remedy());
      }
    }
    return result;
  }
}
