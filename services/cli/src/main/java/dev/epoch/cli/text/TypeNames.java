package dev.epoch.cli.text;

import java.util.Locale;
import java.util.regex.Pattern;

/** Names of column types, short enough for a line of output. */
public final class TypeNames {

  private static final Pattern BUILT_IN =
      Pattern.compile(
          "(varchar|character|text|smallint|integer|bigint|numeric|real|double precision|boolean"
              + "|date|time|timestamp|interval|uuid|json|jsonb|bytea)( with(out)? time zone)?"
              + "(\\([0-9, ]+\\))?( with(out)? time zone)?(\\[])?");

  private TypeNames() {}

  /** The type without length or precision: {@code varchar} for {@code character varying(20)}. */
  public static String brief(String type) {
    String name = type.strip();
    String array = name.endsWith("[]") ? "[]" : "";
    boolean zoned = name.toLowerCase(Locale.ROOT).contains("with time zone");
    int end = name.indexOf('(');
    String base = (end < 0 ? name : name.substring(0, end)).replace("[]", "").strip();
    return switch (base.toLowerCase(Locale.ROOT)) {
          case "character varying", "nvarchar", "varchar2" -> "varchar";
          case "character", "bpchar" -> "char";
          case "integer", "int4", "serial" -> "int";
          case "int8", "bigserial" -> "bigint";
          case "int2", "smallserial" -> "smallint";
          case "float8" -> "double precision";
          case "bool" -> "boolean";
          case "timestamp", "timestamp without time zone", "datetime" ->
              zoned ? "timestamptz" : "timestamp";
          case "timestamp with time zone" -> "timestamptz";
          case "time without time zone" -> "time";
          case "time with time zone" -> "timetz";
          case String other -> other.equals(base) ? base : base.toLowerCase(Locale.ROOT);
        }
        + array;
  }

  /** As a statement would write it: {@code VARCHAR(20)}; types of users keep their names. */
  public static String printed(String type) {
    String name = type.replace("character varying", "varchar");
    return BUILT_IN.matcher(name).matches() ? name.toUpperCase(Locale.ROOT) : name;
  }

  /** The kind of values of a type: every character type is {@code text}. */
  public static String kind(String type) {
    String brief = brief(type);
    return switch (brief) {
      case "varchar", "char", "longtext", "mediumtext", "tinytext", "ntext", "string" -> "text";
      case String other -> other;
    };
  }
}
