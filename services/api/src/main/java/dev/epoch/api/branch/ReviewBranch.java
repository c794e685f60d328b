package dev.epoch.api.branch;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /branches/{name}/reviews}. */
@Schema(name = "ReviewBranch")
public record ReviewBranch(
    @Size(min = 1)
        @Schema(description = "That was looked at; refused if the branch stands elsewhere by now")
        String commit,
    @NotNull
        @Pattern(regexp = "approve|reject", message = "Should be approve or reject")
        @Schema(description = "approve, or reject, which asks for changes")
        String verdict,
    @Size(max = 10_000) @Schema(description = "For people") String comment) {}
