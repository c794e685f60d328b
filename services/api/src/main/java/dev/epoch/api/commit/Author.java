package dev.epoch.api.commit;

import dev.epoch.events.Actor;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Whose name a commit bears. */
@ApplicationScoped
public class Author {
  private final Optional<String> name;
  private final Optional<String> email;

  Author(
      @ConfigProperty(name = "epoch.author.name") Optional<String> name,
      @ConfigProperty(name = "epoch.author.email") Optional<String> email) {
    this.name = name;
    this.email = email;
  }

  /** The one that the request names, else whoever asks, else the configured one. */
  public Actor of(Actor actor, String givenName, String givenEmail) {
    return new Actor(
        actor.id(),
        first(givenName, actor.name(), name.orElse("")),
        first(givenEmail, actor.email(), email.orElse("")));
  }

  private static String first(String... candidates) {
    return Stream.of(candidates)
        .filter(candidate -> candidate != null && !candidate.isBlank())
        .findFirst()
        .orElse("");
  }
}
