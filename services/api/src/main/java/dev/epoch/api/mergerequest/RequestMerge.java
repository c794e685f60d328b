package dev.epoch.api.mergerequest;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /merge-requests}. */
@Schema(name = "RequestMerge")
public record RequestMerge(
    @NotNull @Size(min = 1) @Schema(description = "Branch to merge; its head alone is meant")
        String source,
    @Schema(description = "Branch to merge into; the current one if none is given") String target,
    @Schema(description = "Message of the merge commit") String message,
    @Schema(description = "Whoever asks if none is given") String authorName,
    String authorEmail) {}
