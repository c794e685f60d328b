package dev.epoch.engine.processing;

import dev.epoch.engine.Decision;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AddCheckV1;
import dev.epoch.events.command.RemoveCheckV1;
import dev.epoch.events.event.CheckAddedV1;
import dev.epoch.events.event.CheckRemovedV1;
import dev.epoch.model.ref.InvalidNameException;
import dev.epoch.model.ref.NamePattern;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Checks: add, remove. */
public final class CheckProcessor {
  /** Most checks of a repository: each costs the commits that it is for. */
  static final int MOST = 100;

  private static final String EXPLAIN = "explain";
  private static final int LONGEST_NAME = 200;
  private static final int LONGEST_SQL = 65_536;
  private static final Set<String> KINDS = Set.of("commit", "merge", "promotion");

  private CheckProcessor() {}

  public static Decision add(RepositoryState state, AddCheckV1 command) {
    String name = command.name();
    if (name == null || name.isBlank() || name.length() > LONGEST_NAME) {
      return Decision.reject(
          Code.INVALID_NAME, "A check needs a name of at most " + LONGEST_NAME + " characters");
    }
    if (command.sql() == null || command.sql().isBlank() || command.sql().length() > LONGEST_SQL) {
      return Decision.reject(
          Code.VALIDATION, "A check needs a query of at most " + LONGEST_SQL + " characters");
    }
    if (command.sql().stripLeading().regionMatches(true, 0, EXPLAIN, 0, EXPLAIN.length())) {
      return Decision.reject(
          Code.VALIDATION, "A plan always has rows: EXPLAIN is no check", "Leave out EXPLAIN");
    }
    if (command.on().isEmpty() || !KINDS.containsAll(command.on())) {
      return Decision.reject(
          Code.VALIDATION,
          "A check cannot run on " + command.on(),
          "commit, merge, promotion, or several of them");
    }
    try {
      Stream.concat(command.tables().stream(), command.branches().stream())
          .forEach(NamePattern::new);
    } catch (InvalidNameException e) {
      return Decision.reject(Code.INVALID_NAME, e.getMessage());
    }
    if (state.profile().checks().containsKey(name)) {
      return Decision.reject(
          new Rejection(
              Code.CHECK_ALREADY_EXISTS,
              "Check '" + name + "' already exists",
              Map.of("check", name, "remedy", "Choose another name, or remove it first")));
    }
    if (state.profile().checks().size() >= MOST) {
      return Decision.reject(
          Code.VALIDATION, "There are " + MOST + " checks already", "Remove those not needed");
    }
    return Decision.accept(
        new CheckAddedV1(name, command.sql(), command.tables(), command.branches(), command.on()));
  }

  public static Decision remove(RepositoryState state, RemoveCheckV1 command) {
    String name = String.valueOf(command.name());
    return state.profile().checks().containsKey(name)
        ? Decision.accept(new CheckRemovedV1(name))
        : Decision.reject(
            new Rejection(
                Code.CHECK_NOT_FOUND,
                "There is no check '" + name + "'",
                Map.of("check", name, "remedy", "epoch check list")));
  }
}
