package dev.epoch.api.request;

import com.fasterxml.jackson.databind.JsonNode;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code PATCH /branches/{name}}. */
@Schema(name = "ChangeBranch")
public record ChangeBranch(
    @Schema(description = "The new name") String name,
    @Schema(description = "Reserved: rules for the branch") JsonNode protection) {}
