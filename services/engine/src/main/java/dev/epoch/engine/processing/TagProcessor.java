package dev.epoch.engine.processing;

import dev.epoch.engine.Decision;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.TagState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.CreateTagV1;
import dev.epoch.events.command.DeleteTagV1;
import dev.epoch.events.event.TagCreatedV1;
import dev.epoch.events.event.TagDeletedV1;
import dev.epoch.model.ref.BranchName;
import dev.epoch.model.ref.InvalidNameException;
import java.util.Map;
import java.util.Optional;

/** Tags: create, delete. A branch and a tag never have the same name. */
public final class TagProcessor {
  private TagProcessor() {}

  public static Decision create(RepositoryState state, CreateTagV1 command) {
    String name = command.name();
    try {
      new BranchName(name);
    } catch (InvalidNameException e) {
      return Decision.reject(
          Code.INVALID_NAME, new InvalidNameException("tag", name, e.reason()).getMessage());
    }
    if (state.branch(name).isPresent()) {
      return alreadyExists("A branch is called '" + name + "'", name, "Choose another name");
    }
    Optional<TagState> former = state.tags().named(name);
    if (former.isPresent() && !command.force()) {
      return alreadyExists(
          "Tag '" + name + "' already exists", name, "Choose another name, or move it by force");
    }
    if (!state.commits().contains(command.commit())) {
      return Refusals.commitNotFound(command.commit());
    }
    if (state.commits().firstParent(command.commit()) == null) {
      return Decision.reject(
          Code.COMMIT_NOT_FOUND, "There is no commit to tag yet", "epoch commit first");
    }
    return Decision.accept(
        new TagCreatedV1(
            name,
            command.commit(),
            command.target(),
            command.message(),
            former.map(TagState::commit).orElse(null)));
  }

  public static Decision delete(RepositoryState state, DeleteTagV1 command) {
    return state
        .tags()
        .named(command.name())
        .map(tag -> Decision.accept(new TagDeletedV1(tag.name(), tag.commit())))
        .orElseGet(() ->
            Decision.reject(
                new Rejection(
                    Code.TAG_NOT_FOUND,
                    "Tag '" + command.name() + "' not found",
                    Map.of("tag", String.valueOf(command.name())))));
  }

  private static Decision alreadyExists(String message, String tag, String remedy) {
    return Decision.reject(
        new Rejection(Code.TAG_ALREADY_EXISTS, message, Map.of("tag", tag, "remedy", remedy)));
  }
}
