package dev.epoch.api.request;

import dev.epoch.model.access.Verb;

/** What an operation of the API needs of whoever asks for it. */
public sealed interface Need {
  /** Whoever is let in. */
  record Nothing() implements Need {}

  /** The verb in the repository that the request is about. */
  record InRepository(Verb verb) implements Need {}

  /** The verb at the server, which belongs to no repository. */
  record AtServer(Verb verb) implements Need {}
}
