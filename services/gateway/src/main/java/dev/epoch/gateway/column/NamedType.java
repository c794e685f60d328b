package dev.epoch.gateway.column;

import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Types that people write, as the log has them; those of users are known by their name alone. */
final class NamedType {
  private static final Pattern PARTS = Pattern.compile("([a-z0-9 ]+?)\\s*(\\([0-9, ]+\\))?");

  private static final Map<String, DataType> KNOWN =
      Map.ofEntries(
          known("text", Kind.TEXT, "text"),
          known("varchar", Kind.TEXT, "character varying"),
          known("character varying", Kind.TEXT, "character varying"),
          known("smallint", Kind.INTEGER, "smallint"),
          known("int", Kind.INTEGER, "integer"),
          known("integer", Kind.INTEGER, "integer"),
          known("bigint", Kind.INTEGER, "bigint"),
          known("numeric", Kind.DECIMAL, "numeric"),
          known("decimal", Kind.DECIMAL, "numeric"),
          known("real", Kind.FLOAT, "real"),
          known("double precision", Kind.FLOAT, "double precision"),
          known("boolean", Kind.BOOLEAN, "boolean"),
          known("date", Kind.DATE, "date"),
          known("uuid", Kind.UUID, "uuid"));

  private NamedType() {}

  private static Map.Entry<String, DataType> known(String written, Kind kind, String name) {
    return Map.entry(written, DataType.of(kind, name));
  }

  /** The type, with what it stands for where that can be said. */
  static DataType of(DataType type) {
    Matcher parts = PARTS.matcher(type.name().strip().toLowerCase(Locale.ROOT));
    DataType known =
        type.kind() == Kind.OTHER && parts.matches() ? KNOWN.get(parts.group(1)) : null;
    if (known == null) {
      return type;
    }
    return parts.group(2) == null
        ? known
        : DataType.of(known.kind(), known.name() + parts.group(2).replace(" ", ""));
  }
}
