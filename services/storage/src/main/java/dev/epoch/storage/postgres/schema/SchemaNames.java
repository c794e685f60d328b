package dev.epoch.storage.postgres.schema;

import dev.epoch.model.schema.object.ObjectName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What schemas are to be called, as names and inside of definitions: every {@code schema.} that a
 * definition has, quoted or not.
 */
final class SchemaNames {
  private record Renaming(Pattern qualifier, String replacement) {}

  private final Map<String, String> names;
  private final List<Renaming> renamings = new ArrayList<>();

  /**
   * @param names of schemas, each with the one that it is to be called by
   */
  SchemaNames(Map<String, String> names) {
    this.names = Map.copyOf(names);
    names.forEach((name, canonical) -> {
      if (!name.equals(canonical)) {
        Pattern qualifier =
            Pattern.compile(
                "(?<![\\w$\".])(?:"
                    + Pattern.quote(name)
                    + '|'
                    + Pattern.quote(SqlName.quotedAlways(name))
                    + ")(?=\\s*\\.)");
        renamings.add(new Renaming(qualifier, Matcher.quoteReplacement(SqlName.quoted(canonical))));
      }
    });
  }

  String schema(String name) {
    return names.getOrDefault(name, name);
  }

  ObjectName name(String schema, String name) {
    return new ObjectName(schema(schema), text(name));
  }

  /** A definition, null for null. */
  String text(String definition) {
    if (definition == null) {
      return null;
    }
    String text = definition;
    for (Renaming renaming : renamings) {
      text = renaming.qualifier().matcher(text).replaceAll(renaming.replacement());
    }
    return text;
  }
}
