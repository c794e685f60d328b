package dev.epoch.api.branch;

import com.fasterxml.jackson.databind.JsonNode;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code PATCH /branches/{name}}. */
@Schema(name = "ChangeBranch")
public record ChangeBranch(
    @Schema(description = "The new name") String name,
    @Schema(
            implementation = Object.class,
            description =
                "How branches of this name, or pattern of names, are protected: require_review, approvals, dismiss_stale, no_force_push, mergers, committers, conflict_strategy; null or {} ends it")
        JsonNode protection,
    @Schema(
            description =
                "Lets it expire after this time, counted from now: 90m, 12h, 7d or as in ISO 8601; an empty text: never")
        String ttl,
    @Schema(description = "With ttl: whether it goes with work that is nowhere else")
        Boolean expireWork) {}
