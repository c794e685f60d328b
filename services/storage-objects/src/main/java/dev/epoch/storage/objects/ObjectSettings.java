package dev.epoch.storage.objects;

import dev.epoch.storage.error.BadLocationException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Settings of a store, which remember what was asked for: a setting that nothing reads is refused
 * by {@link #refuseOthers}.
 */
public final class ObjectSettings {
  private final String kind;
  private final Map<String, String> given;
  private final TreeSet<String> names = new TreeSet<>();
  private final TreeSet<String> read = new TreeSet<>();

  /**
   * @param kind what the store is called in messages, "S3"
   * @param given settings by name; empty values count as not given
   */
  public ObjectSettings(String kind, Map<String, String> given) {
    this.kind = kind;
    this.given = new HashMap<>(given);
    this.given.values().removeIf(value -> value == null || value.isBlank());
  }

  /**
   * A setting, under one of its names.
   *
   * @throws BadLocationException if several are given, and differ
   */
  public Optional<String> text(String name, String... aliases) {
    names.add(name);
    read.add(name);
    read.addAll(List.of(aliases));
    Optional<String> found = Optional.ofNullable(given.get(name));
    for (String alias : aliases) {
      String other = given.get(alias);
      if (other != null && found.isPresent() && !found.get().equals(other)) {
        throw new BadLocationException(
            "%s and %s are the same setting, and differ".formatted(name, alias),
            "Give one of them");
      }
      found = found.or(() -> Optional.ofNullable(other));
    }
    return found;
  }

  /** A setting that must be given. */
  public String required(String name, String... aliases) {
    return text(name, aliases)
        .orElseThrow(() ->
            new BadLocationException(
                "The %s storage has no %s".formatted(kind, name), "Give it: --" + name));
  }

  /** A switch, which is off if it is not given. */
  public boolean flag(String name, String... aliases) {
    String text = text(name, aliases).orElse("false");
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "on", "1" -> true;
      case "false", "off", "0" -> false;
      default ->
          throw new BadLocationException(
              "%s must be true or false, and is %s".formatted(name, text), null);
    };
  }

  /** A list, whose parts are separated by commas. */
  public List<String> list(String name) {
    return text(name).stream()
        .flatMap(text -> Arrays.stream(text.split(",")))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .toList();
  }

  /**
   * Refuses a setting that is known and has no effect here.
   *
   * @param why ends the sentence "... is not supported: "
   */
  public void refuse(String name, String why, String remedy) {
    if (given.containsKey(name)) {
      throw new BadLocationException(
          "%s of %s storages is not supported: %s".formatted(name, kind, why), remedy);
    }
  }

  /**
   * Refuses what nothing has asked for.
   *
   * @throws BadLocationException with the name, and those that there are
   */
  public void refuseOthers() {
    for (String name : new TreeSet<>(given.keySet())) {
      if (!read.contains(name)) {
        throw new BadLocationException(
            "%s storages have no setting '%s'".formatted(kind, name),
            "Settings are " + String.join(", ", names));
      }
    }
  }

  /** Shows no value: secrets are among them. */
  @Override
  public String toString() {
    return "ObjectSettings" + new TreeSet<>(given.keySet());
  }
}
