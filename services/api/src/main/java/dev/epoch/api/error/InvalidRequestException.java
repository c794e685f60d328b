package dev.epoch.api.error;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A request cannot be meant as it is: fields are missing, of a wrong type or out of range. */
public final class InvalidRequestException extends RuntimeException {
  private final transient List<FieldProblem> problems;
  private final transient Map<String, Object> details;

  public InvalidRequestException(List<FieldProblem> problems, Map<String, Object> details) {
    super(
        problems.stream()
            .map(problem -> problem.place() + ": " + problem.msg())
            .collect(Collectors.joining("; ")));
    this.problems = List.copyOf(problems);
    this.details = Map.copyOf(details);
  }

  public InvalidRequestException(FieldProblem problem) {
    this(List.of(problem), Map.of());
  }

  public InvalidRequestException(FieldProblem problem, String remedy) {
    this(List.of(problem), Map.of("remedy", remedy));
  }

  public List<FieldProblem> problems() {
    return problems;
  }

  public Map<String, Object> details() {
    return details;
  }
}
