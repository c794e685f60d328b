package dev.epoch.storage.postgres.catalog;

import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.storage.postgres.codec.Quote;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A type that {@code ALTER TYPE} has changed since a state: all values in the database, also those
 * of the past, print otherwise by now. What they were is told from the labels of an enum, which keep
 * their order, and from the attributes of a composite, which come behind those that there are.
 */
sealed interface AlteredType {

  /** The text that a value had, by an expression for the value that is there. */
  String former(String value);

  /** What is there, as a text, by an expression for the text that it had. */
  String now(String text);

  /**
   * How to read values of a type that a state has.
   *
   * @param gone whether attributes of the type, a composite, were dropped
   * @return empty where they print as they did
   */
  static Optional<AlteredType> of(DataType wanted, DataType now, boolean gone) {
    DataType was = wanted.base();
    DataType is = now.base();
    if (was.equals(is) || !was.name().equals(is.name()) || was.kind() != is.kind()) {
      return Optional.empty();
    }
    return switch (was.kind()) {
      case ENUM -> labels(was, is, false);
      case COMPOSITE -> attributes(was, is, gone);
      case ARRAY -> {
        DataType element = was.element().base();
        DataType elementNow = is.element().base();
        yield element.kind() == Kind.ENUM && elementNow.kind() == Kind.ENUM
            ? labels(element, elementNow, true)
            : of(element, elementNow, gone).map(_ -> new Lost());
      }
      default -> Optional.empty();
    };
  }

  private static Optional<AlteredType> labels(DataType was, DataType now, boolean array) {
    return labels(was.labels(), now.labels())
        .<Optional<AlteredType>>map(
            names -> names.isEmpty() ? Optional.empty() : Optional.of(new Relabelled(names, array)))
        .orElseGet(() -> Optional.of(new Lost()));
  }

  /**
   * Which label of now stands for one of then, of those that are called otherwise. Labels come
   * between others and are renamed; none goes, and none moves.
   *
   * @return empty if that cannot be told
   */
  static Optional<Map<String, String>> labels(List<String> was, List<String> now) {
    if (isWithin(was, now)) {
      return Optional.of(Map.of());
    }
    Map<String, String> names = new LinkedHashMap<>();
    if (was.size() == now.size()) {
      for (int i = 0; i < was.size(); i++) {
        if (!was.get(i).equals(now.get(i))) {
          names.put(now.get(i), was.get(i));
        }
      }
      return Optional.of(names);
    }
    int next = 0;
    List<String> unknown = new ArrayList<>();
    for (int i = 0; i <= was.size(); i++) {
      int same = i == was.size() ? now.size() : now.indexOf(was.get(i));
      if (same < 0) {
        unknown.add(was.get(i));
        continue;
      }
      if (same < next || !unknown.isEmpty() && unknown.size() != same - next) {
        return Optional.empty();
      }
      for (int k = 0; k < unknown.size(); k++) {
        names.put(now.get(next + k), unknown.get(k));
      }
      unknown.clear();
      next = same + 1;
    }
    return Optional.of(names);
  }

  private static boolean isWithin(List<String> was, List<String> now) {
    int found = 0;
    for (String label : now) {
      if (found < was.size() && was.get(found).equals(label)) {
        found++;
      }
    }
    return found == was.size();
  }

  private static Optional<AlteredType> attributes(DataType was, DataType now, boolean gone) {
    List<DataType.Field> fields = now.fields();
    boolean prefix = !gone && fields.size() >= was.fields().size();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < was.fields().size(); i++) {
      DataType.Field field = was.fields().get(i);
      Optional<DataType.Field> found =
          prefix
              ? Optional.of(fields.get(i))
              : fields.stream()
                  .filter(candidate -> candidate.name().equals(field.name()))
                  .findFirst();
      if (found.filter(same -> same.type().equals(field.type())).isEmpty()) {
        return Optional.of(new Lost());
      }
      names.add(found.get().name());
    }
    return names.equals(fields.stream().map(DataType.Field::name).toList())
        ? Optional.empty()
        : Optional.of(new Widened(names, was.name()));
  }

  /**
   * An enum, or an array of one.
   *
   * @param names of then, by those of now
   */
  record Relabelled(Map<String, String> names, boolean array) implements AlteredType {
    @Override
    public String former(String value) {
      return array ? each(value + "::text[]", names) + "::text" : one(value + "::text", names);
    }

    @Override
    public String now(String text) {
      Map<String, String> back =
          names.entrySet().stream()
              .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
      return array ? each(text + "::text[]", back) + "::text" : one(text, back);
    }

    private static String one(String text, Map<String, String> names) {
      return "CASE %s %s ELSE %s END"
          .formatted(
              text,
              names.entrySet().stream()
                  .map(name ->
                      "WHEN %s THEN %s"
                          .formatted(Quote.literal(name.getKey()), Quote.literal(name.getValue())))
                  .collect(Collectors.joining(" ")),
              text);
    }

    /** In two steps: names may change places. No label is longer than 63 bytes. */
    private static String each(String texts, Map<String, String> names) {
      String replaced = texts;
      for (String name : names.keySet()) {
        replaced = replace(replaced, name, aside(name));
      }
      for (Map.Entry<String, String> name : names.entrySet()) {
        replaced = replace(replaced, aside(name.getKey()), name.getValue());
      }
      return replaced;
    }

    private static String aside(String name) {
      return name + " ".repeat(64);
    }

    private static String replace(String texts, String from, String to) {
      return "array_replace(%s, %s::text, %s::text)"
          .formatted(texts, Quote.literal(from), Quote.literal(to));
    }
  }

  /**
   * A composite that has attributes which it had not.
   *
   * @param names of the attributes of then, as they are called now
   */
  record Widened(List<String> names, String type) implements AlteredType {
    @Override
    public String former(String value) {
      return "CASE WHEN %s IS DISTINCT FROM NULL THEN ROW(%s)::text END"
          .formatted(
              value,
              names.stream()
                  .map(name -> "(" + value + ")." + Quote.identifier(name))
                  .collect(Collectors.joining(", ")));
    }

    @Override
    public String now(String text) {
      return text;
    }
  }

  /** Nobody can tell what values were. */
  record Lost() implements AlteredType {
    @Override
    public String former(String value) {
      return "NULL::text";
    }

    @Override
    public String now(String text) {
      return text;
    }
  }
}
