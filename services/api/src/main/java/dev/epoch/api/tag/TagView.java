package dev.epoch.api.tag;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.TagState;
import dev.epoch.events.Actor;
import dev.epoch.gateway.stream.StepResult;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A tag. */
@Schema(name = "Tag")
public record TagView(
    String name,
    @Schema(description = "The commit that it names") String commitId,
    @Schema(description = "Null without one") String message,
    String authorName,
    String authorEmail,
    Instant createdAt) {

  public static TagView of(TagState tag) {
    return new TagView(
        tag.name(),
        tag.commit(),
        tag.message(),
        tag.author().name(),
        tag.author().email(),
        tag.createdAt());
  }

  /** A tag as it was created, also where the answer is given once more and it is gone or moved. */
  public static TagView created(StepResult created, CreatedTag asked) {
    RepositoryState state = created.state();
    Optional<TagState> now = state.tags().named(asked.name());
    if (created.former().isEmpty()) {
      return of(now.orElseThrow());
    }
    String commit = created.formerFacts().get("commit");
    return now.filter(tag -> tag.commit().equals(commit))
        .map(TagView::of)
        .orElseGet(() ->
            new TagView(
                asked.name(),
                commit,
                asked.message(),
                asked.author().name(),
                asked.author().email(),
                null));
  }

  /** What a request wanted. */
  public record CreatedTag(String name, String message, Actor author) {}

  /** All tags, by name. */
  @Schema(name = "Tags")
  public record Listing(List<TagView> tags) {}
}
