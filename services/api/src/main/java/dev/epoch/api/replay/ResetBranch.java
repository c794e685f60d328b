package dev.epoch.api.replay;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /branches/{name}/reset}. */
@Schema(name = "ResetBranch")
public record ResetBranch(
    @NotNull @Size(min = 1) @Schema(description = "Branch, tag or commit to move to") String target,
    @NotNull
        @Pattern(regexp = "hard|soft", message = "Should be hard or soft")
        @Schema(
            description =
                "hard: the rows move, too; uncommitted changes are put away first. soft, not on the default branch: the rows stay, as uncommitted changes, and what was committed since is staged")
        String mode,
    @Schema(description = "Refuse if the branch stands elsewhere") String expectedHead) {}
