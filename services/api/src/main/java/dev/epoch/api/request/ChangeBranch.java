package dev.epoch.api.request;

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
        JsonNode protection) {}
