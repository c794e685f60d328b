package dev.epoch.api.request;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /branches}. */
@Schema(name = "CreateBranch")
public record CreateBranch(
    @NotNull @Size(min = 1) @Schema(examples = "feature/add-preferences") String name,
    @Schema(description = "Branch, tag or commit to start from", defaultValue = "HEAD")
        String startPoint,
    @Schema(description = "Whether it becomes the current branch", defaultValue = "true")
        Boolean checkout,
    @Schema(description = "Reserved: branches that expire") String ttl) {}
