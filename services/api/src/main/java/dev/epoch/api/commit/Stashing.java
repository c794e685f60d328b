package dev.epoch.api.commit;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /stashes}, and of {@code /stashes/{number}/pop} and {@code /apply}. */
@Schema(name = "Stashing")
public record Stashing(
    @Schema(description = "The current one if none is given") String branch,
    @Schema(description = "What the changes are about; only of POST /stashes") String message) {}
