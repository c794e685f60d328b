package dev.epoch.api.error;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.epoch.api.json.IllFormedTextException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Path;
import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What JSON reading and validation say about a request, in words of its fields. */
final class RequestProblems {
  private RequestProblems() {}

  /** Malformed JSON is a bad request; JSON that does not fit is told field by field. */
  static ApiError of(JsonProcessingException failure) {
    return switch (failure) {
      case UnrecognizedPropertyException unknown -> {
        String known =
            unknown.getKnownPropertyIds() == null
                ? ""
                : unknown.getKnownPropertyIds().stream()
                    .map(Object::toString)
                    .sorted()
                    .collect(Collectors.joining(", "));
        FieldProblem problem =
            problem(
                "extra_forbidden",
                unknown,
                "Unknown field '" + unknown.getPropertyName() + "'" + hint(known));
        yield invalid(List.of(problem));
      }
      case InvalidFormatException format ->
          invalid(
              List.of(
                  problem(
                      "type_error",
                      format,
                      "'" + format.getValue() + "' is not " + name(format.getTargetType()))));
      case MismatchedInputException mismatch
          when mismatch.getPath().isEmpty() && mismatch.getMessage().startsWith("No content") ->
          ApiError.of(
              400, "BadRequestError", "The request has no body", Map.of("remedy", "Send JSON"));
      case MismatchedInputException mismatch ->
          invalid(
              List.of(
                  problem(
                      "type_error",
                      mismatch,
                      mismatch.getTargetType() == null
                          ? mismatch.getOriginalMessage()
                          : "Should be " + name(mismatch.getTargetType()))));
      case InputCoercionException range ->
          ApiError.of(
              422,
              "ValidationError",
              "A number is out of range: " + range.getOriginalMessage(),
              Map.of());
      case IllFormedTextException text ->
          ApiError.of(422, "ValidationError", text.getOriginalMessage(), Map.of());
      case StreamConstraintsException limits ->
          ApiError.of(
              422,
              "ValidationError",
              "The JSON passes a limit: " + limits.getOriginalMessage(),
              Map.of());
      case JsonMappingException mapping
          when mapping.getCause() instanceof JsonProcessingException cause ->
          of(cause);
      case JsonMappingException mapping ->
          invalid(List.of(problem("value_error", mapping, mapping.getOriginalMessage())));
      default ->
          ApiError.of(
              400,
              "BadRequestError",
              "The body is not JSON: " + failure.getOriginalMessage(),
              failure.getLocation() == null
                  ? Map.of()
                  : Map.of(
                      "line", failure.getLocation().getLineNr(),
                      "column", failure.getLocation().getColumnNr()));
    };
  }

  static ApiError of(ConstraintViolationException failure) {
    return invalid(
        failure.getConstraintViolations().stream().map(RequestProblems::problem).toList());
  }

  private static ApiError invalid(List<FieldProblem> problems) {
    InvalidRequestException invalid = new InvalidRequestException(problems, Map.of());
    return ErrorTable.of(invalid).orElseThrow();
  }

  private static FieldProblem problem(String type, JsonMappingException failure, String message) {
    List<Object> place = new ArrayList<>(List.of("body"));
    failure
        .getPath()
        .forEach(
            part -> place.add(part.getFieldName() == null ? part.getIndex() : part.getFieldName()));
    return new FieldProblem(type, place, message, Map.of());
  }

  private static FieldProblem problem(ConstraintViolation<?> violation) {
    Annotation constraint = violation.getConstraintDescriptor().getAnnotation();
    Map<String, Object> attributes = violation.getConstraintDescriptor().getAttributes();
    Map<String, Object> context = new HashMap<>();
    String type =
        switch (constraint.annotationType().getSimpleName()) {
          case "NotNull" -> "missing";
          case "NotBlank", "NotEmpty" -> {
            context.put("min_length", 1);
            yield "string_too_short";
          }
          case "Size" -> {
            boolean tooShort = length(violation.getInvalidValue()) < (int) attributes.get("min");
            context.put(
                tooShort ? "min_length" : "max_length", attributes.get(tooShort ? "min" : "max"));
            yield tooShort ? "string_too_short" : "string_too_long";
          }
          case "Min" -> {
            context.put("ge", attributes.get("value"));
            yield "greater_than_equal";
          }
          case "Max" -> {
            context.put("le", attributes.get("value"));
            yield "less_than_equal";
          }
          default -> "value_error";
        };
    return new FieldProblem(type, place(violation), message(type, context, violation), context);
  }

  private static String message(
      String type, Map<String, Object> context, ConstraintViolation<?> violation) {
    return switch (type) {
      case "missing" -> "Field required";
      case "string_too_short" -> {
        Object least = context.get("min_length");
        yield "String should have at least "
            + least
            + (least.equals(1) ? " character" : " characters");
      }
      case "string_too_long" ->
          "String should have at most " + context.get("max_length") + " characters";
      default -> violation.getMessage();
    };
  }

  private static int length(Object value) {
    return switch (value) {
      case CharSequence text -> text.length();
      case Collection<?> items -> items.size();
      case Map<?, ?> map -> map.size();
      case null, default -> 0;
    };
  }

  /** Path nodes are: method, parameter, then properties of a body. */
  private static List<Object> place(ConstraintViolation<?> violation) {
    List<Object> place = new ArrayList<>();
    List<Path.Node> nodes = new ArrayList<>();
    violation.getPropertyPath().forEach(nodes::add);
    int parameter = nodes.size() > 1 ? 1 : 0;
    boolean body = nodes.size() > 2 || nodes.get(parameter).getName().equals("body");
    place.add(body ? "body" : "query");
    for (int i = body ? parameter + 1 : parameter; i < nodes.size(); i++) {
      if (nodes.get(i).getName() != null) {
        place.add(snakeCase(nodes.get(i).getName()));
      }
    }
    return place;
  }

  static String snakeCase(String name) {
    return name.replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(java.util.Locale.ROOT);
  }

  private static String hint(String known) {
    return known.isEmpty() ? "" : "; known are: " + known;
  }

  private static String name(Class<?> type) {
    if (type == null) {
      return "of another type";
    }
    if (type == String.class) {
      return "a string";
    }
    if (type == Boolean.class || type == boolean.class) {
      return "true or false";
    }
    if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
      return "an integer";
    }
    return Collection.class.isAssignableFrom(type) ? "an array" : "an object";
  }
}
