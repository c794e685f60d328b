package dev.epoch.api.request;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /branches/{name}/reset}. */
@Schema(name = "ResetBranch")
public record ResetBranch(
    @NotNull @Size(min = 1) @Schema(description = "Branch, tag or commit to move to") String target,
    @NotNull
        @Pattern(regexp = "hard", message = "Should be hard: rows move with the branch")
        @Schema(description = "hard: the rows move, too; uncommitted changes are put away first")
        String mode,
    @Schema(description = "Refuse if the branch stands elsewhere") String expectedHead) {}
