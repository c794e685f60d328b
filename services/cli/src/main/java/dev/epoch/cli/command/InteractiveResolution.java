package dev.epoch.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Output;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.Values;
import dev.epoch.client.Conflict;
import dev.epoch.client.Conflicts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Walks through conflicts and asks about each; the end of the input ends the walk. */
final class InteractiveResolution {

  private final Session session;
  private final String table;
  private final BufferedReader answers;
  private long remaining;

  InteractiveResolution(Session session, String table) {
    this.session = Objects.requireNonNull(session, "session");
    this.table = table;
    this.answers =
        new BufferedReader(
            new InputStreamReader(session.environment().in(), StandardCharsets.UTF_8));
  }

  /** One decision to make: a field, or a whole conflict that has no fields. */
  private record Question(
      Conflict conflict, String field, JsonNode base, JsonNode ours, JsonNode theirs) {

    boolean hasSides() {
      return !base.isMissingNode() || !ours.isMissingNode() || !theirs.isMissingNode();
    }

    String title() {
      if (conflict.constraint() != null) {
        return conflict.table() + "." + conflict.constraint() + " (constraint)";
      }
      String place = conflict.table() + (field == null ? "" : "." + field);
      String kind = field == null && !conflict.type().isEmpty() ? ", " + conflict.type() : "";
      return place + " (record " + Values.key(conflict.key()) + kind + ")";
    }
  }

  private enum Step {
    DECIDED,
    SKIPPED,
    ENDED
  }

  ExitCode run() {
    List<Question> questions = new ArrayList<>();
    for (Conflict conflict : session.client().conflicts().all(session.branch(), table)) {
      questions.addAll(questions(conflict));
    }
    if (questions.isEmpty()) {
      session.output().confirm("No conflicts.");
      return ExitCode.OK;
    }
    remaining = questions.size();
    int decided = 0;
    for (int i = 0; i < questions.size(); i++) {
      Step step = ask(questions.get(i), i + 1, questions.size());
      if (step == Step.ENDED) {
        break;
      }
      decided += step == Step.DECIDED ? 1 : 0;
    }
    new ResolutionReport(session).print(decided, remaining);
    return ExitCode.OK;
  }

  private static List<Question> questions(Conflict conflict) {
    if (conflict.open() == 0) {
      return List.of();
    }
    JsonNode json = conflict.json();
    if (conflict.fields().isEmpty()) {
      return List.of(
          new Question(conflict, null, json.path("base"), json.path("ours"), json.path("theirs")));
    }
    return conflict.fields().stream()
        .filter(field -> !field.resolved())
        .map(field ->
            new Question(conflict, field.name(), field.base(), field.ours(), field.theirs()))
        .toList();
  }

  private Step ask(Question question, int number, int of) {
    Output output = session.output();
    boolean sides = question.hasSides();
    boolean custom = question.field() != null || question.conflict().constraint() != null;
    output.line("Conflict " + number + " of " + of + ": " + question.title());
    if (sides) {
      output.line("  BASE:   " + Values.shown(question.base()));
      output.line("  OURS:   " + Values.shown(question.ours()));
      output.line("  THEIRS: " + Values.shown(question.theirs()));
    }
    output.line("");
    output.line("Choose resolution:");
    output.line("  [o] Keep ours" + shown(question.ours(), sides));
    output.line("  [t] Keep theirs" + shown(question.theirs(), sides));
    output.line("  [b] Keep base" + shown(question.base(), sides));
    if (custom) {
      output.line("  [c] Enter custom value");
    }
    output.line("  [s] Skip (resolve later)");
    while (true) {
      String answer = prompt("> ");
      if (answer == null) {
        return Step.ENDED;
      }
      switch (answer.strip().toLowerCase(Locale.ROOT)) {
        case "o" -> {
          return decide(question, Conflicts.Side.OURS, null);
        }
        case "t" -> {
          return decide(question, Conflicts.Side.THEIRS, null);
        }
        case "b" -> {
          return decide(question, Conflicts.Side.BASE, null);
        }
        case "s" -> {
          output.line("");
          return Step.SKIPPED;
        }
        case "c" -> {
          String value = custom ? prompt("Value: ") : null;
          if (value != null) {
            return decide(question, Conflicts.Side.VALUE, TextNode.valueOf(value));
          }
        }
        default -> output.line("Please answer o, t, b, " + (custom ? "c " : "") + "or s.");
      }
    }
  }

  private static String shown(JsonNode value, boolean sides) {
    return sides ? " (" + Values.shown(value) + ")" : "";
  }

  private Step decide(Question question, Conflicts.Side side, JsonNode value) {
    Conflict conflict = question.conflict();
    boolean record = conflict.constraint() == null;
    Conflicts.Resolution resolution =
        new Conflicts.Resolution(
            conflict.table(),
            record ? conflict.key() : null,
            record ? question.field() : null,
            conflict.constraint(),
            side,
            value);
    remaining = session.client().conflicts().resolve(session.branch(), resolution).remaining();
    session.output().line("");
    return Step.DECIDED;
  }

  private String prompt(String text) {
    session.output().text(text);
    session.output().flush();
    try {
      return answers.readLine();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
