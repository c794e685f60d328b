package dev.epoch.api.request;

import dev.epoch.api.error.FailureMapping;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.ext.ParamConverter;
import jakarta.ws.rs.ext.ParamConverterProvider;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;

/** Parameters of queries that are not text; what does not fit is told like a field of a body. */
@Provider
public final class ParameterTypes implements ParamConverterProvider {

  private record Reading(String type, String expected, Function<String, ?> parse) {}

  private static final Map<Class<?>, Reading> READINGS =
      Map.of(
          Integer.class, new Reading("int_parsing", "Should be an integer", Integer::valueOf),
          Long.class, new Reading("int_parsing", "Should be an integer", Long::valueOf),
          Boolean.class,
              new Reading("bool_parsing", "Should be true or false", ParameterTypes::truth),
          Instant.class,
              new Reading(
                  "datetime_parsing",
                  "Should be a time in ISO 8601, such as 2026-01-31T12:00:00Z",
                  Times::parse));

  @Override
  public <T> ParamConverter<T> getConverter(
      Class<T> rawType, Type genericType, Annotation[] annotations) {
    Reading reading = READINGS.get(rawType);
    return reading == null ? null : new Converter<>(rawType, reading, name(annotations));
  }

  private static Boolean truth(String text) {
    return switch (text) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static String name(Annotation[] annotations) {
    for (Annotation annotation : annotations) {
      if (annotation instanceof QueryParam parameter) {
        return parameter.value();
      }
    }
    return "parameter";
  }

  private record Converter<T>(Class<T> type, Reading reading, String name)
      implements ParamConverter<T> {
    @Override
    public T fromString(String value) {
      if (value == null || value.isEmpty()) {
        return null;
      }
      try {
        return type.cast(reading.parse().apply(value.strip()));
      } catch (IllegalArgumentException | DateTimeException wrong) {
        // the framework passes only this kind of exception on
        throw new WebApplicationException(
            FailureMapping.response(
                new InvalidRequestException(
                    FieldProblem.query(reading.type(), name, reading.expected()))));
      }
    }

    @Override
    public String toString(T value) {
      return String.valueOf(value);
    }
  }
}
