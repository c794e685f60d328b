package dev.epoch.api.merge;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /branches/merge}. */
@Schema(name = "MergeBranch")
public record MergeBranch(
    @NotNull @Size(min = 1) @Schema(description = "Branch or commit to merge from") String source,
    @Schema(description = "Branch to merge into; the current one if none is given") String target,
    @Schema(description = "THREE_WAY, FAST_FORWARD, OURS or THEIRS", defaultValue = "THREE_WAY")
        String strategy,
    @Schema(description = "Message of the merge commit") String message,
    @Schema(description = "Leave the merge open for its commit") Boolean noCommit,
    @Schema(description = "Change nothing, only tell what would happen") Boolean dryRun,
    @Schema(description = "Refuse instead of leaving conflicts open") Boolean failOnConflict,
    @Schema(description = "Accepted: all branches of a repository have a common root")
        Boolean allowUnrelated,
    @Pattern(regexp = "commit|refuse", message = "Should be commit or refuse")
        @Schema(
            description =
                "What becomes of uncommitted live changes of the default branch: commit them first, or refuse; the repository's setting if none is given")
        String liveChanges,
    @Schema(
            description =
                "Whether it brings what was tried elsewhere to where it is used: checks and hooks of promotions are asked too, and conflicts refuse it")
        Boolean promotion,
    @Schema(
            description =
                "Whether it may take away what live tables have, such as a column; else that refuses it")
        Boolean allowDestructive,
    @Schema(
            description =
                "Decide conflicts as the same ones were decided before; if that decides all, the merge is made")
        Boolean learnt,
    @Schema(description = "Refuse if the target stands elsewhere") String expectedHead,
    @Schema(description = "Whoever asks if none is given") String authorName,
    String authorEmail,
    @Valid
        @Schema(
            description =
                "What settles conflicts of this merge; beats what the repository says of the same table or field")
        ConflictRules rules) {}
