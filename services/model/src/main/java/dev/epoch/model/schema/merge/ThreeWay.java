package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.object.ObjectId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Three-way merges of values, sets and parts by key, within one object.
 *
 * <pre>
 *   ours = theirs -> that      ours = base -> theirs      theirs = base -> ours      else a conflict
 * </pre>
 *
 * Null is "not there", or no value.
 */
final class ThreeWay {
  private final ObjectId object;
  private final Decisions decisions;

  ThreeWay(ObjectId object, Decisions decisions) {
    this.object = object;
    this.decisions = decisions;
  }

  /** Where a value stands. */
  record Place(SchemaConflict.Part part, String name, String fact) {
    static final Place OBJECT = new Place(SchemaConflict.Part.OBJECT, "", "");

    Place of(String factOfIt) {
      return new Place(part, name, factOfIt);
    }
  }

  /** A part of which both sides have a different version, and the base has another, or none. */
  @FunctionalInterface
  interface Both<T> {
    T merge(T base, T ours, T theirs);
  }

  /** A value that is taken whole. */
  <T> T value(Place place, T base, T ours, T theirs) {
    return value(
        SchemaConflictType.SCHEMA_SCHEMA, place, base, ours, theirs, _ -> Optional.empty());
  }

  /** A text that a decision may give anew. */
  String text(Place place, String base, String ours, String theirs) {
    return value(SchemaConflictType.SCHEMA_SCHEMA, place, base, ours, theirs, Optional::of);
  }

  /** The name of a type. */
  String type(Place place, String base, String ours, String theirs) {
    return value(SchemaConflictType.TYPE_MISMATCH, place, base, ours, theirs, Optional::of);
  }

  <T> T value(
      SchemaConflictType type,
      Place place,
      T base,
      T ours,
      T theirs,
      Function<String, Optional<T>> custom) {
    if (Objects.equals(ours, theirs) || Objects.equals(theirs, base)) {
      return ours;
    }
    return Objects.equals(ours, base)
        ? theirs
        : conflict(type, place, base, ours, theirs, Optional::empty, custom);
  }

  /** A part that may be absent; {@code both} merges what both sides have in different versions. */
  <T> T part(Place place, T base, T ours, T theirs, Both<T> both) {
    if (Objects.equals(ours, theirs) || Objects.equals(theirs, base)) {
      return ours;
    }
    if (Objects.equals(ours, base)) {
      return theirs;
    }
    return ours == null || theirs == null
        ? conflict(
            SchemaConflictType.DELETE_MODIFY,
            place,
            base,
            ours,
            theirs,
            Optional::empty,
            _ -> Optional.empty())
        : both.merge(base, ours, theirs);
  }

  <T> T conflict(
      SchemaConflictType type,
      Place place,
      T base,
      T ours,
      T theirs,
      Supplier<Optional<T>> union,
      Function<String, Optional<T>> custom) {
    return decisions.decide(
        new SchemaConflict(
            type,
            object,
            place.part(),
            place.name(),
            place.fact(),
            PartText.of(base),
            PartText.of(ours),
            PartText.of(theirs)),
        ours,
        theirs,
        union,
        custom);
  }

  /** Parts by their key: in the order of ours, what only theirs has behind. */
  <T> List<T> parts(
      Collection<T> base,
      Collection<T> ours,
      Collection<T> theirs,
      Function<T, String> key,
      Function<T, Place> place,
      Function<Place, Both<T>> both) {
    Map<String, T> before = byKey(base, key);
    Map<String, T> left = byKey(ours, key);
    Map<String, T> right = byKey(theirs, key);
    Set<String> keys = new LinkedHashSet<>(left.keySet());
    keys.addAll(right.keySet());
    List<T> merged = new ArrayList<>();
    for (String name : keys) {
      T former = before.get(name);
      T one = left.get(name);
      T other = right.get(name);
      Place at = place.apply(former != null ? former : one != null ? one : other);
      T part = part(at, former, one, other, both.apply(at));
      if (part != null) {
        merged.add(part);
      }
    }
    return merged;
  }

  static <T> Map<String, T> byKey(Collection<T> parts, Function<T, String> key) {
    Map<String, T> map = new LinkedHashMap<>();
    parts.forEach(part -> map.put(key.apply(part), part));
    return map;
  }

  /** Elements that both sides have, or one has brought; in the order of ours, then theirs. */
  static <T> Set<T> set(Collection<T> base, Collection<T> ours, Collection<T> theirs) {
    Set<T> all = new LinkedHashSet<>(ours);
    all.addAll(theirs);
    all.removeIf(
        element -> ours.contains(element) != theirs.contains(element) && base.contains(element));
    return all;
  }

  /** Values by name; null for a name that is not there. */
  Map<String, String> map(
      Place place, Map<String, String> base, Map<String, String> ours, Map<String, String> theirs) {
    Set<String> names = new LinkedHashSet<>(ours.keySet());
    names.addAll(theirs.keySet());
    Map<String, String> merged = new LinkedHashMap<>();
    for (String name : names) {
      String value = text(place.of(name), base.get(name), ours.get(name), theirs.get(name));
      if (value != null) {
        merged.put(name, value);
      }
    }
    return merged;
  }
}
