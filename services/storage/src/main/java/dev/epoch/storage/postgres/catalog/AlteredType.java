package dev.epoch.storage.postgres.catalog;

import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.storage.postgres.codec.Quote;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A type that {@code ALTER TYPE} has changed since a state: all values in the database, also those
 * of the past, print otherwise by now. What they were is told from the labels of an enum, which
 * keep their order, and from the attributes of a composite, which come behind those that there are.
 */
public sealed interface AlteredType {

  /** The text that a value had, by an expression for the value that is there. */
  String former(String value);

  /** What is there, as a text, by an expression for the text that it had. */
  String now(String text);

  /**
   * What the database tells of the types of a table's columns, beside what schemas have.
   *
   * @param narrowed names of composites that have lost attributes
   * @param labels of enums, by their names, in their order
   */
  record Facts(Set<String> narrowed, Map<String, List<Label>> labels) {
    static final Facts NONE = new Facts(Set.of(), Map.of());
  }

  /**
   * A label of an enum.
   *
   * @param number the older one has the lower
   * @param names that it has been seen with
   */
  record Label(String name, long number, Set<String> names) {}

  /**
   * How to read values of a type that a state has.
   *
   * @return empty where they print as they did
   */
  static Optional<AlteredType> of(DataType wanted, DataType now, Facts facts) {
    DataType was = wanted.base();
    DataType is = now.base();
    if (was.equals(is) || !was.name().equals(is.name()) || was.kind() != is.kind()) {
      return Optional.empty();
    }
    return switch (was.kind()) {
      case ENUM -> labels(was, is, facts, false);
      case COMPOSITE -> attributes(was, is, facts.narrowed().contains(is.name()));
      case ARRAY -> {
        DataType element = was.element().base();
        DataType elementNow = is.element().base();
        yield element.kind() == Kind.ENUM && elementNow.kind() == Kind.ENUM
            ? labels(element, elementNow, facts, true)
            : of(element, elementNow, facts).map(_ -> new Lost());
      }
      default -> Optional.empty();
    };
  }

  private static Optional<AlteredType> labels(
      DataType was, DataType now, Facts facts, boolean array) {
    return labels(was.labels(), facts.labels().getOrDefault(now.name(), List.of()))
        .<Optional<AlteredType>>map(
            names -> names.isEmpty() ? Optional.empty() : Optional.of(new Relabelled(names, array)))
        .orElseGet(() -> Optional.of(new Lost()));
  }

  /**
   * Which label of now stands for one of then, of those that are called otherwise: labels come
   * between others and are renamed, none goes, and none moves. So those of then are the oldest
   * ones. Where these were never seen with the names of then, it is another type, which has what
   * texts say.
   *
   * @return empty if that cannot be told
   */
  static Optional<Map<String, String>> labels(List<String> was, List<Label> now) {
    Set<Label> oldest =
        now.stream()
            .sorted(Comparator.comparingLong(Label::number))
            .limit(was.size())
            .collect(Collectors.toSet());
    List<Label> same = now.stream().filter(oldest::contains).toList();
    Map<String, String> names = new LinkedHashMap<>();
    boolean seen = same.size() == was.size();
    for (int i = 0; i < was.size() && seen; i++) {
      seen = same.get(i).names().contains(was.get(i));
      if (!same.get(i).name().equals(was.get(i))) {
        names.put(same.get(i).name(), was.get(i));
      }
    }
    if (seen) {
      return Optional.of(names);
    }
    return now.stream().map(Label::name).collect(Collectors.toSet()).containsAll(was)
        ? Optional.of(Map.of())
        : Optional.empty();
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
