package dev.epoch.storage.postgres.connection;

import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.postgres.codec.Quote;
import java.util.ArrayList;
import java.util.List;

/**
 * Names of tables as users write them: {@code users}, {@code sales.orders}, {@code "My
 * Schema"."Table v1.2"}. Quotes are only needed around dots and quotes; upper case is kept without
 * them, too.
 */
final class TableName {
  private TableName() {}

  static TablePath parse(String name, String defaultSchema) {
    List<String> parts = parts(name);
    return switch (parts.size()) {
      case 1 -> new TablePath(defaultSchema, parts.getFirst());
      case 2 -> new TablePath(parts.getFirst(), parts.getLast());
      default -> throw bad(name, "it has more than one dot; put names with dots in double quotes");
    };
  }

  private static List<String> parts(String name) {
    List<String> parts = new ArrayList<>();
    int position = 0;
    while (true) {
      StringBuilder part = new StringBuilder();
      boolean quoted = position < name.length() && name.charAt(position) == '"';
      position = quoted ? quoted(name, position + 1, part) : plain(name, position, part);
      parts.add(checked(name, part.toString()));
      if (position == name.length()) {
        return parts;
      }
      if (name.charAt(position) != '.') {
        throw bad(name, "a quote ends inside of a name");
      }
      position++;
    }
  }

  private static int plain(String name, int start, StringBuilder part) {
    int end = name.indexOf('.', start);
    end = end < 0 ? name.length() : end;
    part.append(name, start, end);
    return end;
  }

  private static int quoted(String name, int start, StringBuilder part) {
    for (int i = start; i < name.length(); i++) {
      if (name.charAt(i) != '"') {
        part.append(name.charAt(i));
      } else if (i + 1 < name.length() && name.charAt(i + 1) == '"') {
        part.append('"');
        i++;
      } else {
        return i + 1;
      }
    }
    throw bad(name, "a quote is not closed");
  }

  private static String checked(String name, String part) {
    try {
      Quote.identifier(part);
      return part;
    } catch (IllegalArgumentException e) {
      throw bad(name, e.getMessage());
    }
  }

  private static StorageException bad(String name, String reason) {
    return new StorageException(
        "\"" + name + "\" is no name of a table: " + reason, "Write schema.table");
  }
}
