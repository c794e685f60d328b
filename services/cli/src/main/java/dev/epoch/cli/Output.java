package dev.epoch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.text.Palette;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.io.PrintStream;
import java.util.List;
import java.util.Objects;

/** Where a command writes: results to standard output, everything else to standard error. */
public final class Output {

  private final ProcessEnvironment environment;
  private final boolean quiet;
  private final String format;

  Output(ProcessEnvironment environment, boolean quiet, String format) {
    this.environment = Objects.requireNonNull(environment, "environment");
    this.quiet = quiet;
    this.format = Objects.requireNonNull(format, "format");
  }

  /** The format of the result. */
  public String format() {
    return format;
  }

  /** Whether the result is printed as JSON. */
  public boolean json() {
    return format.equals("json");
  }

  /** Colours for standard output. */
  public Palette palette() {
    boolean wanted =
        environment.outIsTerminal()
            && environment.variable("NO_COLOR") == null
            && !"dumb".equals(environment.variable("TERM"));
    return wanted ? Palette.COLOURED : Palette.PLAIN;
  }

  /** A line of the result. */
  public void line(String text) {
    environment.out().println(text);
  }

  /** Lines of the result. */
  public void lines(List<String> lines) {
    lines.forEach(this::line);
  }

  /** Text of the result as it is. */
  public void text(String text) {
    environment.out().print(text);
  }

  /** A line that says that something was done; not printed when quiet. */
  public void confirm(String text) {
    if (!quiet) {
      line(text);
    }
  }

  /** What the server sent. */
  public void json(Received received) {
    json(received.json());
  }

  /** A tree as indented JSON. */
  public void json(JsonNode node) {
    line(Json.pretty(node));
  }

  /** A remark beside the result; not printed when quiet. */
  public void remark(String text) {
    if (!quiet) {
      environment.out().flush();
      environment.err().println(text);
    }
  }

  /** A line about a problem. */
  public void problem(String text) {
    environment.out().flush();
    environment.err().println(text);
    environment.err().flush();
  }

  /** A place for progress: standard error, if it is a terminal and there is no wish for quiet. */
  public Progress progress(String label) {
    PrintStream stream = environment.errIsTerminal() && !quiet ? environment.err() : null;
    return new Progress(label, stream);
  }

  /** Hands on what was written so far; false when nobody reads it any more. */
  public boolean flush() {
    environment.out().flush();
    return !environment.out().checkError();
  }
}
