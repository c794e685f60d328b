package dev.epoch.api.copy;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /tables/{table}/merge}. */
@Schema(name = "MergeTable")
public record MergeTable(
    @NotNull
        @Size(min = 1)
        @Schema(
            description = "Table whose changes are brought: the origin or a copy of this one",
            examples = "users")
        String source,
    @Schema(description = "Commit up to which: HEAD if none is given", examples = "feature/x")
        String ref,
    @Schema(
            description =
                "Branch whose uncommitted changes they become; the current one if none is given")
        String branch,
    @Pattern(regexp = "ours|theirs", message = "should be ours or theirs")
        @Schema(
            description = "What settles conflicts: ours is the table in the path",
            examples = "theirs")
        String strategy,
    @Schema(description = "Only tell what would be done") Boolean dryRun) {}
