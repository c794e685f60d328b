package dev.epoch.storage.objects;

import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.location.FileRoots;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What a server allows the stores that clients of its API name.
 *
 * @param addresses hosts that an endpoint may have
 * @param files folders in which files may be named: a store's own, or one with a key
 * @param environment values of environment variables, null for those that are not set
 */
public record Surroundings(
    AddressRules addresses, FileRoots files, UnaryOperator<String> environment) {

  /** All addresses and files, and the variables of this process. */
  public static final Surroundings ANYTHING =
      new Surroundings(AddressRules.ANYTHING, FileRoots.of(true, List.of()), System::getenv);

  /** An environment variable, if it is set and not empty. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(environment.apply(name)).filter(value -> !value.isEmpty());
  }
}
