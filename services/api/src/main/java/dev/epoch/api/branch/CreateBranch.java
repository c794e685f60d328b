package dev.epoch.api.branch;

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
    @Schema(
            description =
                "After this time it expires, and is deleted some grace later: 90m, 12h, 7d or as in ISO 8601; never the default branch, nor one that is protected",
            examples = "7d")
        String ttl,
    @Schema(
            description =
                "Whether it goes with work that is nowhere else; else it stays as long as it has some",
            defaultValue = "false")
        Boolean expireWork,
    @Schema(
            description =
                "Whether columns that sequences feed take their values from sequences of the branch's own, so that it uses up no live numbers; if absent, as on the branch that it starts from")
        Boolean ownSequences,
    @Schema(
            description =
                "Whether it versions schemas and no rows: its tables are empty, what sessions write there is kept nowhere. So is a branch that is made from one",
            defaultValue = "false")
        Boolean schemaOnly) {}
