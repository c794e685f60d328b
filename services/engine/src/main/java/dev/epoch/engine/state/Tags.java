package dev.epoch.engine.state;

import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * Tags.
 *
 * @param byName all that exist
 */
public record Tags(PMap<String, TagState> byName) {
  public static final Tags NONE = new Tags(HashTreePMap.empty());

  /** The tag of this name; none for null. */
  public Optional<TagState> named(String name) {
    return Optional.ofNullable(name).map(byName::get);
  }

  Tags with(TagState tag) {
    return new Tags(byName.plus(tag.name(), tag));
  }

  Tags without(String name) {
    return new Tags(byName.minus(name));
  }
}
