package dev.epoch.cli.command.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Output;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.Values;
import dev.epoch.client.merge.Conflict;
import dev.epoch.client.merge.Conflicts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Walks through conflicts and asks about each, until {@code q} or the end of the input. */
final class InteractiveResolution {

  private final Session session;
  private final String table;
  private final TypedValues values;
  private final BufferedReader answers;
  private long remaining;

  InteractiveResolution(Session session, String table) {
    this.session = Objects.requireNonNull(session, "session");
    this.table = table;
    this.values = new TypedValues(session);
    this.answers =
        new BufferedReader(
            new InputStreamReader(session.environment().in(), StandardCharsets.UTF_8));
  }

  /**
   * One decision to make.
   *
   * @param field null for a conflict that is decided as a whole
   */
  private record Question(
      Conflict conflict, String field, String base, String ours, String theirs) {

    String title() {
      if (conflict.aboutDefinition()) {
        return conflict.table() + "." + conflict.constraint() + " (constraint)";
      }
      String record = " (record " + Values.key(conflict.key());
      if (field != null) {
        return conflict.table() + "." + field + record + ")";
      }
      String why =
          conflict.constraint() == null ? conflict.type() : "violates " + conflict.constraint();
      return conflict.table() + record + ", " + why + ")";
    }

    /** Whether that there is no record is an answer that neither side has. */
    boolean takesDelete() {
      return field == null && conflict.constraint() != null && !conflict.aboutDefinition();
    }

    boolean takesValue() {
      return field != null || conflict.aboutDefinition();
    }
  }

  private enum Step {
    DECIDED,
    SKIPPED,
    ENDED
  }

  protected ExitCode run() {
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
    if (conflict.indivisible()) {
      return List.of(
          new Question(
              conflict,
              null,
              side(conflict, Conflict.Field::base),
              conflict.deletedByOurs() ? "deleted" : side(conflict, Conflict.Field::ours),
              conflict.deletedByTheirs() ? "deleted" : side(conflict, Conflict.Field::theirs)));
    }
    return conflict.fields().stream()
        .filter(field -> !field.resolved())
        .map(field ->
            new Question(
                conflict,
                field.name(),
                Values.shown(field.base()),
                Values.shown(field.ours()),
                Values.shown(field.theirs())))
        .toList();
  }

  /** A definition as it is, the fields of a record with their names; empty where not known. */
  private static String side(Conflict conflict, Function<Conflict.Field, JsonNode> side) {
    return conflict.fields().stream()
        .map(field ->
            (conflict.aboutDefinition() ? "" : field.name() + "=")
                + Values.shown(side.apply(field)))
        .collect(Collectors.joining(", "));
  }

  private Step ask(Question question, int number, int of) {
    Output output = session.output();
    output.line("Conflict " + number + " of " + of + ": " + question.title());
    if (!question.base().isEmpty()) {
      output.line("  BASE:   " + question.base());
      output.line("  OURS:   " + question.ours());
      output.line("  THEIRS: " + question.theirs());
    }
    output.line("");
    output.line("Choose resolution:");
    output.line("  [o] Keep ours" + inParentheses(question.ours()));
    output.line("  [t] Keep theirs" + inParentheses(question.theirs()));
    output.line("  [b] Keep base" + inParentheses(question.base()));
    if (question.takesValue()) {
      output.line("  [c] Enter custom value");
    }
    if (question.takesDelete()) {
      output.line("  [d] Delete the record");
    }
    output.line("  [s] Skip (resolve later)");
    output.line("  [q] Quit (keep what is decided)");
    for (String answer = prompt("> "); answer != null; answer = prompt("> ")) {
      Optional<Step> step = take(question, answer.strip().toLowerCase(Locale.ROOT));
      if (step.isPresent()) {
        return step.get();
      }
      output.line(
          "Please answer o, t, b"
              + (question.takesValue() ? ", c" : "")
              + (question.takesDelete() ? ", d" : "")
              + ", s or q.");
    }
    return Step.ENDED;
  }

  private static String inParentheses(String value) {
    return value.isEmpty() ? "" : " (" + value + ")";
  }

  /** Does what the answer says; empty if it says nothing. */
  private Optional<Step> take(Question question, String answer) {
    return switch (answer) {
      case "o" -> Optional.of(decide(question, Conflicts.Side.OURS, null));
      case "t" -> Optional.of(decide(question, Conflicts.Side.THEIRS, null));
      case "b" -> Optional.of(decide(question, Conflicts.Side.BASE, null));
      case "d" ->
          question.takesDelete()
              ? Optional.of(decide(question, Conflicts.Side.DELETE, null))
              : Optional.empty();
      case "c" -> question.takesValue() ? takeValue(question) : Optional.empty();
      case "s" -> {
        session.output().line("");
        yield Optional.of(Step.SKIPPED);
      }
      case "q" -> Optional.of(Step.ENDED);
      default -> Optional.empty();
    };
  }

  /** Empty where what was typed cannot be the value. */
  private Optional<Step> takeValue(Question question) {
    String typed = prompt("Value: ");
    if (typed == null) {
      return Optional.of(Step.ENDED);
    }
    if (question.field() == null) {
      return Optional.of(decide(question, Conflicts.Side.VALUE, TextNode.valueOf(typed)));
    }
    JsonNode value;
    try {
      value = values.of(question.conflict().table(), question.field(), typed);
    } catch (CommandFailure notAValue) {
      session.output().line(notAValue.getMessage());
      return Optional.empty();
    }
    return Optional.of(decide(question, Conflicts.Side.VALUE, value));
  }

  private Step decide(Question question, Conflicts.Side side, JsonNode value) {
    Conflict conflict = question.conflict();
    boolean record = !conflict.aboutDefinition();
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
