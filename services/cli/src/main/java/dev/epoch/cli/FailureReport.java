package dev.epoch.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.EpochException;
import dev.epoch.client.RefusedException;
import dev.epoch.client.transport.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/** What is said of a failure, on standard error: in words, or as a document. */
final class FailureReport {
  private final ProcessEnvironment environment;
  private final BooleanSupplier json;

  /**
   * @param json whether the result was asked for as JSON; looked at when something is to be said
   */
  FailureReport(ProcessEnvironment environment, BooleanSupplier json) {
    this.environment = environment;
    this.json = json;
  }

  /** Whether results are JSON: by the command line, a variable, or a file that can be read. */
  static boolean asksForJson(List<String> arguments, Session session) {
    int given = arguments.lastIndexOf("--format");
    if (given >= 0 && given + 1 < arguments.size()) {
      return arguments.get(given + 1).equals("json");
    }
    for (String argument : arguments) {
      if (argument.startsWith("--format=")) {
        return argument.equals("--format=json");
      }
    }
    try {
      return session.settings().format().equals("json");
    } catch (CommandFailure unreadable) {
      return false;
    }
  }

  /** A failure on this side. */
  void print(ExitCode exitCode, String message, String hint) {
    print(
        exitCode.name().toLowerCase(Locale.ROOT),
        exitCode,
        message,
        Json.object(),
        List.of(),
        hint);
  }

  /**
   * A failure on the other side.
   *
   * @param facts lines between problem and hint
   */
  void print(EpochException failure, List<String> facts, String hint) {
    ExitCode exitCode = ExitCode.of(failure);
    String error = exitCode.name().toLowerCase(Locale.ROOT);
    ObjectNode details = Json.object();
    if (failure instanceof RefusedException refused) {
      error = refused.error().isEmpty() ? error : refused.error();
      if (refused.details() instanceof ObjectNode told) {
        details = told;
      }
    }
    print(error, exitCode, failure.getMessage(), details, facts, hint);
  }

  private void print(
      String error,
      ExitCode exitCode,
      String message,
      ObjectNode details,
      List<String> facts,
      String hint) {
    environment.out().flush();
    if (json.getAsBoolean()) {
      ObjectNode document = Json.object().put("error", error).put("message", message);
      document.set("details", details);
      document.put("hint", hint).put("exit_code", exitCode.code());
      environment.err().println(Json.pretty(document));
    } else {
      List<String> lines = new ArrayList<>();
      lines.add("error: " + message);
      lines.addAll(facts);
      if (hint != null) {
        lines.add("hint: " + hint);
      }
      lines.forEach(environment.err()::println);
    }
    environment.err().flush();
  }
}
