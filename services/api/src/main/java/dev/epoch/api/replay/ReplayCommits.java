package dev.epoch.api.replay;

import dev.epoch.api.merge.ConflictRules;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /branches/{name}/revert} and {@code /cherry-pick}. */
@Schema(name = "ReplayCommits")
public record ReplayCommits(
    @Size(min = 1) @Schema(description = "The commit; this or commits") String commit,
    @Size(min = 1, max = 1000) @Schema(description = "Several commits, in the order to go")
        List<@Size(min = 1) String> commits,
    @Min(1)
        @Schema(
            description = "Of merge commits: number of the parent to compare with",
            defaultValue = "1")
        Integer mainline,
    @Schema(description = "THREE_WAY, OURS or THEIRS", defaultValue = "THREE_WAY") String strategy,
    @Schema(description = "Message of the commit; only for a single one") String message,
    @Schema(description = "Leave it open for its commit; only for a single one") Boolean noCommit,
    @Schema(description = "Refuse instead of leaving conflicts open; only for a single one")
        Boolean failOnConflict,
    @Pattern(regexp = "commit|refuse", message = "Should be commit or refuse")
        @Schema(
            description =
                "What becomes of uncommitted live changes of the default branch: commit them first, or refuse; the repository's setting if none is given")
        String liveChanges,
    @Schema(
            description =
                "Whether it may take away what live tables have, such as a column; else that refuses it; only for a single one")
        Boolean allowDestructive,
    @Schema(description = "Refuse if the branch stands elsewhere") String expectedHead,
    @Schema(description = "Of a revert whoever asks, else the author of the commit")
        String authorName,
    String authorEmail,
    @Valid
        @Schema(
            description =
                "What settles conflicts of it; beats what the repository says of the same table or field")
        ConflictRules rules) {}
