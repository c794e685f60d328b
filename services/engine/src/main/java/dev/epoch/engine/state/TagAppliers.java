package dev.epoch.engine.state;

import dev.epoch.events.event.TagCreatedV1;
import dev.epoch.events.event.TagDeletedV1;

final class TagAppliers {
  private TagAppliers() {}

  static RepositoryState created(RepositoryState state, TagCreatedV1 event, Occurrence at) {
    TagState tag =
        new TagState(event.name(), event.commit(), event.message(), at.actor(), at.time());
    return state.withTags(state.tags().with(tag));
  }

  static RepositoryState deleted(RepositoryState state, TagDeletedV1 event) {
    return state.withTags(state.tags().without(event.name()));
  }
}
