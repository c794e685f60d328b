package dev.epoch.storage.mysql.ddl;

import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.EnumType;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Types of columns. */
final class MySqlType {
  private static final Pattern PARTS =
      Pattern.compile("([a-z ]+?)(?:\\((\\d+(?:,\\d+)?)\\))?( with(?:out)? time zone)?");

  private static final Map<String, String> PLAIN =
      Map.ofEntries(
          Map.entry("smallint", "SMALLINT"),
          Map.entry("integer", "INT"),
          Map.entry("bigint", "BIGINT"),
          Map.entry("real", "FLOAT"),
          Map.entry("double precision", "DOUBLE"),
          Map.entry("numeric", "DECIMAL(65,30)"),
          Map.entry("boolean", "BOOLEAN"),
          Map.entry("text", "LONGTEXT"),
          Map.entry("character varying", "LONGTEXT"),
          Map.entry("bytea", "LONGBLOB"),
          Map.entry("date", "DATE"),
          Map.entry("time", "TIME(6)"),
          Map.entry("timestamp", "DATETIME(6)"),
          Map.entry("json", "JSON"),
          Map.entry("jsonb", "JSON"),
          Map.entry("uuid", "CHAR(36)"));

  private MySqlType() {}

  /** Empty where MySQL has none that holds the same values. */
  static Optional<String> of(String type, DatabaseSchema schema) {
    Optional<EnumType> labels = find(schema, EnumType.class, type);
    if (labels.isPresent()) {
      return Optional.of(
          labels.get().labels().stream()
              .map(label -> "'" + label.replace("\\", "\\\\").replace("'", "''") + "'")
              .collect(Collectors.joining(",", "ENUM(", ")")));
    }
    Optional<DomainType> domain = find(schema, DomainType.class, type);
    if (domain.isPresent()) {
      return of(domain.get().baseType(), schema);
    }
    Matcher parts = PARTS.matcher(type);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String size = parts.group(2);
    String zone = parts.group(3);
    String name = parts.group(1);
    if (zone != null && zone.equals(" with time zone") && name.equals("time")) {
      return Optional.empty();
    }
    if (size != null) {
      return switch (name) {
        case "character varying" -> Optional.of("VARCHAR(" + size + ")");
        case "character" -> Optional.of("CHAR(" + size + ")");
        case "numeric" -> Optional.of("DECIMAL(" + size + ")");
        case "timestamp" -> Optional.of("DATETIME(" + size + ")");
        case "time" -> Optional.of("TIME(" + size + ")");
        case "bit" -> Optional.of("BIT(" + size + ")");
        default -> Optional.empty();
      };
    }
    return Optional.ofNullable(PLAIN.get(name));
  }

  private static <T> Optional<T> find(DatabaseSchema schema, Class<T> kind, String type) {
    String plain = type.replace("\"", "");
    return schema.objects().values().stream()
        .filter(kind::isInstance)
        .filter(
            object -> object.name().toString().equals(plain) || object.name().name().equals(plain))
        .map(kind::cast)
        .findFirst();
  }

  /** Whether an index takes a part of its values only. */
  static boolean isLong(String type) {
    return type.startsWith("LONG") || type.equals("JSON");
  }
}
