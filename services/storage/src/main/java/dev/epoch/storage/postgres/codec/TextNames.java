package dev.epoch.storage.postgres.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces names in texts that PostgreSQL prints: definitions, expressions, names of types. A name
 * that is a part of a longer one stays, and so does one behind a point, which is in another schema.
 *
 * <pre>
 *   type mood -> public.mood     'a'::mood[]  'a'::moody  x.mood  "mood"
 *                                     ^^^^ replaced, and no other
 *   schema a -> b                a.t  "a".t  x.a.t  ab.t
 *                                ^    ^ replaced, and no other
 * </pre>
 */
public final class TextNames {
  /** What replaces nothing. */
  public static final TextNames NONE = new TextNames(List.of());

  private static final String BEGIN = "(?<![\\w$\".])";

  private record Replacement(Pattern name, String by) {}

  private final List<Replacement> replacements;

  private TextNames(List<Replacement> replacements) {
    this.replacements = List.copyOf(replacements);
  }

  /**
   * With one more name.
   *
   * @param name as texts have it: quoted where it needs to be, with its schema if it has one
   * @param by what takes its place
   */
  public TextNames and(String name, String by) {
    return with(Pattern.compile(BEGIN + Pattern.quote(name) + "(?![\\w$\"])"), by);
  }

  /**
   * With one more schema, where something of it is named.
   *
   * @param spellings of its name that texts may have, quoted and not
   */
  public TextNames andSchema(List<String> spellings, String by) {
    List<String> quoted = spellings.stream().map(Pattern::quote).toList();
    return with(Pattern.compile(BEGIN + "(?:" + String.join("|", quoted) + ")(?=\\s*\\.)"), by);
  }

  private TextNames with(Pattern name, String by) {
    List<Replacement> more = new ArrayList<>(replacements);
    more.add(new Replacement(name, Matcher.quoteReplacement(by)));
    return new TextNames(more);
  }

  public boolean isEmpty() {
    return replacements.isEmpty();
  }

  /** The text with the names replaced, one after the other; null for null. */
  public String in(String text) {
    String result = text;
    if (result != null) {
      for (Replacement replacement : replacements) {
        result = replacement.name().matcher(result).replaceAll(replacement.by());
      }
    }
    return result;
  }
}
