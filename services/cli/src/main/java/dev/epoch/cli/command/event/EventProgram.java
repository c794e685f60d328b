package dev.epoch.cli.command.event;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.client.event.Event;
import dev.epoch.client.transport.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** What a user wants done for each event. */
final class EventProgram {

  private EventProgram() {}

  /**
   * Runs a command of the shell and waits for its end. What it prints goes where this program
   * prints.
   *
   * @throws CommandFailure if it fails; the hint says how to go on with the same event
   */
  static void run(Path folder, String command, Event event) {
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", command)
            .directory(folder.toFile())
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    Map<String, String> variables = builder.environment();
    variables.put("EPOCH_EVENT_TYPE", event.type());
    variables.put("EPOCH_EVENT_POSITION", event.position());
    variables.put("EPOCH_EVENT_BRANCH", Objects.requireNonNullElse(event.branch(), ""));
    variables.put("EPOCH_EVENT_ID", event.id());
    int code;
    try {
      Process process = builder.start();
      give(process, Json.compact(event.json()));
      code = process.waitFor();
    } catch (IOException unusable) {
      throw failure(event, "cannot be run: " + unusable.getMessage());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw failure(event, "was interrupted");
    }
    if (code != 0) {
      throw failure(event, "ended with " + code);
    }
  }

  private static void give(Process process, String json) {
    try (OutputStream in = process.getOutputStream()) {
      in.write((json + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException notRead) {
      // a command need not read it; whether it worked is what it ends with
    }
  }

  private static CommandFailure failure(Event event, String what) {
    return new CommandFailure(
        ExitCode.NEGATIVE,
        "the command for event " + event.position() + " " + what,
        "go on with it: --from " + event.position());
  }
}
