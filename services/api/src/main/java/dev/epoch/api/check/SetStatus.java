package dev.epoch.api.check;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /commits/{ref}/statuses}. */
@Schema(name = "SetStatus")
public record SetStatus(
    @NotNull
        @Size(min = 1, max = 200)
        @Schema(
            description = "Who says it, and about what: the latest of a context counts",
            examples = "ci/tests")
        String context,
    @NotNull @Schema(description = "pending, success or failure") String state,
    @Size(max = 2_000) @Schema(description = "For people") String description,
    @Size(max = 2_000) @Schema(description = "Where there is more") String targetUrl) {}
