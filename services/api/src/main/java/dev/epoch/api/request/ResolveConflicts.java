package dev.epoch.api.request;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /conflicts/resolve}. */
@Schema(name = "ResolveConflicts")
public record ResolveConflicts(
    @Schema(description = "Target of the merge; the current branch if none is given") String branch,
    @Schema(description = "Conflicts of this table only") String table,
    @Schema(description = "Conflicts of this record only: an object, an array, or one value")
        JsonNode key,
    @Schema(description = "Only this field") String field,
    @Schema(description = "Only violations of this constraint") String constraint,
    @NotNull
        @Schema(
            description = "ours, theirs, base, value, delete or custom (the same as value)",
            examples = "ours")
        String resolution,
    @Schema(
            description =
                "For resolution value: the field's value, where null sets NULL, or an object of"
                    + " columns without a field")
        JsonNode value) {}
