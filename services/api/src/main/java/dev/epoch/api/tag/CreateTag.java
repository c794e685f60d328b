package dev.epoch.api.tag;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /tags}. */
@Schema(name = "CreateTag")
public record CreateTag(
    @NotNull @Size(min = 1) @Schema(examples = "v1.0.0") String name,
    @Schema(description = "The commit to name: any ref", defaultValue = "HEAD") String target,
    @Size(max = 65_536) @Schema(examples = "Release 1.0.0") String message,
    @Schema(
            description = "Whether a tag of this name may be taken from another commit",
            defaultValue = "false")
        Boolean force) {}
