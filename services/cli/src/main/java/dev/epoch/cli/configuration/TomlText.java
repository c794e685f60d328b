package dev.epoch.cli.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The text of a TOML file, changed in one value while comments, order and blanks stay. What comes
 * out is parsed and compared with what went in: a text that cannot be changed so is refused, never
 * spoilt.
 */
final class TomlText {
  private static final Pattern HEADER = Pattern.compile("\\s*\\[([^\\[\\]]+)]\\s*(#.*)?");
  private static final Pattern ARRAY_HEADER = Pattern.compile("\\s*\\[\\[.*");
  private static final Pattern KEY_PART =
      Pattern.compile("\\s*([A-Za-z0-9_-]+|\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*')\\s*");

  private final List<String> lines;

  private TomlText(String text) {
    this.lines = new ArrayList<>(text.lines().toList());
  }

  /** A text that cannot be changed by a program. */
  static final class UneditableException extends Exception {
    private static final long serialVersionUID = 1L;

    UneditableException(String message) {
      super(message);
    }
  }

  /** Lines from {@code first}, up to and without {@code end}, that give a key its value. */
  private record Place(int first, int end) {}

  /**
   * The text with a value.
   *
   * @param path names on the way to it
   * @param value of JSON, without nulls
   */
  static String with(String text, List<String> path, JsonNode value)
      throws IOException, UneditableException {
    TomlText toml = new TomlText(text);
    Optional<Place> place = toml.find(path);
    if (place.isPresent()) {
      int first = place.get().first();
      String line = toml.lines.get(first);
      String key = line.substring(0, line.indexOf('=', keyLength(line)) + 1);
      toml.replace(place.get(), List.of(key + " " + toml(value)));
    } else {
      toml.add(path, value);
    }
    return checked(text, toml.text(), path, value);
  }

  /** The text without a value; the same if it has none. */
  static String without(String text, List<String> path) throws IOException, UneditableException {
    TomlText toml = new TomlText(text);
    Optional<Place> place = toml.find(path);
    place.ifPresent(found -> toml.replace(found, List.of()));
    return checked(text, toml.text(), path, null);
  }

  private static String checked(String before, String after, List<String> path, JsonNode value)
      throws IOException, UneditableException {
    ObjectNode wanted = (ObjectNode) ConfigurationFile.parse(before);
    ObjectNode got;
    try {
      got = (ObjectNode) ConfigurationFile.parse(after);
    } catch (IOException broken) {
      throw new UneditableException("it would be no TOML any more");
    }
    JsonNode now = got;
    for (String name : path) {
      now = now.path(name);
    }
    if (!Objects.equals(value, now.isMissingNode() ? null : now)) {
      throw new UneditableException("the value stands in a form that only you can change");
    }
    remove(wanted, path);
    remove(got, path);
    if (!wanted.equals(got)) {
      throw new UneditableException("other values would change with it");
    }
    return after;
  }

  /** Takes a value out, and the tables that are empty without it. */
  private static void remove(ObjectNode table, List<String> path) {
    String name = path.getFirst();
    if (path.size() == 1) {
      table.remove(name);
    } else if (table.get(name) instanceof ObjectNode inner) {
      remove(inner, path.subList(1, path.size()));
    }
    if (table.get(name) instanceof ObjectNode inner && inner.isEmpty()) {
      table.remove(name);
    }
  }

  private Optional<Place> find(List<String> path) {
    List<String> table = List.of();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      Matcher header = HEADER.matcher(line);
      if (header.matches()) {
        table = names(header.group(1));
      } else if (ARRAY_HEADER.matcher(line).matches()) {
        table = null;
      } else if (keyLength(line) > 0) {
        int end = endOfValue(i);
        List<String> key = new ArrayList<>(table == null ? List.of("[]") : table);
        key.addAll(names(line.substring(0, keyLength(line))));
        if (key.equals(path)) {
          return Optional.of(new Place(i, end));
        }
        i = end - 1;
      }
    }
    return Optional.empty();
  }

  /** Where the value that begins in a line ends: with the first line that makes it whole. */
  private int endOfValue(int first) {
    StringBuilder value = new StringBuilder();
    for (int i = first; i < lines.size(); i++) {
      value.append(lines.get(i)).append('\n');
      try {
        ConfigurationFile.parse(value.toString());
        return i + 1;
      } catch (IOException goesOn) {
        continue;
      }
    }
    return first + 1;
  }

  private void add(List<String> path, JsonNode value) {
    List<String> table = path.subList(0, path.size() - 1);
    String line = key(path.getLast()) + " = " + toml(value);
    int header = -1;
    int next = lines.size();
    for (int i = 0; i < lines.size(); i++) {
      boolean array = ARRAY_HEADER.matcher(lines.get(i)).matches();
      Matcher matcher = HEADER.matcher(lines.get(i));
      boolean plain = matcher.matches();
      if (plain || array) {
        if (header >= 0 || table.isEmpty()) {
          next = i;
          break;
        }
        if (plain && names(matcher.group(1)).equals(table)) {
          header = i;
        }
      }
    }
    if (header < 0 && !table.isEmpty()) {
      if (!lines.isEmpty() && !lines.getLast().isBlank()) {
        lines.add("");
      }
      lines.add("[" + table.stream().map(TomlText::key).collect(Collectors.joining(".")) + "]");
      lines.add(line);
      return;
    }
    int at = next;
    while (at > header + 1 && lines.get(at - 1).isBlank()) {
      at--;
    }
    lines.add(at, line);
    if (at + 1 < lines.size() && !lines.get(at + 1).isBlank()) {
      lines.add(at + 1, "");
    }
  }

  private void replace(Place place, List<String> by) {
    lines.subList(place.first(), place.end()).clear();
    lines.addAll(place.first(), by);
  }

  private String text() {
    return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
  }

  /** The length of the key before the equals sign; 0 if the line does not begin with one. */
  private static int keyLength(String line) {
    Matcher part = KEY_PART.matcher(line);
    int at = 0;
    while (part.find(at) && part.start() == at) {
      at = part.end();
      if (at < line.length() && line.charAt(at) == '.') {
        at++;
      } else {
        return at < line.length() && line.charAt(at) == '=' ? at : 0;
      }
    }
    return 0;
  }

  /** The names of a key with dots between; quotes are taken away. */
  static List<String> names(String key) {
    List<String> names = new ArrayList<>();
    Matcher part = KEY_PART.matcher(key);
    while (part.find()) {
      String name = part.group(1);
      names.add(name.matches("[\"'].*") ? name.substring(1, name.length() - 1) : name);
    }
    return names;
  }

  /** A value in one line; texts, numbers and flags are written as in JSON. */
  static String toml(JsonNode value) {
    if (value.isArray()) {
      List<String> items = new ArrayList<>();
      value.forEach(item -> items.add(toml(item)));
      return "[" + String.join(", ", items) + "]";
    }
    if (value.isObject()) {
      return value.properties().stream()
          .map(field -> key(field.getKey()) + " = " + toml(field.getValue()))
          .collect(Collectors.joining(", ", "{ ", " }"));
    }
    return Json.compact(value);
  }

  static String key(String name) {
    return name.matches("[A-Za-z0-9_-]+") ? name : Json.compact(Json.text(name));
  }
}
