package dev.epoch.api.commit;

import dev.epoch.api.request.ApiRequest;
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

  /**
   * The one that the body or the headers name, else whoever asks, else the configured one. As in
   * git, nobody checks that name; the id is that of whoever asks.
   */
  public Actor of(ApiRequest request, String givenName, String givenEmail) {
    Actor actor = request.actor();
    return new Actor(
        actor.id(),
        first(givenName, request.calledName(), actor.name(), name.orElse("")),
        first(givenEmail, request.calledEmail(), actor.email(), email.orElse("")));
  }

  private static String first(String... candidates) {
    return Stream.of(candidates)
        .filter(candidate -> candidate != null && !candidate.isBlank())
        .findFirst()
        .orElse("");
  }
}
