package dev.epoch.api.replay;

import dev.epoch.api.merge.ConflictRules;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /branches/{name}/rebase}. */
@Schema(name = "RebaseBranch")
public record RebaseBranch(
    @NotNull
        @Size(min = 1)
        @Schema(description = "Branch, tag or commit that the branch's commits go onto")
        String onto,
    @Schema(description = "THREE_WAY, OURS or THEIRS", defaultValue = "THREE_WAY") String strategy,
    @Schema(description = "Refuse if the branch stands elsewhere") String expectedHead,
    @Valid
        @Schema(
            description =
                "What settles conflicts of it; beats what the repository says of the same table or field")
        ConflictRules rules) {}
