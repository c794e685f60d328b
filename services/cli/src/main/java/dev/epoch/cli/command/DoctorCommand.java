package dev.epoch.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.EpochException;
import dev.epoch.client.Json;
import dev.epoch.client.RefusedException;
import dev.epoch.client.StorageBackend;
import dev.epoch.client.StorageBackends;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code epoch doctor}. */
@Command(name = "doctor", description = "Look for problems; the exit code is 1 if there are any.")
public final class DoctorCommand extends EpochSubcommand {

  private static final List<String> KNOWN =
      List.of("config", "server", "ready", "repository", "projections", "recovery", "credentials");

  @Option(
      names = "--check",
      paramLabel = "<name>",
      description =
          "Only this: config, server, ready, repository, projections, recovery, credentials.")
  private String only;

  private final List<Finding> findings = new ArrayList<>();

  /** The command in a session. */
  public DoctorCommand(Session session) {
    super(session);
  }

  private record Finding(String check, boolean ok, String message) {}

  @Override
  ExitCode run() {
    if (only != null && !KNOWN.contains(only) && !only.equals("vault")) {
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
      check("credentials", this::credentials);
    }
    if (output().json()) {
      output().json(json());
    } else {
      findings.forEach(finding ->
          output()
              .line(
                  (finding.ok()
                          ? output().palette().green("[ok]     ")
                          : output().palette().red("[problem]"))
                      + " "
                      + finding.check()
                      + ": "
                      + finding.message()));
    }
    return findings.stream().allMatch(Finding::ok) ? ExitCode.OK : ExitCode.NEGATIVE;
  }

  private boolean wanted(String check) {
    boolean vault = "vault".equals(only) && check.equals("credentials");
    return only == null || only.equals(check) || vault;
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
      return new Finding(name, false, failure.getMessage());
    } catch (EpochException failure) {
      String remedy = failure.remedy() == null ? "" : " (" + failure.remedy() + ")";
      return new Finding(name, false, failure.getMessage() + remedy);
    }
  }

  private Finding configuration() {
    var file = session().settings().file();
    String from = file.path() == null ? "no configuration file" : file.path().toString();
    String folder =
        session().workspace().map(found -> found.directory().toString()).orElse("no .epoch folder");
    return new Finding(
        "config", true, from + "; " + folder + "; server " + session().settings().serverUrl());
  }

  private Finding server() {
    JsonNode health = session().server().diagnostics().health();
    String status = health.path("status").asText("unknown");
    String version = health.path("version").asText("");
    return new Finding(
        "server",
        status.equals("healthy") || status.equalsIgnoreCase("UP"),
        status + (version.isEmpty() ? "" : ", version " + version));
  }

  private Finding readiness() {
    JsonNode ready = readinessAnswer();
    boolean ok = ready.path("ready").asBoolean(ready.path("status").asText().equals("UP"));
    boolean metadata = ready.path("metadata_connected").asBoolean(ok);
    return new Finding(
        "ready",
        ok && metadata,
        metadata ? (ok ? "ready" : "not ready") : "the metadata database is not connected");
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
    String branch = session().branch();
    boolean there = client().branches().list().named(branch).isPresent();
    return new Finding(
        "repository", there, "branch '" + branch + "'" + (there ? "" : " does not exist"));
  }

  private Finding projections() {
    List<String> problems = new ArrayList<>();
    JsonNode all;
    try {
      all = client().diagnostics().projections().path("projections");
    } catch (RefusedException refusal) {
      return unavailable("projections", refusal);
    }
    for (JsonNode projection : all) {
      if (!projection.path("error").isMissingNode() && !projection.path("error").isNull()) {
        problems.add(
            projection.path("name").asText() + " stopped: " + projection.path("error").asText());
      }
    }
    return new Finding(
        "projections",
        problems.isEmpty(),
        problems.isEmpty() ? all.size() + " running" : String.join("; ", problems));
  }

  private Finding recovery() {
    try {
      JsonNode answer = client().diagnostics().recovery();
      int open = answer.path("open").size();
      return new Finding(
          "recovery",
          open == 0,
          open == 0 ? "no operation is in doubt" : open + " operations are in doubt");
    } catch (RefusedException refusal) {
      return unavailable("recovery", refusal);
    }
  }

  /** A server without the page has nothing to report there. */
  private static Finding unavailable(String check, RefusedException refusal) {
    if (refusal.status() == 404) {
      return new Finding(check, true, "not offered by this server");
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
    return new Finding(
        "credentials",
        failed.isEmpty(),
        failed.isEmpty()
            ? Counts.of(backends.size(), "storage backend") + " tried, all answer"
            : String.join("; ", failed));
  }

  private Finding connection(StorageBackend backend) {
    StorageBackends.Connection connection = client().storage().test(backend.name());
    return new Finding(backend.name(), connection.ok(), connection.message());
  }

  private ObjectNode json() {
    ObjectNode result = Json.object();
    result.put("healthy", findings.stream().allMatch(Finding::ok));
    ArrayNode checks = result.putArray("checks");
    for (Finding finding : findings) {
      checks
          .addObject()
          .put("check", finding.check())
          .put("ok", finding.ok())
          .put("message", finding.message());
    }
    return result;
  }
}
